"""From an id in an address to what the viewer may have of it. All routes to a testimony's words go through
here, so that what is hidden and what does not exist end in the same place."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from archive.access import Use, Viewer
from archive.errors import NotFound
from archive.models import Recording, Testimony
from archive.queries import addresses, clips
from archive.queries.addresses import Place
from archive.queries.clips import OpenClip
from archive.queries.readings import Closed, hear, read, read_uses
from archive.queries.testimonies import (
    find_heard,
    find_known,
    find_known_by_accession,
    find_known_recording,
)
from archive.reading import OpenRecording, Reading
from web.errors import ClosedTestimony

OpenedRecording = tuple[Testimony, Recording, OpenRecording]
"""The rows of a recording, and what a viewer may hear of it."""


def find_testimony(session: Session, testimony_id: str, viewer: Viewer, now: datetime) -> Testimony:
    """The row of a public id. Raises NotFound."""
    row = find_known(session, testimony_id, viewer, now)
    if row is None:
        raise NotFound("no such testimony")
    return row


def find_by_accession(session: Session, number: str, viewer: Viewer, now: datetime) -> Testimony:
    """The row of an accession number. Raises NotFound."""
    row = find_known_by_accession(session, number, viewer, now)
    if row is None:
        raise NotFound("no such accession number")
    return row


def find_recording(
    session: Session, recording_id: str, viewer: Viewer, now: datetime
) -> tuple[Testimony, Recording]:
    """The rows of a recording's public id. Raises NotFound."""
    found = find_known_recording(session, recording_id, viewer, now)
    if found is None:
        raise NotFound("no such recording")
    return found


def find_old_address(
    session: Session, address: str, viewer: Viewer, now: datetime
) -> tuple[Reading, Place] | None:
    """The description of the testimony that an address of before leads to, and the place in it; None: the
    viewer may know of none. Raises ClosedTestimony as `open_testimony` does."""
    found = addresses.find(session, address, viewer, now)
    if found is None:
        return None
    reading = read(session, found[0], viewer, "describe", now, text=False)
    return None if reading is None else (_opened(reading, True), found[1])


def open_clip(session: Session, clip_id: str, viewer: Viewer, now: datetime) -> tuple[Testimony, OpenClip]:
    """A clip of which all may be quoted, and the row of its testimony. Raises NotFound."""
    found = clips.find_known(session, clip_id, viewer, now)
    opened = None if found is None else clips.open_clip(session, *found, viewer, now)
    if found is None or opened is None:
        raise NotFound("no such clip")
    return found[0], opened


def open_recording(session: Session, recording_id: str, viewer: Viewer, now: datetime) -> OpenedRecording:
    """The rows of a recording's public id, with what the viewer may hear of it. Raises NotFound."""
    found = find_heard(session, recording_id, viewer, now)
    opened = None if found is None else hear(found[0], recording_id, viewer, now)
    if found is None or opened is None:
        raise NotFound("no such recording")
    return *found, opened


def find_numbered(session: Session, number: str, viewer: Viewer, now: datetime) -> Reading | None:
    """The description of the testimony whose accession number somebody typed into the search, if the viewer
    may have it."""
    row = find_known_by_accession(session, number, viewer, now)
    reading = None if row is None else read(session, row, viewer, "describe", now, text=False)
    return reading if isinstance(reading, Reading) else None


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


@dataclass(frozen=True, slots=True)
class Opened:
    """One testimony as the viewer may have it for several uses."""

    read: Reading
    taken: Reading
    """What may be downloaded."""
    quoted: Reading


def open_for_reading(
    session: Session, row: Testimony, viewer: Viewer, now: datetime, *, notice: bool = False
) -> Opened:
    """What the viewer may read here, take away and quote, as `open_testimony` gives them for the uses `read`,
    `download` and `quote`, with the text loaded once."""
    read, taken, quoted = read_uses(session, row, viewer, ("read", "download", "quote"), now)
    return Opened(_opened(read, notice), _opened(taken, False), _opened(quoted, False))


def _opened(reading: Reading | Closed | None, notice: bool) -> Reading:
    if isinstance(reading, Closed) and notice:
        raise ClosedTestimony(reading.notice)
    if not isinstance(reading, Reading):
        raise NotFound("no such testimony")
    return reading
