"""Taking down that a testimony's object is in the store."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.models import Preserved


def note(session: Session, testimony_id: int, number: int = 0) -> None:
    """The store has the testimony's object, with all changes up to `number` (0: none is known of)."""
    row = session.scalars(select(Preserved).where(Preserved.testimony_id == testimony_id)).one_or_none()
    if row is None:
        session.add(Preserved(testimony_id=testimony_id, number=number))
    else:
        row.number = max(row.number, number)
