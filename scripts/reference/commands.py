"""The commands, from the typer application itself."""

import enum
from collections.abc import Iterator
from typing import Any

import typer

from scripts.reference.errors import UndescribedError
from scripts.reference.markdown import code, one_line, table
from truepoint.cli import app


def commands_section() -> str:
    return "\n".join(_command(name, command) for name, command in _commands(typer.main.get_command(app), "truepoint"))


def _commands(group: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    """Each command with its whole name, in the order of `--help`; a group is no command."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{prefix} {name}")
        elif not command.hidden:
            yield f"{prefix} {name}", command


def _command(name: str, command: Any) -> str:
    if not command.help:
        raise UndescribedError(f"{name} has no help; give its function a docstring.")
    arguments = [parameter for parameter in command.params if parameter.param_type_name == "argument"]
    usage = " ".join([name, *(_argument(argument) for argument in arguments)])
    text = f"### {code(usage)}\n\n" + "\n\n".join(map(one_line, command.help.split("\n\n"))) + "\n"
    rows = [_row(name, parameter) for parameter in command.params if not getattr(parameter, "hidden", False)]
    return text + ("\n" + table(["", "default", "meaning"], rows) if rows else "")


def _argument(argument: Any) -> str:
    shown = argument.name.upper()
    if argument.multiple or argument.nargs != 1:
        shown += "..."
    return shown if argument.required else f"[{shown}]"


def _row(command: str, parameter: Any) -> list[str]:
    names = [_argument(parameter)] if parameter.param_type_name == "argument" else parameter.opts
    if not parameter.help:
        raise UndescribedError(f"{command}, {names[0]} has no help; give its typer.Option or typer.Argument one.")
    names = [*names, *parameter.secondary_opts]
    return [", ".join(map(code, names)), _default(parameter), one_line(parameter.help)]


def _default(parameter: Any) -> str:
    if parameter.required:
        return "must be given"
    default = parameter.default
    if isinstance(default, enum.Enum):
        default = default.value
    if default is None or default is False or default == [] or callable(default):
        return ""
    return code(default)
