"""The command reference (docs/commands.md), made from the commands themselves: printed by
`python -m ingest.cli.reference`, compared by a test."""

from collections.abc import Iterator

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from ingest.cli import app

_OPENING = """# Command reference

Made from the commands themselves by `make docs`; a test compares.

Data goes to stdout, everything else to stderr. Exit codes: 0 done, 1 something failed (and was said), 2 wrong
usage. Settings come from the environment: see [Configuration](configuration.md).
"""


def reference() -> str:
    """The whole reference, in Markdown."""
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)  # noqa: S101 - a typer application with commands is one
    return "\n".join([_OPENING, *_commands(group, "testimony")])


def _commands(group: TyperGroup, before: str) -> Iterator[str]:
    for name in sorted(group.commands):
        command = group.commands[name]
        if isinstance(command, TyperGroup):
            yield from _commands(command, f"{before} {name}")
        elif isinstance(command, TyperCommand):
            yield from _command(command, f"{before} {name}")


def _command(command: TyperCommand, name: str) -> Iterator[str]:
    context = typer.Context(command)
    arguments = [each for each in command.params if isinstance(each, TyperArgument)]
    options = [each for each in command.params if isinstance(each, TyperOption)]
    usage = " ".join([name, "[OPTIONS]", *(_metavar(each) for each in arguments)])
    yield f"## `{usage}`\n"
    yield " ".join((command.help or "").split()) + "\n"
    for each in arguments:
        yield f"- `{_metavar(each)}`: {each.help}"
    for option in options:
        names = ", ".join([*option.opts, *option.secondary_opts])
        value = "" if option.is_flag else f" {option.metavar or option.display_type(context).upper()}"
        yield f"- `{names}{value}`: {option.help}{_default(option)}"
    yield ""


def _metavar(argument: TyperArgument) -> str:
    return argument.metavar or (argument.name or "").upper()


def _default(option: TyperOption) -> str:
    if option.is_flag or option.default in (None, (), "") or callable(option.default):
        return ""
    return f" Default: `{option.default}`."


if __name__ == "__main__":
    typer.echo(reference(), nl=False)
