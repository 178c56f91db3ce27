"""The command reference says what the commands say of themselves, and every part of them says something."""

from pathlib import Path

import typer
from typer.core import TyperGroup

from ingest.cli import app
from ingest.cli.reference import reference

DOCUMENT = Path(__file__).parents[3] / "docs" / "commands.md"


def test_the_document_is_up_to_date() -> None:
    assert DOCUMENT.read_text() == reference(), "run `make docs`"


def test_everything_has_help() -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    _have_help(group)


def _have_help(group: TyperGroup) -> None:
    for name, command in group.commands.items():
        assert command.help, name
        if isinstance(command, TyperGroup):
            _have_help(command)
            continue
        for parameter in command.params:
            assert getattr(parameter, "help", None), f"{name} {parameter.name}"
