"""What the record says that the store must have."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.models import Preserved
from archive.store import Known


def known(session: Session, testimony_id: int) -> Known:
    """What is known of the store by whoever is about to write a testimony's object."""
    if session.scalar(select(Preserved.id).where(Preserved.testimony_id == testimony_id)) is not None:
        return Known.OBJECT
    return Known.NOTHING if session.scalar(select(Preserved.id).limit(1)) is None else Known.STORE
