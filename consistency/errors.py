"""What stops a comparison before it can give a verdict."""

from truepoint.errors import TruepointError


class ParityError(TruepointError):
    """Offline and online cannot be compared, or do not hold the same rows. Never a pass."""


class NoServerError(ParityError):
    """Nothing that we know answers at the given address."""
