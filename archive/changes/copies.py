"""Saying when copies for listening have to be looked at."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.models import CopiesDue


def expect_look(session: Session, testimony_id: int, at: datetime | None) -> None:
    """The copies of a testimony have to be looked at from `at` on; None: not before the next change."""
    row = session.scalars(select(CopiesDue).where(CopiesDue.testimony_id == testimony_id)).one_or_none()
    if row is None:
        row = CopiesDue(testimony_id=testimony_id)
        session.add(row)
    row.at = at
    session.flush()
