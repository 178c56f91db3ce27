"""Two texts side by side: which passages of the one stand beside which of the other."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from archive.formats.provenance import mixed as has_both
from archive.reading import Passage, Reading, Stream
from web.languages import direction
from web.words import Mark, marked_html

ORIGINAL = "original"
"""What addresses call the original beside a translation; a translation goes by its language."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A passage of the other text, to be read and not to be sought in."""

    html: Markup
    language: str
    direction: str
    machine: bool
    """Says that a machine made it, where that is not true of the whole text."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """The other text, passage by passage: what stands beside which, and what has nothing to stand beside."""

    by_passage: Mapping[str, tuple[Beside, ...]]
    alone: Mapping[int | None, tuple[Beside, ...]]
    """By the number of a recording of which the shown text has nothing."""


def is_mixed(stream: Stream) -> bool:
    """Whether the passages of a text have to say which of them a machine made."""
    return stream.status != "reviewed" and has_both(stream.passages)


def name_of(stream: Stream) -> str:
    """What addresses call a text that stands beside another."""
    return stream.translated_into or ORIGINAL


def find_other(reading: Reading, shown: Stream, wanted: str | None) -> Stream | None:
    """The text that is wanted beside the shown one, if there is such a one."""
    others = (stream for stream in reading.streams if stream is not shown)
    return next((stream for stream in others if name_of(stream) == wanted), None)


def pair(shown: Stream, other: Stream, marks: Mapping[str, Sequence[Mark]]) -> Pairing:
    """Each passage of the other text beside the one of the shown text in whose time its middle lies: from its
    beginning to that of the next. Text without sound goes by its place."""
    rows: dict[int | None, list[Passage]] = {}
    for passage in shown.passages:
        rows.setdefault(passage.recording, []).append(passage)
    mixed = is_mixed(other)
    by_passage: dict[str, list[Beside]] = {}
    alone: dict[int | None, list[Beside]] = {}
    places: dict[int | None, int] = {}
    for passage in other.passages:
        number = passage.recording
        place = places[number] = places.get(number, -1) + 1
        html = marked_html(passage.text, marks.get(passage.id, ()))
        machine = mixed and passage.machine
        beside = Beside(html, passage.language, direction(passage.language), machine)
        candidates = rows.get(number)
        if not candidates:
            alone.setdefault(number, []).append(beside)
            continue
        at = _row(candidates, passage, place)
        by_passage.setdefault(candidates[at].id, []).append(beside)
    return Pairing(
        {key: tuple(found) for key, found in by_passage.items()},
        {number: tuple(found) for number, found in alone.items()},
    )


def _row(candidates: Sequence[Passage], passage: Passage, place: int) -> int:
    if passage.start_ms is None or passage.end_ms is None or candidates[0].start_ms is None:
        return min(place, len(candidates) - 1)
    middle = (passage.start_ms + passage.end_ms) / 2
    return max(0, bisect_right([each.start_ms or 0 for each in candidates], middle) - 1)
