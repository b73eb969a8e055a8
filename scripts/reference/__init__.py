"""docs/reference.md, written from the code: what the command, the compiler and the settings say of themselves."""

from scripts.reference.page import reference_page

__all__ = ["reference_page"]
