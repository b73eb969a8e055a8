"""The proof that offline (training table) and online (running server) give the same feature values, bit for bit."""

from consistency.errors import NoServerError, ParityError
from consistency.parity import compare
from consistency.report import Difference, FeatureReport, ParityReport, RowError

__all__ = [
    "Difference",
    "FeatureReport",
    "NoServerError",
    "ParityError",
    "ParityReport",
    "RowError",
    "compare",
]
