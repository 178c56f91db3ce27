"""`testimony access`: who may see a testimony, said, shown and explained."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.app import Archive, app, open_archive
from ingest.cli.delivery import acknowledge
from ingest.cli.finding import find_testimony
from ingest.cli.options import Json, read_level_option

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import TypeVar

    from archive.models import Testimony

    T = TypeVar("T")


@app.command()
def access(
    testimony: Annotated[str, typer.Argument(metavar="ID", help="Public id or accession number.")],
    level: Annotated[
        str | None,
        typer.Argument(
            metavar="[LEVEL]",
            callback=read_level_option,
            help="public, registered, 'reading room', restricted or withdrawn; without it, how things stand.",
        ),
    ] = None,
    recording: Annotated[int | None, typer.Option(help="Number of one recording.")] = None,
    start: Annotated[
        str | None, typer.Option(metavar="TIME", help="Beginning of a stretch of it, such as 1m23s.")
    ] = None,
    end: Annotated[
        str | None, typer.Option(metavar="TIME", help="End of the stretch; default: of the recording.")
    ] = None,
    begins: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="First day on which it holds (UTC).")
    ] = None,
    ends: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="First day on which it no longer holds.")
    ] = None,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why, for staff.")] = None,
    notice: Annotated[
        str | None, typer.Option(metavar="TEXT", help="A sentence that the public may read.")
    ] = None,
    by: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who says so; default: your user name.")
    ] = None,
    confirm: Annotated[
        bool,
        typer.Option(
            "--confirm", help="The statements that came back from the store (testimony rebuild) still hold."
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Say who may see a testimony, or show who may and why.

    A statement on the same place supersedes the one before, which is kept. What it closes is closed from the
    next request on, and acknowledged here only once it is in the store.
    """
    from archive.clock import now
    from archive.database import reading
    from archive.queries.explanations import explain

    with open_archive() as archive:
        if confirm and level is not None:
            raise typer.BadParameter(
                "either say a LEVEL or confirm those that came back", param_hint="--confirm"
            )
        if confirm:
            _confirm(archive, testimony, by)
        if level is not None:
            _state(archive, testimony, level, recording, (start, end), (begins, ends), reason, notice, by)
        with reading(archive.engine) as session:
            explanation = explain(find_testimony(session, testimony), now())
    if as_json:
        typer.echo(json.dumps(asdict(explanation), ensure_ascii=False, indent=1, default=str))
        return
    typer.echo(f"{explanation.id}: {explanation.sentence}")
    for statement in explanation.statements:
        typer.echo(f"  {statement.sentence}")


def _state(
    archive: Archive,
    wanted: str,
    level: str,
    recording: int | None,
    stretch: tuple[str | None, str | None],
    days: tuple[str | None, str | None],
    reason: str | None,
    notice: str | None,
    by: str | None,
) -> None:
    import getpass

    from archive.changes import access as changes
    from archive.changes.access import NewStatement
    from archive.clock import now
    from archive.database import writing

    begins_at, ends_at = (_midnight(day) for day in days)
    with writing(archive.engine) as session:
        row = find_testimony(session, wanted)
        subject_id, place = _place(row, recording, *stretch)
        statement = NewStatement(
            level=level,
            subject="testimony" if subject_id is None else "recording",
            subject_id=subject_id,
            stretch=place,
            begins_at=begins_at,
            ends_at=ends_at,
            reason=reason,
            notice=notice,
        )
        changes.state(session, row, [statement], said_by=by or getpass.getuser(), now=now())
        testimony_id = row.id
    acknowledge(archive, [testimony_id])


def _confirm(archive: Archive, wanted: str, by: str | None) -> None:
    import getpass

    from archive.changes import access as changes
    from archive.database import writing

    with writing(archive.engine) as session:
        row = find_testimony(session, wanted)
        if not changes.confirm(session, row, said_by=by or getpass.getuser()):
            typer.echo(f"testimony: {row.public_id} needs no confirmation", err=True)
            return
        testimony_id = row.id
    acknowledge(archive, [testimony_id])


def _place(
    row: "Testimony", recording: int | None, start: str | None, end: str | None
) -> tuple[int | None, tuple[int, int, int | None] | None]:
    """The recording's row id, or the stretch, that a statement is about; neither: the whole testimony."""
    from archive.errors import WrongInput
    from schemas.times import read_time

    if recording is None and start is None and end is None:
        return None, None
    row_ids = {each.number: each.id for each in row.recordings}
    if recording is None and len(row_ids) != 1:
        told = ", ".join(str(number) for number in row_ids)
        raise WrongInput(f"testimony {row.public_id} has the recordings {told}: say which with --recording")
    number = next(iter(row_ids)) if recording is None else recording
    if number not in row_ids:
        raise WrongInput(f"testimony {row.public_id} has no recording {number}")
    if start is None and end is None:
        return row_ids[number], None
    start_ms = 0 if start is None else _read(read_time, start)
    return None, (number, start_ms, None if end is None else _read(read_time, end))


def _midnight(day: str | None) -> "datetime | None":
    from datetime import UTC, datetime, time

    from schemas.dates import read_day

    return None if day is None else datetime.combine(_read(read_day, day), time(tzinfo=UTC))


def _read(read: "Callable[[object], T]", value: str) -> "T":
    from pydantic_core import PydanticCustomError

    from archive.errors import WrongInput

    try:
        return read(value)
    except PydanticCustomError as error:
        raise WrongInput(str(error)) from error
