"""The compiler's public side, read from its Jinja: macros, data tests, settings, keys of definitions."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml
from jinja2 import Environment, nodes

from scripts.reference.errors import UndescribedError
from scripts.reference.markdown import code, one_line, table

ROOT: Final = Path(__file__).resolve().parents[2]
MACROS: Final = ROOT / "dbt_package" / "macros"
KEYS: Final = Path(__file__).parent / "definition_keys.yml"
_JINJA: Final = Environment(extensions=["jinja2.ext.do"])  # noqa: S701, reads templates and renders none
_TEST: Final = re.compile(r"\{#(?P<comment>(?:(?!#\}).)*)#\}\s*\{%-? test (?P<name>\w+)\((?P<arguments>[^)]*)\)", re.S)


def macros_section() -> str:
    macros = yaml.safe_load((MACROS / "_macros.yml").read_text("utf-8"))["macros"]
    return "".join(_macro(macro) for macro in macros)


def _macro(macro: dict[str, Any]) -> str:
    arguments = macro.get("arguments", [])
    called = f"truepoint.{macro['name']}({', '.join(argument['name'] for argument in arguments)})"
    lines = [f"- {code(called)}: {one_line(macro['description'])}\n"]
    lines += [f"    - {code(a['name'])} ({a['type']}): {one_line(a['description'])}\n" for a in arguments]
    return "".join(lines)


def tests_section() -> str:
    """The generic tests, each described by the comment above it: a paragraph, and a line for each argument."""
    rows = []
    for path in sorted((MACROS / "tests").rglob("*.sql")):
        text = path.read_text("utf-8")
        found = list(_TEST.finditer(text))
        if len(found) != len(re.findall(r"\{%-? test ", text)):
            raise UndescribedError(f"{path.relative_to(ROOT)} has a test without a comment {{# … #}} right above it.")
        for test in found:
            what, *rest = re.split(r"\n\s*\n", test["comment"].strip(), maxsplit=1)
            described = re.findall(r"^ *(\w+) {2,}(.*)$", rest[0] if rest else "", flags=re.M)
            arguments = "; ".join(f"{code(name)}: {one_line(meaning)}" for name, meaning in described)
            rows.append([code(f"truepoint.{test['name']}"), one_line(what), arguments])
    return table(["test", "what it proves", "arguments"], rows)


def settings_section() -> str:
    settings = _returned("dialect/get_setting.sql", "_get_settings")
    rows = []
    for name, setting in settings.items():
        if "meaning" not in setting:
            raise UndescribedError(f"{name} in _get_settings (dialect/get_setting.sql) has no 'meaning'.")
        rows.append([code(f"truepoint_{name}"), code(setting["default"]), setting["meaning"], setting["allowed"]])
    return table(["var", "default", "meaning", "allowed"], [[one_line(cell) for cell in row] for row in rows])


def keys_section() -> str:
    """What a definition may say, by the place where it says it. The compiler's lists, with our descriptions."""
    described = yaml.safe_load(KEYS.read_text("utf-8"))
    allowed = definition_keys()
    text = ""
    for place, about in described.items():
        keys = {key: one_line(meaning) for key, meaning in about["keys"].items()}
        if allowed.get(place, set()) != set(keys):
            raise UndescribedError(
                f"{KEYS.relative_to(ROOT)} describes for {place}: {', '.join(sorted(keys))}; "
                f"the compiler takes: {', '.join(sorted(allowed.get(place, set())))}."
            )
        rows = [[code(key), meaning] for key, meaning in keys.items()]
        text += (
            f"### {code(place) if place.startswith('meta.') else place}\n\n{one_line(about['about'])}\n\n"
            + table(["key", "meaning"], rows)
            + "\n"
        )
    if left := set(allowed) - set(described):
        raise UndescribedError(f"{KEYS.relative_to(ROOT)} does not describe {', '.join(sorted(left))}.")
    return text.rstrip("\n") + "\n"


def definition_keys() -> dict[str, set[str]]:
    """Place of a definition -> the keys that the compiler takes there: those that it hands to _get_key_errors."""
    keys: dict[str, set[str]] = {"meta of a column": _column_keys()}
    for path in sorted((MACROS / "checks").glob("*.sql")):
        for macro in _macros(path):
            for call in macro.find_all(nodes.Call):
                if isinstance(call.node, nodes.Getattr) and call.node.attr == "_get_key_errors":
                    place, listed = _place(call.args[1]), _listed(call.args[3], macro)
                    if not listed:
                        raise UndescribedError(f"{macro.name} hands a list for {place} that is not written out in it.")
                    keys.setdefault(place, set()).update(listed)
    keys["meta.feature"] |= set(_returned("aggregates/get_aggregate.sql", "_get_feature_options"))
    return keys


def _place(subject: nodes.Expr) -> str:
    """Where the keys stand, by what messages call it: `node.name ~ ', meta.events'`, `column.name ~ ', ratio'`."""
    if isinstance(subject, nodes.Concat) and isinstance(subject.nodes[-1], nodes.Const):
        name = str(subject.nodes[-1].value).removeprefix(", ")
        return name if name.startswith("meta.") else f"meta.feature.{name}"
    of_service = any(name.name == "exposure" for name in subject.find_all(nodes.Name))
    return "meta.feature_service" if of_service else "meta.feature"


def _listed(keys: nodes.Expr, macro: nodes.Macro) -> list[str]:
    """The texts in a list, in the lists that are added up, or in the list that a variable of the macro was set to."""
    if isinstance(keys, nodes.Name):
        assigned = [
            node.node
            for node in macro.find_all(nodes.Assign)
            if isinstance(node.target, nodes.Name) and node.target.name == keys.name
        ]
        return [key for value in assigned if isinstance(value, nodes.List) for key in _listed(value, macro)]
    if isinstance(keys, nodes.Add):
        return [key for side in (keys.left, keys.right) for key in _listed(side, macro)]
    return [node.value for node in keys.find_all(nodes.Const)] if isinstance(keys, nodes.List) else []


def _column_keys() -> set[str]:
    """Keys in the meta of a column, beside `feature`: what the compiler looks for there."""
    found = set()
    for path in MACROS.rglob("*.sql"):
        text = path.read_text("utf-8")
        found |= set(re.findall(r"_get_meta\((?:\w+\.columns\[\w+\]|column)\)\.(?:get\('(\w+)'|(\w+))", text))
    return {first or second for first, second in found} - {"feature", "get"}


def _returned(file: str, macro: str) -> dict[str, Any]:
    """The literal that a macro returns."""
    (found,) = [node for node in _macros(MACROS / file) if node.name == macro]
    calls = [call for call in found.find_all(nodes.Call) if getattr(call.node, "name", "") == "return"]
    return dict(calls[0].args[0].as_const())


def _macros(path: Path) -> Iterator[nodes.Macro]:
    return _JINJA.parse(path.read_text("utf-8")).find_all(nodes.Macro)
