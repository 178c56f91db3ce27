"""Where an address of before leads now."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.access import Viewer
from archive.models import OldAddress, Testimony
from archive.queries import testimonies


@dataclass(frozen=True, slots=True)
class Place:
    """A recording, and a moment or stretch of it (ms of cited time)."""

    recording: int | None
    start_ms: int | None
    end_ms: int | None


def find(session: Session, address: str, viewer: Viewer, now: datetime) -> tuple[Testimony, Place] | None:
    """The testimony that an old address leads to, fully loaded, for a viewer as in
    `testimonies.find_known`, and the place in it."""
    row = session.execute(
        select(OldAddress, Testimony.public_id)
        .join(Testimony, Testimony.id == OldAddress.testimony_id)
        .where(OldAddress.address == address, testimonies.told_of(viewer, now))
    ).one_or_none()
    testimony = None if row is None else testimonies.find_known(session, row[1], viewer, now)
    if row is None or testimony is None:
        return None
    return testimony, Place(row[0].recording_number, row[0].start_ms, row[0].end_ms)
