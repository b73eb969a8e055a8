"""Files to write, from templates. One that is there is never overwritten."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from truepoint.errors import ScaffoldError


def _quoted(text: str) -> str:
    """A text for YAML that dbt will not take for Jinja."""
    for mark in ("{{", "{%", "{#"):
        text = text.replace(mark, f"{mark[0]} {mark[1]}")
    return json.dumps(text, ensure_ascii=False)


# What is written is itself full of Jinja, for dbt; so the templates have other marks.
_templates: Final = Environment(
    loader=PackageLoader("truepoint.scaffolding"),
    variable_start_string="<<",
    variable_end_string=">>",
    block_start_string="<%",
    block_end_string="%>",
    comment_start_string="<#",
    comment_end_string="#>",
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701 # SQL and YAML, no HTML
)
_templates.filters["quoted"] = _quoted


@dataclass(frozen=True)
class Written:
    """Which files were written, and which were there and are as they were."""

    written: tuple[Path, ...]
    left: tuple[Path, ...]


def render(template: str, values: Mapping[str, object]) -> str:
    """The text of a template, such as events/spine.sql."""
    return _templates.get_template(f"{template}.jinja").render(values)


def write_files(texts: Mapping[Path, str]) -> Written:
    """Write each text to its path. Raises ScaffoldError where the folder cannot be written to."""
    written, left = [], []
    for path, text in texts.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            left.append(path)
        except OSError as error:
            raise ScaffoldError(f"{path} cannot be written: {error.strerror}.") from error
        else:
            written.append(path)
    return Written(tuple(written), tuple(left))
