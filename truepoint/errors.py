"""Errors that truepoint raises on purpose.

TruepointError
├── SettingsError     the environment or an option cannot be used
├── WarehouseError    the database cannot be started, reached or used
├── DataFileError     a file to load is refused; nothing of it was kept
├── SpineError        a spine is refused, or its training set cannot be written; nothing was
├── LakeError         the lake cannot be written or read; what was announced in it stands
├── ScaffoldError     `truepoint init` cannot write what was asked for; nothing was
├── ManifestError     dbt's online manifest is missing, stale or unreadable
└── DatabaseMismatchError   the database lacks what the manifest's statements need
"""


class TruepointError(Exception):
    """Base of every expected failure. Its text is one clear message for a person."""


class SettingsError(TruepointError):
    """The environment or an option cannot be used."""


class WarehouseError(TruepointError):
    """The database cannot be started, reached or used."""


class DataFileError(TruepointError):
    """A file to load is refused; nothing of it was kept."""


class SpineError(TruepointError):
    """A spine is refused, or its training set cannot be written; nothing was written."""


class LakeError(TruepointError):
    """The lake cannot be written or read; what was announced in it stands."""


class ScaffoldError(TruepointError):
    """`truepoint init` cannot write what was asked for; nothing was written."""


class ManifestError(TruepointError):
    """dbt's online manifest is missing, stale or unreadable."""


class DatabaseMismatchError(TruepointError):
    """The database lacks what the manifest's statements need."""


def first_line(error: Exception) -> str:
    """The first line of an error's text, without its full stop."""
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
