"""Which copies for listening are missing, and which are there that should not be."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, selectinload

from archive.copies import wanted
from archive.models import CopiesDue, Derivative, File, Recording, Testimony


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand with the copies of one recording: what is closed in those that are missing, and the
    rows of those that nobody may or needs to be given."""

    missing: tuple[str, ...]
    superfluous: tuple[Derivative, ...]


def standing(testimony: Testimony, recording: Recording, now: datetime) -> Standing:
    """How things stand with a recording of a loaded testimony at `now`."""
    if not recording.files:
        return Standing((), ())
    needed = wanted(testimony, recording, now)
    there = {d.closed for d in recording.current_file.derivatives if d.kind == "playback"}
    return Standing(
        missing=tuple(sorted(needed - there)),
        superfluous=tuple(
            derivative
            for file in recording.files
            for derivative in file.derivatives
            if not file.current or derivative.closed not in needed
        ),
    )


def due(session: Session, now: datetime, limit: int) -> list[int]:
    """Row ids of testimonies whose copies have to be looked at, those that wait longest first."""
    statement = _due(now).order_by(CopiesDue.at.nulls_last(), Testimony.id).limit(limit)
    return list(session.scalars(statement))


def count_due(session: Session, now: datetime) -> int:
    """How many testimonies `due` would give."""
    return session.scalar(select(func.count()).select_from(_due(now).subquery())) or 0


def _due(now: datetime) -> Select[int]:
    joined = select(Testimony.id).outerjoin(CopiesDue, CopiesDue.testimony_id == Testimony.id)
    return joined.where(or_(CopiesDue.id.is_(None), CopiesDue.at <= now))


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
