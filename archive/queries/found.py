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
        rows = testimonies.load_found(session, list(wanted))
        parts = [] if around is None else [row for row in rows if wanted[row.public_id] or not row.languages]
        # The others were found by their description: nothing that is said of them comes from their text.
        text = around is None
        found = {
            row.public_id: readings.read(session, row, viewer, "search", now, text=text)
            for row in rows
            if row not in parts
        }
        found |= readings.read_parts(session, parts, viewer, "search", now, wanted=wanted, around=around or 0)
        return {public_id: reading for public_id, reading in found.items() if isinstance(reading, Reading)}

    return read
