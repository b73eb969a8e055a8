"""The compiler's macros, called one by one without dbt: what it takes to try hundreds of expressions in a second."""

import datetime
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
import pytz  # type: ignore[import-untyped]

from tests.projects import MACROS

_PREFIX = "dbt_macro__"


class _Returned(BaseException):
    """What dbt's `return` does: it ends the macro with a value."""

    def __init__(self, value: Any) -> None:
        self.value = value


def _return(value: Any) -> None:
    raise _Returned(value)


class Macros:
    """The macros of the package for one engine, under a name each."""

    def __init__(self, engine: str, folder: Path = MACROS, graph: dict[str, Any] | None = None) -> None:
        self._engine = engine
        environment = jinja2.Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"], autoescape=False)  # noqa: S701  # SQL
        sources = [path.read_text("utf-8") for path in sorted(folder.rglob("*.sql"))]
        macros = "\n".join(source for source in sources if not re.search(r"\{%-?\s*(test|materialization)\s", source))
        modules = SimpleNamespace(re=re, datetime=datetime, pytz=pytz)
        adapter = SimpleNamespace(dispatch=self._dispatch)
        # As dbt does: Jinja hands out no name that begins with an underscore.
        template = environment.from_string(re.sub(r"(\{%-?\s*macro )", rf"\1{_PREFIX}", macros))
        self._module = template.make_module(
            {
                "truepoint": self,
                "modules": modules,
                "adapter": adapter,
                "return": _return,
                "graph": {} if graph is None else graph,
                "context": {"truepoint": self},
            }
        )

    def __getattr__(self, name: str) -> Callable[..., Any]:
        macro = getattr(self._module, _PREFIX + name)

        def call(*args: Any, **kwargs: Any) -> Any:
            try:
                return str(macro(*args, **kwargs))
            except _Returned as returned:
                return returned.value

        return call

    def get(self, name: str) -> Callable[..., Any] | None:
        """A macro, or None: what dbt's `context['truepoint']` gives."""
        return self.__getattr__(name) if hasattr(self._module, _PREFIX + name) else None

    def keys(self) -> list[str]:
        """The names of all macros."""
        return [name.removeprefix(_PREFIX) for name in vars(self._module) if name.startswith(_PREFIX)]

    def _dispatch(self, name: str, _package: str) -> Callable[..., Any]:
        engine = f"{self._engine}__{name}"
        return self.__getattr__(engine if hasattr(self._module, _PREFIX + engine) else f"default__{name}")
