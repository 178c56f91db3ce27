"""Options that several commands take, and how their values are read."""

from typing import Annotated

import typer
from pydantic_core import PydanticCustomError

from schemas.access import read_level
from schemas.languages import read_language


def level(value: str | None) -> str | None:
    """An access level, or a usage error."""
    if value is None:
        return None
    try:
        return read_level(value)
    except PydanticCustomError as error:
        raise typer.BadParameter(str(error)) from error


def language(value: str | None) -> str | None:
    """A BCP 47 tag in its standard form, or a usage error."""
    if value is None:
        return None
    try:
        return read_language(value)
    except PydanticCustomError as error:
        raise typer.BadParameter(str(error)) from error


Json = Annotated[bool, typer.Option("--json", help="Answer in JSON on stdout.")]
Level = Annotated[
    str | None,
    typer.Option(
        "--access",
        metavar="LEVEL",
        callback=level,
        help="Who may see those whose description does not say: public, registered, reading room, "
        "restricted or withdrawn.",
    ),
]
Language = Annotated[
    str | None,
    typer.Option("--language", metavar="TAG", callback=language, help="Language spoken; default: as heard."),
]
Model = Annotated[
    str | None, typer.Option("--model", metavar="NAME", help="Recognition model; default: as set.")
]
EngineName = Annotated[
    str | None, typer.Option("--engine", metavar="NAME", help="Recognition engine; default: as set.")
]
