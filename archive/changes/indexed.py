"""Remembering what an index was told."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.models import Indexed


def remember(
    session: Session,
    testimony_id: int,
    index_name: str,
    *,
    number: int,
    document_ids: Collection[str],
    stale_at: datetime | None,
) -> None:
    """Keep which documents of a testimony an index holds now, as of change `number`.

    Two processes may remember in another order than they wrote: what is known of a later change stays, and of
    the same one the earlier `stale_at`.
    """
    row = session.scalars(
        select(Indexed).where(Indexed.testimony_id == testimony_id, Indexed.index_name == index_name)
    ).one_or_none()
    if row is None:
        row = Indexed(testimony_id=testimony_id, index_name=index_name)
        session.add(row)
    elif row.number > number:
        return
    elif row.number == number and row.stale_at is not None:
        stale_at = row.stale_at if stale_at is None else min(stale_at, row.stale_at)
    row.number = number
    row.document_ids = sorted(document_ids)
    row.stale_at = stale_at


def expect_change(session: Session, testimony_id: int, at: datetime | None) -> None:
    """What is open of a testimony may change at `at`: until it is indexed anew, its documents hold no longer
    than that."""
    if at is None:
        return
    rows = session.scalars(select(Indexed).where(Indexed.testimony_id == testimony_id))
    for row in rows:
        row.stale_at = at if row.stale_at is None else min(row.stale_at, at)
