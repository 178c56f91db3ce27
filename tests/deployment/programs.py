"""Programs that these tests need, and the commands of our own that documents and files name."""

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import typer
from typer.main import get_command

TESTIMONY = (sys.executable, "-c", "from ingest.cli import main; main()")


def find(name: str) -> str:
    """Where a program lies: in this environment, or the system's. Skips the test where there is none, fails
    it where CI=true."""
    places = [str(Path(sys.executable).parent), os.environ.get("PATH", ""), "/usr/sbin"]
    found = shutil.which(name, path=os.pathsep.join(places))
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{name} is not installed")
        pytest.skip(f"{name} is not installed")
    return found


def check_command(arguments: Sequence[str]) -> None:
    """Have the command line understand `testimony ARGUMENT...` without doing it. Raises NotUnderstood."""
    from ingest.cli import app

    group = get_command(app)
    assert isinstance(group, typer.core.TyperGroup)
    with group.make_context("testimony", list(arguments), resilient_parsing=True) as context:
        try:
            name, command, rest = group.resolve_command(context, list(arguments))
            assert command is not None
            command.make_context(name, rest, parent=context).close()
        except Exception as error:  # the classes of the library that typer brings along have no public name
            raise NotUnderstood(" ".join(arguments)) from error


class NotUnderstood(Exception):
    """No command of ours."""
