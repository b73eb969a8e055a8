"""dbt for tests: in process, against a database of the test, with a target folder of the worker's own."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from unittest import mock

from dbt.cli.main import dbtRunner
from dbt.context.macros import MacroNamespace
from dbt.include.global_project import PROJECT_NAME as GLOBAL_PROJECT_NAME
from dbt_common.clients.jinja import BaseMacroGenerator, MacroFuzzEnvironment

from truepoint.postgres_uri import postgres_environment

_parse: Final = MacroFuzzEnvironment.parse
_get_macro: Final = BaseMacroGenerator.get_macro
_get_from_package: Final = MacroNamespace.get_from_package
_kept: Final[dict[tuple[str, ...], Any]] = {}


@contextmanager
def in_less_time() -> Iterator[None]:
    """While it lasts, dbt does once what it would do again and again; nothing that it says or writes is another."""
    with (
        mock.patch.object(MacroFuzzEnvironment, "parse", _kept_parse),
        mock.patch.object(BaseMacroGenerator, "get_macro", _kept_macro),
        mock.patch.object(MacroNamespace, "get_from_package", _get_from_known_package),
    ):
        yield


def _kept_parse(environment: Any, source: str, name: str | None = None, filename: str | None = None) -> Any:
    """What Jinja makes of a macro's text: projects share macros, and dbt reads them all."""
    key = (*sorted(environment.extensions), source)
    if key not in _kept:
        _kept[key] = _parse(environment, source, name, filename)
    return _kept[key]


def _kept_macro(generator: Any) -> Any:
    """A macro as a function, made once for each context; dbt makes it for each call."""
    kept = vars(generator).get("kept_macro")
    if kept is None or kept[0] is not generator.context:
        kept = generator.kept_macro = (generator.context, _get_macro(generator))
    return kept[1]


def _get_from_known_package(namespace: Any, package_name: str | None, name: str) -> Any:
    """None for a package without macros, such as most projects; dbt raises, in a millisecond, and then takes None."""
    if package_name in (None, GLOBAL_PROJECT_NAME) or package_name in namespace.packages:
        return _get_from_package(namespace, package_name, name)
    return None


@dataclass(frozen=True)
class DbtResult:
    """How a dbt command ended: its success, and all it would have printed (debug lines left out)."""

    is_success: bool
    output: str


@dataclass(frozen=True)
class DbtProject:
    """A dbt project and the database it builds in. `dataclasses.replace(project, folder=copy)` runs a changed copy.

    folder: holds dbt_project.yml and profiles.yml. target_path: dbt's artifacts; kept between commands, so that only
    changed files are parsed again. variables: environment variables on top of this process' own.
    """

    folder: Path
    dsn: str
    target_path: Path
    variables: dict[str, str] = field(default_factory=dict)

    def invoke(self, *arguments: str) -> DbtResult:
        """Run one dbt command, such as invoke("build", "--select", "staging"), and say how it ended."""
        lines: list[str] = []

        def keep(event: object) -> None:
            info = event.info  # type: ignore[attr-defined]
            if info.level != "debug":
                lines.append(info.msg)

        with self._environment(), warnings.catch_warnings(), in_less_time():
            warnings.simplefilter("ignore")  # dbt's own
            # Without log files: dbt leaves their handles open, and warnings are errors here.
            result = dbtRunner(callbacks=[keep]).invoke(
                ["--log-level", "none", "--log-level-file", "none", "--log-path", str(self.target_path), *arguments,
                 "--target-path", str(self.target_path), "--project-dir", str(self.folder),
                 "--profiles-dir", str(self.folder)]
            )  # fmt: skip
        if result.exception is not None:
            lines.append(str(result.exception))
        return DbtResult(result.success, "\n".join(lines))

    def run(self, *arguments: str) -> str:
        """Run one dbt command that has to succeed; return its output."""
        result = self.invoke(*arguments)
        assert result.is_success, f"dbt {' '.join(arguments)} failed:\n{result.output}"
        return result.output

    def compile_online(self) -> Path:
        """Compile the services' online statements; return the manifest that the server reads."""
        self.run("compile", "--select", "path:analyses")
        return self.target_path / "manifest.json"

    @contextmanager
    def _environment(self) -> Iterator[None]:
        variables = {
            **(postgres_environment(self.dsn) if self.dsn else {}),  # Spark needs none
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            **self.variables,
        }
        with mock.patch.dict(os.environ, variables):
            yield
