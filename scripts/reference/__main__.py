"""Writes docs/reference.md."""

import sys

from scripts.reference.errors import UndescribedError
from scripts.reference.page import reference_page
from scripts.reference.variables import PAGE

try:
    text = reference_page()
except UndescribedError as error:
    sys.exit(f"write_reference: {error}")
PAGE.write_text(text, encoding="utf-8")
