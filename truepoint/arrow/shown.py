"""How a refusal shows what a file holds: short, and escaped where it is not plain, since a file may hold any bytes."""

import re
from typing import Final

MOST_CHARACTERS: Final = 60


def shown(value: object) -> str:
    """The value as Python would write it, cut."""
    text = repr(value)
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}..."


def shown_name(name: str) -> str:
    """A name or an id as it stands; quoted, escaped and cut where it is not a plain one."""
    return name if re.fullmatch(r"[A-Za-z0-9_.:-]{1,63}", name) else shown(name)
