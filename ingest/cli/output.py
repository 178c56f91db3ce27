"""What the commands print: sentences and JSON, in which nothing that a stranger wrote acts on a terminal."""

import json
import logging
from typing import Any

import typer

from schemas.legible import legible, legible_json


def tell(text: str, *, err: bool = False) -> None:
    """Print a line to stdout, or to stderr."""
    typer.echo(legible(text), err=err)


def tell_json(value: Any, *, indent: int | None = None) -> None:
    """Print an object for programs. What JSON has no form for is printed as text."""
    typer.echo(legible_json(json.dumps(value, ensure_ascii=False, indent=indent, default=str)))


class LegibleFormatter(logging.Formatter):
    """Of log messages, tracebacks too."""

    def format(self, record: logging.LogRecord) -> str:
        """The message, fit for a terminal."""
        return legible(super().format(record))
