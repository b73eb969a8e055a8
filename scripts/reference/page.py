"""The page as a whole: page.md, with its marks filled in."""

from pathlib import Path
from typing import Final

from scripts.reference.commands import commands_section
from scripts.reference.compiler import keys_section, macros_section, settings_section, tests_section
from scripts.reference.variables import variables_section

_FRAME: Final = Path(__file__).parent / "page.md"
_SECTIONS: Final = {
    "commands": commands_section,
    "keys": keys_section,
    "macros": macros_section,
    "tests": tests_section,
    "settings": settings_section,
    "variables": variables_section,
}


def reference_page() -> str:
    """The text of docs/reference.md, as the code would have it."""
    text = _FRAME.read_text(encoding="utf-8")
    for name, section in _SECTIONS.items():
        text = text.replace(f"<!-- {name} -->\n", section().rstrip("\n") + "\n")
    return text
