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
    """Keep which documents of a testimony an index holds now, as of change `number`."""
    row = session.scalars(
        select(Indexed).where(Indexed.testimony_id == testimony_id, Indexed.index_name == index_name)
    ).one_or_none()
    if row is None:
        row = Indexed(testimony_id=testimony_id, index_name=index_name)
        session.add(row)
    row.number = number
    row.document_ids = sorted(document_ids)
    row.stale_at = stale_at
