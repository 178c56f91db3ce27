"""Which copies for listening are missing, and which are there that should not be."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session, selectinload

from archive.copies import WHOLE, wanted
from archive.models import AccessStatement, CopiesDue, Derivative, Event, File, Recording, Testimony


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand with the copies of one recording: the files of which some are missing, with what is
    closed in those, and the rows of copies that nobody may or needs to be given."""

    missing: tuple[tuple[File, str], ...]
    superfluous: tuple[Derivative, ...]


def standing(testimony: Testimony, recording: Recording, now: datetime) -> Standing:
    """How things stand with a recording of a loaded testimony at `now`: with its current file, and with
    better transfers that will take its place."""
    if not recording.files:
        return Standing((), ())
    missing: list[tuple[File, str]] = []
    superfluous: list[Derivative] = []
    for file in recording.files:
        needed = wanted(testimony, recording, file, now) if file in recording.files_in_use else frozenset()
        there = {d.closed for d in file.derivatives if d.kind == "playback"}
        missing += ((file, closed) for closed in sorted(needed - there))
        superfluous += (derivative for derivative in file.derivatives if derivative.closed not in needed)
    return Standing(tuple(missing), tuple(superfluous))


def ready(testimony: Testimony, recording: Recording, now: datetime) -> list[File]:
    """The better transfers that can take the current file's place: they are in the store, and no copy of them
    is missing."""
    lacking = {file.id for file, _ in standing(testimony, recording, now).missing}
    return [f for f in recording.awaited_files if f.stored_path is not None and f.id not in lacking]


def due(session: Session, now: datetime, limit: int, *, without: Collection[int] = ()) -> list[int]:
    """Row ids of testimonies whose copies have to be looked at, but for `without`: those that wait longest
    first."""
    dated = _dated(now).where(CopiesDue.testimony_id.not_in(without)).order_by(CopiesDue.at).limit(limit)
    ids = list(session.scalars(dated))
    if len(ids) < limit and _are_new(session):
        new = _new().where(Testimony.id.not_in(without)).order_by(Testimony.id).limit(limit - len(ids))
        ids += session.scalars(new)
    return ids


def count_due(session: Session, now: datetime) -> int:
    """How many testimonies `due` would give."""
    counts = (select(func.count()).select_from(each.subquery()) for each in (_dated(now), _new()))
    return sum(session.scalar(count) or 0 for count in counts)


def _dated(now: datetime) -> Select[int]:
    return select(CopiesDue.testimony_id).where(CopiesDue.at <= now)


def _new() -> Select[int]:
    """Those that were never looked at."""
    return select(Testimony.id).where(~exists().where(CopiesDue.testimony_id == Testimony.id))


def _are_new(session: Session) -> bool:
    """Whether any was never looked at. Asked every second: counting is a tenth of looking for them."""
    counts = (select(func.count()).select_from(each).scalar_subquery() for each in (Testimony, CopiesDue))
    testimonies, looked_at = session.execute(select(*counts)).one()
    return bool(testimonies != looked_at)


def doubtful(session: Session) -> set[int]:
    """Row ids of the testimonies of which a copy may be missing: a file in use has no copy in which nothing
    is closed, or something was ever said of a part of them. Of all others none is."""
    whole = exists().where(
        Derivative.file_id == File.id, Derivative.kind == "playback", Derivative.closed == WHOLE
    )
    lacking = (
        select(Recording.testimony_id)
        .join(File, File.recording_id == Recording.id)
        .where(or_(File.current, File.current_since.is_(None)), ~whole)
    )
    partly = select(AccessStatement.testimony_id).where(
        or_(AccessStatement.subject != "testimony", AccessStatement.stretch_recording.is_not(None))
    )
    return {*session.scalars(lacking), *session.scalars(partly)}


def made(session: Session, recording: Recording, closed: str) -> Iterator[list[dict[str, Any]]]:
    """What events tell of copies of a recording that were made with `closed`, the newest first: columns of
    the rows that each made. Events of earlier versions of the archive tell nothing of it."""
    events = session.scalars(
        select(Event)
        .where(Event.recording_id == recording.id, Event.kind == "derivation", Event.outcome == "done")
        .order_by(Event.id.desc())
    )
    for event in events:
        if "copies" in event.detail and event.detail["closed"] == (closed or None):
            yield event.detail["copies"]


def load(session: Session, testimony_ids: Iterable[int]) -> list[Testimony]:
    """Testimonies with no more than `standing` needs, in no order."""
    statement = (
        select(Testimony)
        .where(Testimony.id.in_(list(testimony_ids)))
        .options(
            selectinload(Testimony.recordings).selectinload(Recording.files).selectinload(File.derivatives),
            selectinload(Testimony.statements),
        )
    )
    return list(session.scalars(statement))
