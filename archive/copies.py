"""Which copy of a file a viewer may be given: the one in which exactly those stretches are silent and black
that the gate closes to them at this moment (docs/decisions/closed-copies.md).

Stretches are of the file's own time here (cited time + offset), so that what a copy lacks never depends on
anything but the file. Written, they are `1500-4000,90000-` in ms; no end: to the end of the file.
"""

from collections.abc import Sequence
from datetime import datetime

from archive.access import PUBLIC, Span, Viewer, heard_once_open
from archive.models import File, Recording, Testimony

WHOLE = ""
"""The copy in which nothing is closed."""

LISTENERS: tuple[Viewer, ...] = (PUBLIC,)
"""Whose copies are made. Whoever can sign in one day is added here."""


def closed_in(file: File, spans: Sequence[Span]) -> tuple[Span, ...] | None:
    """The stretches of `file` that are closed where `spans` of cited time are open; None: nothing of it is
    open.

    A file may begin before its cited time does: that part goes with the first moment that can be cited.
    """
    closed: list[Span] = []
    position: int | None = None
    for start, end in spans:
        if start > 0:
            closed.append(_in_file(file, position, start))
        position = end
        if end is None:
            break
    else:
        closed.append(_in_file(file, position, None))
    within = tuple(
        (start, end) for start, end in closed if start < file.duration_ms and (end is None or end > start)
    )
    return None if (0, None) in within else within


def variant(file: File, spans: Sequence[Span]) -> str | None:
    """`closed_in` as it is written beside a copy; None: there is no copy that may be given."""
    closed = closed_in(file, spans)
    return None if closed is None else write_stretches(closed)


def write_stretches(stretches: Sequence[Span]) -> str:
    """`((0, 1500), (3000, None))` as `0-1500,3000-`."""
    return ",".join(f"{start}-{'' if end is None else end}" for start, end in stretches)


def read_stretches(written: str) -> tuple[Span, ...]:
    """What `write_stretches` wrote."""
    pairs = [part.partition("-") for part in written.split(",") if part]
    return tuple((int(start), int(end) if end else None) for start, _, end in pairs)


def hides(copy: str, closed: str) -> bool:
    """Whether everything in `closed` is closed in a copy too: nothing is told by going on with it."""
    lacking = read_stretches(copy)
    return all(
        any(start <= first and (end is None or (last is not None and last <= end)) for start, end in lacking)
        for first, last in read_stretches(closed)
    )


def wanted(testimony: Testimony, recording: Recording, file: File, now: datetime) -> frozenset[str]:
    """The copies that there should be of a file that is in use, by what is closed in them.

    A testimony that is closed as a whole keeps the copy that it will be opened with, as it keeps its
    original; one that is withdrawn, or a recording of which nothing is open, has none.
    """
    found = set()
    for viewer in LISTENERS:
        spans = heard_once_open(viewer, testimony, now).get(recording.number, ())
        closed = variant(file, spans)
        if closed is not None:
            found.add(closed)
    return frozenset(found)


def _in_file(file: File, start: int | None, end: int | None) -> Span:
    """A closed stretch of cited time in the file's own; start None: from before anything that is cited."""
    first = 0 if start is None else max(0, start + file.offset_ms)
    last = None if end is None else max(0, end + file.offset_ms)
    return first, (None if last is None or last >= file.duration_ms else last)
