"""Readings for a page of search results."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from archive.access import Viewer
from archive.queries import readings, testimonies
from archive.reading import Reading


def reader(
    session: Session, viewer: Viewer, now: datetime
) -> Callable[[Mapping[str, Collection[str]]], dict[str, Reading]]:
    """A function from testimony ids (with the passages wanted of each) to what `viewer` may search."""

    def read(wanted: Mapping[str, Collection[str]]) -> dict[str, Reading]:
        found = {}
        for row in testimonies.load_by_public_ids(session, list(wanted)):
            reading = readings.read(session, row, viewer, "search", now)
            if isinstance(reading, Reading):
                found[row.public_id] = reading
        return found

    return read
