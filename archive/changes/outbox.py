"""Saying that a testimony changed, and ticking off what was delivered."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from archive.changes import copies
from archive.clock import now
from archive.models import OutboxEntry, Testimony
from archive.models.outbox import DESTINATIONS
from archive.statements import partly_closed


def announce(session: Session, testimony: Testimony, *, closing: bool = False) -> int:
    """Put "testimony N changed, number k" into the outbox, in the transaction that changed it.

    `closing`: something that was open no longer is. It is delivered first, and until then every search
    leaves the testimony out. Its copies for listening have to be looked at, too. Returns k.
    """
    testimony.change_number += 1
    for destination in DESTINATIONS:
        session.add(
            OutboxEntry(
                testimony_id=testimony.id,
                destination=destination,
                number=testimony.change_number,
                closing=closing,
            )
        )
    copies.expect_look(session, testimony.id, now())
    return testimony.change_number


def announce_words(session: Session, testimony: Testimony, at: datetime) -> int:
    """As `announce`, where other words are published than were, or the same at other times.

    Where a part is closed, that is a closing: words that were open may have come to lie in it, and no
    statement changed. What was not published yet has no words that could. Call it before `published_at` is
    set. Returns the number of the change.
    """
    moved = testimony.published_at is not None and partly_closed(testimony, at)
    return announce(session, testimony, closing=moved)


def announce_to_index(session: Session, testimony: Testimony) -> None:
    """Have a testimony indexed anew, though nothing in the record changed: a date opened or closed it, or
    what an index holds of it is in doubt.

    Which of the two is not asked: a closing is what it is handled as.
    """
    testimony.change_number += 1
    session.add(
        OutboxEntry(
            testimony_id=testimony.id, destination="index", number=testimony.change_number, closing=True
        )
    )


def tell_index_again(session: Session, testimony: Testimony) -> None:
    """Have a testimony indexed as it is now, since what an index holds of it may become newer than what is
    remembered of that."""
    session.add(
        OutboxEntry(
            testimony_id=testimony.id, destination="index", number=testimony.change_number, closing=False
        )
    )


def announce_to_store(session: Session, testimony: Testimony) -> None:
    """Have a testimony's object written anew, though nothing changed that may be found: an event happened."""
    testimony.change_number += 1
    session.add(
        OutboxEntry(
            testimony_id=testimony.id, destination="store", number=testimony.change_number, closing=False
        )
    )


def tick(session: Session, testimony_id: int, destination: str, number: int) -> None:
    """What was written covers every change up to `number`: take those rows off."""
    session.execute(
        delete(OutboxEntry).where(
            OutboxEntry.testimony_id == testimony_id,
            OutboxEntry.destination == destination,
            OutboxEntry.number <= number,
        )
    )
