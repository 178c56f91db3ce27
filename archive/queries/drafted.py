"""How far an index that is being made anew has come."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from archive.models import Drafted, Testimony

_TOGETHER = 500


def due(session: Session, draft: str, now: datetime, limit: int) -> list[int]:
    """Row ids of testimonies that the draft lacks, or holds as they no longer are."""
    known = select(Drafted).where(Drafted.draft == draft).subquery()
    statement = (
        select(Testimony.id)
        .outerjoin(known, known.c.testimony_id == Testimony.id)
        .where(
            or_(
                known.c.testimony_id.is_(None),
                known.c.number != Testimony.change_number,
                known.c.stale_at <= now,
            )
        )
        .order_by(Testimony.id)
        .limit(limit)
    )
    return list(session.scalars(statement))


def holdings(session: Session, draft: str) -> Iterator[tuple[int, str, int, frozenset[str]]]:
    """Of every testimony that the draft was told of: row id, public id, change number, ids of documents."""
    statement = (
        select(Drafted.testimony_id, Testimony.public_id, Drafted.number, Drafted.document_ids)
        .join(Testimony, Testimony.id == Drafted.testimony_id)
        .where(Drafted.draft == draft)
        .execution_options(yield_per=_TOGETHER)
    )
    for testimony_id, public_id, number, document_ids in session.execute(statement):
        yield testimony_id, public_id, number, frozenset(document_ids)


def document_ids(session: Session, draft: str, testimony_id: int) -> list[str]:
    """Ids of the documents of a testimony that were last written into the draft."""
    statement = select(Drafted.document_ids).where(
        Drafted.draft == draft, Drafted.testimony_id == testimony_id
    )
    return session.scalar(statement) or []


def names(session: Session, index_name: str) -> list[str]:
    """Names of the drafts of an index that anything is known of: one, as a rule, or none."""
    return list(session.scalars(select(Drafted.draft).where(Drafted.index_name == index_name).distinct()))


def count(session: Session, index_name: str) -> int:
    """How many testimonies the draft of an index has been told of."""
    statement = select(func.count(Drafted.id)).where(Drafted.index_name == index_name)
    return session.scalar(statement) or 0
