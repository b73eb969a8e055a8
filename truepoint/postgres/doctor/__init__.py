"""`truepoint doctor`: does a database have what the definitions need?"""

from truepoint.postgres.doctor.examination import apply_missing, examine
from truepoint.postgres.doctor.findings import Examination, Finding

__all__ = ["Examination", "Finding", "apply_missing", "examine"]
