"""What waits in the outbox, and which testimonies a search must leave out meanwhile."""

from collections.abc import Collection
from datetime import datetime
from functools import cache

from sqlalchemy import CompoundSelect, Text, bindparam, case, cast, func, select, union
from sqlalchemy.orm import Session

from archive.models import Indexed, OutboxEntry, Testimony


def waiting(session: Session, destination: str, limit: int, *, without: Collection[int] = ()) -> list[int]:
    """Row ids of testimonies with changes to deliver, but for `without`: those that close something first,
    then oldest first."""
    statement = (
        select(OutboxEntry.testimony_id)
        .where(OutboxEntry.destination == destination, OutboxEntry.testimony_id.not_in(without))
        .group_by(OutboxEntry.testimony_id)
        .order_by(func.max(case((OutboxEntry.closing, 1), else_=0)).desc(), func.min(OutboxEntry.id))
        .limit(limit)
    )
    return list(session.scalars(statement))


def closing(session: Session, destination: str) -> set[int]:
    """Row ids of testimonies whose closing waits."""
    statement = select(OutboxEntry.testimony_id).where(
        OutboxEntry.destination == destination, OutboxEntry.closing
    )
    return set(session.scalars(statement))


def count(session: Session, destination: str) -> int:
    """How many testimonies wait."""
    statement = select(func.count(func.distinct(OutboxEntry.testimony_id)))
    return session.scalar(statement.where(OutboxEntry.destination == destination)) or 0


def left_out(session: Session, now: datetime) -> frozenset[str]:
    """Public ids that no search may find or count now: a closing waits, or a statement began or ended since
    they were indexed, or the clock was set back behind a date that has come."""
    return frozenset(session.scalars(_left_out(), {"now": now}))


@cache  # built once: every search asks
def _left_out() -> CompoundSelect[str]:
    now = bindparam("now", type_=Indexed.stale_at.type)
    # Each part has an index of its own; one condition with "or" would be looked for in all testimonies.
    waits = select(Testimony.public_id).join(OutboxEntry, OutboxEntry.testimony_id == Testimony.id)
    stale = select(Testimony.public_id).join(Indexed, Indexed.testimony_id == Testimony.id)
    return union(
        waits.where(OutboxEntry.destination == "index", OutboxEntry.closing),
        stale.where(Indexed.stale_at <= now),
        select(Testimony.public_id).where(Testimony.reached_at > now),
    )


def stale(session: Session, now: datetime) -> list[int]:
    """Row ids of testimonies that must be indexed anew since a statement began or ended."""
    waiting_rows = select(OutboxEntry.testimony_id).where(OutboxEntry.destination == "index")
    statement = select(Indexed.testimony_id).where(
        Indexed.stale_at <= now, Indexed.testimony_id.not_in(waiting_rows)
    )
    return list(session.scalars(statement.distinct()))


def indexed(session: Session, testimony_id: int) -> dict[str, Indexed]:
    """What each index was last told of a testimony, by the index's name."""
    rows = session.scalars(select(Indexed).where(Indexed.testimony_id == testimony_id))
    return {row.index_name: row for row in rows}


def told(session: Session, index_name: str) -> dict[str, int]:
    """Public ids of the testimonies of which an index holds documents by what it was last told, each with the
    number of the change; without those for which something waits, of which it may know more already."""
    waits = select(OutboxEntry.testimony_id).where(OutboxEntry.destination == "index")
    statement = (
        select(Testimony.public_id, Indexed.number)
        .join(Indexed, Indexed.testimony_id == Testimony.id)
        .where(
            Indexed.index_name == index_name,
            cast(Indexed.document_ids, Text) != "[]",
            Testimony.id.not_in(waits),
        )
    )
    return {public_id: number for public_id, number in session.execute(statement)}


def undelivered(session: Session) -> set[str]:
    """Public ids of the testimonies for which something waits to be told to the index."""
    statement = select(Testimony.public_id).join(OutboxEntry, OutboxEntry.testimony_id == Testimony.id)
    return set(session.scalars(statement.where(OutboxEntry.destination == "index")))


def is_unindexed(session: Session) -> bool:
    """Whether nothing was ever indexed: an archive that begins, not one that lost its index."""
    return session.scalar(select(Indexed.id).limit(1)) is None
