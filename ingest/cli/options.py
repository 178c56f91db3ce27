"""Options that several commands take, and how their values are read."""

from collections.abc import Callable
from typing import Annotated

import typer


def read_level_option(value: str | None) -> str | None:
    """An access level, or a usage error."""
    from schemas.access import read_level

    return None if value is None else _read(read_level, value)


def read_language_option(value: str | None) -> str | None:
    """A BCP 47 tag in its standard form, or a usage error."""
    from schemas.languages import read_language

    return None if value is None else _read(read_language, value)


def _read(read: Callable[[object], str], value: str) -> str:
    from pydantic_core import PydanticCustomError

    try:
        return read(value)
    except PydanticCustomError as error:
        raise typer.BadParameter(str(error)) from error


By = Annotated[str | None, typer.Option(metavar="NAME", help="Who says so; default: your user name.")]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON on stdout.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would become of it, and change nothing at all.")
]
Level = Annotated[
    str | None,
    typer.Option(
        "--access",
        metavar="LEVEL",
        callback=read_level_option,
        help="Who may see those whose description does not say: public, registered, reading room, "
        "restricted or withdrawn.",
    ),
]
Language = Annotated[
    str | None,
    typer.Option(
        "--language", metavar="TAG", callback=read_language_option, help="Language spoken; default: as heard."
    ),
]
Model = Annotated[
    str | None, typer.Option("--model", metavar="NAME", help="Recognition model; default: as set.")
]
EngineName = Annotated[
    str | None,
    typer.Option(
        "--engine",
        metavar="NAME",
        help="Recognition engine, faster-whisper or openai-whisper; default: as set.",
    ),
]
Device = Annotated[
    str | None,
    typer.Option("--device", metavar="NAME", help="Device for recognition, cpu or cuda; default: as set."),
]
ComputeType = Annotated[
    str | None,
    typer.Option(
        "--compute-type",
        metavar="NAME",
        help="Number type for recognition, such as int8 or float16; default: what the engine does best.",
    ),
]
