"""What an examination of a database found."""

from dataclasses import dataclass
from typing import Literal

Check = Literal[
    "connection", "relations", "statement", "guard", "known times", "span", "history", "changes", "indexes", "settings"
]


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `ddl` holds the statements that would mend it, in order; empty when none would."""

    check: Check
    subject: str
    is_ok: bool
    message: str
    ddl: tuple[str, ...] = ()


@dataclass(frozen=True)
class Examination:
    """All that was looked at, in order."""

    database: str
    findings: tuple[Finding, ...]

    @property
    def missing(self) -> tuple[Finding, ...]:
        """What the definitions need and the database lacks."""
        return tuple(finding for finding in self.findings if not finding.is_ok)

    @property
    def applicable(self) -> tuple[str, ...]:
        """The statements that `--apply` runs: indexes and settings, which change nothing for writers."""
        return tuple(
            dict.fromkeys(
                statement for found in self.missing if found.check in ("indexes", "settings") for statement in found.ddl
            )
        )

    @property
    def by_hand(self) -> tuple[str, ...]:
        """The statements that are left to a person."""
        return tuple(statement for statement in self.ddl if statement not in self.applicable)

    @property
    def ddl(self) -> tuple[str, ...]:
        """The statements that mend what can be mended by DDL, each once."""
        return tuple(dict.fromkeys(statement for finding in self.missing for statement in finding.ddl))
