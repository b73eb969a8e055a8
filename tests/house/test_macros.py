"""The compiler's house rules: rooms that are entered one way, and a public list."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import yaml
from jinja2 import Environment

from tests.projects import MACROS

# From the roof to the ground: a macro calls only what lies in its own room or in one further down.
ROOMS: Final = (
    "public",
    "tests",
    "hooks",
    "build",
    "signatures",
    "online",
    "training",
    "hot_keys",
    "ordered",
    "increments",
    "lines",
    "parts",
    "checks",
    "definitions",
    "expressions",
    "aggregates",
    "contract",
    "dialect",
)
# What holds in any engine. For all else an engine has a version of its own, or dbt stops: no fallback that is
# silently wrong.
COMMON: Final = {
    "_add_key_sizes",
    "_add_search",
    "_cte_hint",
    "_get_catalogue_columns",
    "_get_ordered_key",
    "_get_training_set_config",
    "_has_slices",
    "_materialize_incrementally",
    "settled_time",
    "sql_type",
}
LEXER: Final = Environment(autoescape=True)
_DEFINED: Final = re.compile(r"\{%-?\s*(macro|test|materialization)\s+(\w+)")
_ENGINES: Final = re.compile(r"^(?:default|postgres|spark)__")


def files() -> list[Path]:
    return sorted(MACROS.rglob("*.sql"))


def room(path: Path) -> str:
    return path.relative_to(MACROS).parts[0]


def homes() -> dict[str, str]:
    """Macro -> its room; a macro's versions for engines count as the macro itself."""
    return {
        _ENGINES.sub("", name): room(path)
        for path in files()
        for kind, name in _DEFINED.findall(path.read_text("utf-8"))
        if kind == "macro"
    }


def words(text: str) -> list[str]:
    """The words and signs of a file's Jinja, in order; comments and SQL left out."""
    return [value for _, kind, value in LEXER.lex(text) if kind not in ("data", "comment", "whitespace")]


def calls(text: str) -> Iterator[str]:
    """Macros of the package that a file's Jinja names, its hooks in quotes included."""
    given = words(text)
    for package, dot, name in zip(given, given[1:], given[2:], strict=False):
        if package == "truepoint" and dot == ".":
            yield _ENGINES.sub("", name)
    for word in given:
        yield from re.findall(r"\{\{ truepoint\.(\w+)", word)


def unqualified(text: str, names: set[str]) -> Iterator[str]:
    """Macros that a file's Jinja calls without saying whose they are."""
    given = words(text)
    for before, name, after in zip(given, given[1:], given[2:], strict=False):
        if name in names and after == "(" and before not in (".", "macro", "test"):
            yield name


def test_every_room_has_its_place() -> None:
    assert {room(path) for path in files()} == set(ROOMS)


def test_macros_call_only_downwards() -> None:
    rooms = homes()
    climbs = [
        f"{path.relative_to(MACROS)} calls {name}, in {rooms[name]}"
        for path in files()
        for name in calls(path.read_text("utf-8"))
        if name in rooms and ROOMS.index(rooms[name]) < ROOMS.index(room(path))
    ]
    assert not climbs, "\n".join(climbs)


def test_every_call_is_of_a_macro_that_is_there() -> None:
    """Jinja would render a slip of the pen as nothing, or stop the user's run."""
    rooms = homes()
    unknown = {
        f"{path.relative_to(MACROS)}: {name}"
        for path in files()
        for name in calls(path.read_text("utf-8"))
        if name not in rooms
    }
    assert not unknown


def test_no_macro_is_left_that_nobody_calls() -> None:
    called = {name for path in files() for name in calls(path.read_text("utf-8"))}
    called |= set(re.findall(r"truepoint\.(\w+)", (MACROS.parent / "dbt_project.yml").read_text("utf-8")))
    assert {name for name in homes() if name.startswith("_")} <= called


def test_an_engine_without_a_version_of_a_macro_stops() -> None:
    defaults = {
        name.removeprefix("default__")
        for path in files()
        for _, name in _DEFINED.findall(path.read_text("utf-8"))
        if name.startswith("default__")
    }
    assert defaults == COMMON


def test_what_is_public_is_described_and_all_else_is_private() -> None:
    described = {macro["name"] for macro in yaml.safe_load((MACROS / "_macros.yml").read_text("utf-8"))["macros"]}
    public = {name for name in homes() if not name.startswith(("_", "aggregate_"))}
    assert public == described


def test_macros_are_called_in_a_way_that_works_from_any_project() -> None:
    """Within the package, an unqualified name would be looked up in the user's project."""
    names = set(homes())
    assert not [
        f"{path.relative_to(MACROS)}: {name}"
        for path in files()
        for name in unqualified(path.read_text("utf-8"), names)
    ]
