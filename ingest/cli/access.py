"""`testimony access`: who may see a testimony, said, shown and explained."""

import getpass
import json
from datetime import UTC, datetime, time
from typing import Annotated, Any

import typer
from pydantic_core import PydanticCustomError
from sqlalchemy.orm import Session

from archive.access import PUBLIC, visible
from archive.changes import access as access_changes
from archive.changes.access import NewStatement
from archive.clock import now
from archive.database import reading, writing
from archive.errors import NotFound, SearchUnavailable, WrongInput
from archive.models import AccessStatement, Testimony
from archive.models.access import LEVELS
from archive.queries import testimonies
from ingest.cli.app import Archive, app, open_archive
from ingest.cli.options import Json, level
from schemas.dates import read_day
from schemas.times import read_time


@app.command()
def access(
    testimony: Annotated[str, typer.Argument(metavar="ID", help="Public id or accession number.")],
    new_level: Annotated[
        str | None,
        typer.Argument(
            metavar="[LEVEL]",
            callback=level,
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
    reason: Annotated[str | None, typer.Option(help="Why, for staff.")] = None,
    notice: Annotated[str | None, typer.Option(help="A sentence that the public may read.")] = None,
    by: Annotated[str | None, typer.Option(help="Who says so; default: your user name.")] = None,
    as_json: Json = False,
) -> None:
    """Say who may see a testimony, or show who may and why.

    A statement on the same place supersedes the one before, which is kept. What it closes is closed from the
    next request on, and acknowledged here only once it is in the store.
    """
    archive = open_archive()
    if new_level is not None:
        _state(archive, testimony, new_level, recording, (start, end), (begins, ends), reason, notice, by)
    with reading(archive.engine) as session:
        answer = _explain(session, _find(session, testimony))
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=1))
        return
    typer.echo(f"{answer['id']}: {answer['explanation']}")
    for statement in answer["statements"]:
        typer.echo(f"  {statement['sentence']}")


def _state(
    archive: Archive,
    wanted: str,
    new_level: str,
    recording: int | None,
    stretch: tuple[str | None, str | None],
    days: tuple[str | None, str | None],
    reason: str | None,
    notice: str | None,
    by: str | None,
) -> None:
    moments = [_midnight(day) for day in days]
    with writing(archive.engine) as session:
        row = _find(session, wanted)
        subject_id, place = _place(row, recording, *stretch)
        access_changes.state(
            session,
            row,
            [
                NewStatement(
                    level=new_level,
                    subject="recording" if subject_id else "testimony",
                    subject_id=subject_id,
                    stretch=place,
                    begins_at=moments[0],
                    ends_at=moments[1],
                    reason=reason,
                    notice=notice,
                )
            ],
            said_by=by or getpass.getuser(),
            now=now(),
        )
        testimony_id = row.id
    from archive.preservation import preserve

    preserve(archive.engine, archive.store, testimony_id)
    if not archive.queue.running():
        _deliver(archive)


def _deliver(archive: Archive) -> None:
    """No worker is there to do it: bring the index up to date here."""
    from search.indexer import deliver, prepare

    try:
        prepare(archive.engine, archive.backend)
        deliver(archive.engine, archive.backend)
    except SearchUnavailable as error:
        typer.echo(f"testimony: it holds from now on; the index will be told later: {error}", err=True)


def _find(session: Session, wanted: str) -> Testimony:
    row = testimonies.find(session, wanted) or testimonies.find_by_accession(session, wanted)
    if row is None:
        raise NotFound(f"no testimony has the id or accession number {wanted}")
    return row


def _place(
    row: Testimony, recording: int | None, start: str | None, end: str | None
) -> tuple[int | None, tuple[int, int, int | None] | None]:
    if recording is None and (start is not None or end is not None):
        recording = 1
    if recording is None:
        return None, None
    matches = [each for each in row.recordings if each.number == recording]
    if not matches:
        raise WrongInput(f"testimony {row.public_id} has no recording {recording}")
    if start is None and end is None:
        return matches[0].id, None
    try:
        start_ms = 0 if start is None else read_time(start)
        end_ms = None if end is None else read_time(end)
    except PydanticCustomError as error:
        raise WrongInput(str(error)) from error
    return None, (recording, start_ms, end_ms)


def _midnight(day: str | None) -> datetime | None:
    if day is None:
        return None
    try:
        return datetime.combine(read_day(day), time(tzinfo=UTC))
    except PydanticCustomError as error:
        raise WrongInput(str(error)) from error


def _explain(session: Session, row: Testimony) -> dict[str, Any]:
    moment = now()
    opening = visible(PUBLIC, row, "read", moment)
    in_force = [statement for statement in row.statements if statement.in_force(moment)]
    if opening.described and all(opening.hears_all(recording.number) for recording in row.recordings):
        explanation = "open to the public"
    elif opening.described:
        explanation = "open to the public, but for what is closed below"
    elif not any(s.subject == "testimony" and s.start_ms is None for s in in_force):
        explanation = "closed because no statement on it is in force"
    else:
        whole = (s for s in in_force if s.subject == "testimony" and s.start_ms is None)
        strictest = max(whole, key=lambda s: LEVELS.index(s.level))
        explanation = f"closed because it is {strictest.level}, said by {strictest.said_by}"
    if opening.described and row.published_at is None:
        explanation += "; not published yet"
    return {
        "id": row.public_id,
        "accession_number": row.accession_number,
        "open": opening.described,
        "explanation": explanation,
        "statements": [_statement(row, statement, moment) for statement in row.statements],
    }


def _statement(row: Testimony, statement: AccessStatement, moment: datetime) -> dict[str, Any]:
    place = statement.subject
    if statement.subject == "recording":
        place = f"recording {next(r.number for r in row.recordings if r.id == statement.subject_id)}"
    if statement.start_ms is not None:
        end = "the end" if statement.end_ms is None else f"{statement.end_ms / 1000:g} s"
        place = f"recording {statement.stretch_recording} from {statement.start_ms / 1000:g} s to {end}"
    state = "in force" if statement.in_force(moment) else "not in force"
    if statement.superseded_at is not None:
        state = f"superseded {statement.superseded_at:%Y-%m-%d}"
    parts = [f"{place}: {statement.level}", state, f"said by {statement.said_by}"]
    parts[1:1] = [f"from {statement.begins_at:%Y-%m-%d}"] if statement.begins_at else []
    parts[1:1] = [f"until {statement.ends_at:%Y-%m-%d}"] if statement.ends_at else []
    if statement.reason:
        parts.append(f"because: {statement.reason}")
    return {
        "level": statement.level,
        "place": place,
        "state": state,
        "said_by": statement.said_by,
        "reason": statement.reason,
        "notice": statement.notice,
        "created_at": statement.created_at.isoformat(),
        "sentence": ", ".join(parts),
    }
