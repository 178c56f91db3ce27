"""Readings for a page of search results."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from archive.access import Viewer
from archive.queries import readings, testimonies
from archive.reading import Reading


def reader(
    session: Session, viewer: Viewer, now: datetime, *, around: int | None = None
) -> Callable[[Mapping[str, Collection[str]]], dict[str, Reading]]:
    """A function from testimony ids (with the passages wanted of each) to what `viewer` may search.

    Of each it gives the passages wanted and, for phrases that run over their borders, `around` words beside
    them; None: the whole text, which is right for any phrase and takes thirty times as long.
    """

    def read(wanted: Mapping[str, Collection[str]]) -> dict[str, Reading]:
        found = {}
        for row in testimonies.load_by_public_ids(session, list(wanted)):
            passages = wanted[row.public_id]
            if around is None:
                reading = readings.read(session, row, viewer, "search", now)
            elif not passages and row.languages:
                # Found by its description: nothing that is said of it comes from its text.
                reading = readings.read(session, row, viewer, "search", now, text=False)
            else:
                reading = readings.read_part(
                    session, row, viewer, "search", now, wanted=passages, around=around
                )
            if isinstance(reading, Reading):
                found[row.public_id] = reading
        return found

    return read
