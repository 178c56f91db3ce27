"""Testimonies with all that the gate and the pages need of them."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, selectinload

from archive.models import (
    AccessStatement,
    Collection,
    File,
    Recording,
    Revision,
    RevisionSegment,
    Role,
    Segment,
    Testimony,
    Transcript,
)


def find(session: Session, public_id: str) -> Testimony | None:
    """The testimony of a public id, fully loaded but for the text of its revisions."""
    return session.scalars(_loaded().where(Testimony.public_id == public_id)).unique().one_or_none()


def find_by_accession(session: Session, accession_number: str) -> Testimony | None:
    """The testimony of an accession number."""
    statement = _loaded().where(Testimony.accession_number == accession_number)
    return session.scalars(statement).unique().one_or_none()


def load(session: Session, ids: Iterable[int]) -> list[Testimony]:
    """Testimonies by row id, in no order."""
    return list(session.scalars(_loaded().where(Testimony.id.in_(list(ids)))).unique())


def load_by_public_ids(session: Session, public_ids: Sequence[str]) -> list[Testimony]:
    """Testimonies in the order of `public_ids`, without those that there are not."""
    rows = session.scalars(_loaded().where(Testimony.public_id.in_(public_ids))).unique()
    by_id = {row.public_id: row for row in rows}
    return [by_id[public_id] for public_id in public_ids if public_id in by_id]


def newest(session: Session, limit: int, *, collection: str | None = None) -> list[Testimony]:
    """Published testimonies, newest first. Which of them may be shown is for the gate to say."""
    statement = _loaded().where(Testimony.published_at.is_not(None))
    if collection is not None:
        statement = statement.join(Testimony.collection).where(Collection.slug == collection)
    statement = statement.order_by(Testimony.published_at.desc(), Testimony.id.desc()).limit(limit)
    return list(session.scalars(statement).unique())


def find_recording(session: Session, public_id: str) -> tuple[Testimony, Recording] | None:
    """A recording by its public id, with its testimony fully loaded."""
    statement = _loaded().join(Testimony.recordings).where(Recording.public_id == public_id)
    testimony = session.scalars(statement).unique().one_or_none()
    if testimony is None:
        return None
    return testimony, next(r for r in testimony.recordings if r.public_id == public_id)


def find_recording_by_row(session: Session, recording_id: int) -> tuple[Testimony, Recording] | None:
    """A recording by its row id, with its testimony fully loaded."""
    public_id = session.scalar(select(Recording.public_id).where(Recording.id == recording_id))
    return None if public_id is None else find_recording(session, public_id)


def segments_of(session: Session, revision: Revision) -> list[Segment]:
    """The segments of a revision in order, each with its recognition run."""
    statement = (
        select(Segment)
        .join(RevisionSegment, RevisionSegment.segment_id == Segment.id)
        .where(RevisionSegment.revision_id == revision.id)
        .order_by(RevisionSegment.position)
        .options(selectinload(Segment.recognition), selectinload(Segment.person))
    )
    return list(session.scalars(statement))


def checked_segments(session: Session, revision: Revision) -> set[int]:
    """Row ids of the segments that a reviewer looked at in a revision."""
    statement = select(RevisionSegment.segment_id).where(
        RevisionSegment.revision_id == revision.id, RevisionSegment.checked
    )
    return set(session.scalars(statement))


def all_ids(session: Session) -> list[int]:
    """Row ids of all testimonies."""
    return list(session.scalars(select(Testimony.id).order_by(Testimony.id)))


def count(session: Session) -> int:
    """How many testimonies there are, closed ones among them (for staff)."""
    return session.scalar(select(func.count(Testimony.id))) or 0


def statements_of(session: Session, testimony_id: int) -> list[AccessStatement]:
    """All access statements of a testimony, superseded ones among them, oldest first."""
    statement = select(AccessStatement).where(AccessStatement.testimony_id == testimony_id)
    return list(session.scalars(statement.order_by(AccessStatement.id)))


def _loaded() -> Select[Testimony]:
    return select(Testimony).options(
        selectinload(Testimony.collection),
        selectinload(Testimony.roles).selectinload(Role.person),
        selectinload(Testimony.recordings).selectinload(Recording.files).selectinload(File.derivatives),
        selectinload(Testimony.recordings).selectinload(Recording.captions),
        selectinload(Testimony.transcripts).selectinload(Transcript.revisions),
        selectinload(Testimony.chapters),
        selectinload(Testimony.statements),
    )
