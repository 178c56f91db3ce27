"""Noting that dates of access statements have come, so that a clock that is set back opens nothing."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from archive.changes import events, outbox
from archive.models import Testimony
from archive.queries import testimonies
from archive.statements import last_date


def reach(testimony: Testimony, now: datetime) -> bool:
    """Note the latest date of a testimony, loaded with its statements, that has come; whether it is news."""
    date = last_date(testimony, now)
    if date is None or (testimony.reached_at is not None and testimony.reached_at >= date):
        return False
    testimony.reached_at = date
    return True


def reach_all(session: Session, ids: Collection[int], now: datetime) -> None:
    """The same for testimonies by row id, each announced as a closing: which of the two a date brings is not
    asked."""
    for testimony in testimonies.load_dated(session, ids):
        if reach(testimony, now):
            events.record(
                session,
                "access date",
                testimony_id=testimony.id,
                detail={"reached": str(testimony.reached_at)},
            )
            outbox.announce(session, testimony, closing=True)


def believe(session: Session, testimony: Testimony, now: datetime, *, said_by: str) -> bool:
    """Somebody's word that the clock is right now and was wrong when it was ahead: dates that have not come
    by it are still to come. Returns whether that changes anything."""
    date = last_date(testimony, now)
    if testimony.reached_at is None or testimony.reached_at <= now:
        return False
    events.record(
        session,
        "access date taken back",
        testimony_id=testimony.id,
        agent=said_by,
        detail={"reached": str(testimony.reached_at), "clock": str(now)},
    )
    testimony.reached_at = date
    outbox.announce(session, testimony, closing=True)
    return True
