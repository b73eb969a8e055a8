"""What keeps the reference from being written."""


class UndescribedError(Exception):
    """Something public has no description, or one that nothing public has."""
