"""From an id in an address to what the viewer may have of it. All routes to a testimony's words go through
here, so that what is hidden and what does not exist end in the same place."""

from datetime import datetime

from sqlalchemy.orm import Session

from archive.access import Use, Viewer
from archive.errors import NotFound
from archive.models import Testimony
from archive.queries.readings import Closed, read, read_uses
from archive.queries.testimonies import find
from archive.reading import Reading
from web.errors import ClosedTestimony


def find_testimony(session: Session, testimony_id: str) -> Testimony:
    """The row of a public id. Raises NotFound."""
    row = find(session, testimony_id)
    if row is None:
        raise NotFound("no such testimony")
    return row


def open_testimony(
    session: Session,
    row: Testimony,
    viewer: Viewer,
    use: Use,
    now: datetime,
    *,
    text: bool = True,
    notice: bool = False,
) -> Reading:
    """What the viewer may have for a use. Raises NotFound, or with `notice` ClosedTestimony where the public
    may read that it is closed: the page says so, its files and texts do not even exist."""
    return _opened(read(session, row, viewer, use, now, text=text), notice)


def open_for_reading(
    session: Session, row: Testimony, viewer: Viewer, now: datetime, *, notice: bool = False
) -> tuple[Reading, Reading]:
    """What the viewer may read here and what they may take away, as `open_testimony` gives them for the uses
    `read` and `download`, with the text loaded once."""
    reading, taken = read_uses(session, row, viewer, ("read", "download"), now)
    return _opened(reading, notice), _opened(taken, False)


def _opened(reading: Reading | Closed | None, notice: bool) -> Reading:
    if isinstance(reading, Closed) and notice:
        raise ClosedTestimony(reading.notice)
    if not isinstance(reading, Reading):
        raise NotFound("no such testimony")
    return reading
