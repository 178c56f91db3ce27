"""What a change of access opens and closes, and from which day: for those who are about to make it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from archive.access import Opening, Span, Viewer, visible
from archive.models import Testimony
from archive.models.access import LEVELS

_VIEWERS = tuple(Viewer(level) for level in LEVELS if level != "withdrawn")

Openness = Mapping[datetime, tuple[Opening, ...]]
"""What each kind of viewer may read, at some moments."""


def openness(testimony: Testimony, moments: Iterable[datetime]) -> Openness:
    """How a loaded testimony stands for each kind of viewer at some moments."""
    return {
        moment: tuple(visible(viewer, testimony, "read", moment) for viewer in _VIEWERS)
        for moment in sorted(set(moments))
    }


def effects(before: Openness, after: Openness) -> tuple[str, ...]:
    """`opens` and `closes`, where anybody gets more or less: at the first of the moments, or from a later day
    on. Both ask for the same moments."""
    said = []
    for word, wider, narrower in (("opens", before, after), ("closes", after, before)):
        when = [moment for moment in before if not all(map(_covers, wider[moment], narrower[moment]))]
        if when:
            said.append(word if when[0] == min(before) else f"{word} from {when[0]:%Y-%m-%d}")
    return tuple(said)


def _covers(wider: Opening, narrower: Opening) -> bool:
    """Whether all that is open in one is open in the other. Chapters follow from sound."""
    if narrower.described and not wider.described:
        return False
    if narrower.machine_text and not wider.machine_text and narrower.described:
        return False
    if not _spans_cover(wider.sound, narrower.sound):
        return False
    return all(
        transcript in wider.text and _spans_cover(wider.text[transcript], spans)
        for transcript, spans in narrower.text.items()
    )


def _spans_cover(wider: Mapping[Any, Sequence[Span]], narrower: Mapping[Any, Sequence[Span]]) -> bool:
    return all(
        any(_lies_in(span, outer) for outer in wider.get(number, ()))
        for number, spans in narrower.items()
        for span in spans
    )


def _lies_in(span: Span, outer: Span) -> bool:
    return outer[0] <= span[0] and (outer[1] is None or (span[1] is not None and span[1] <= outer[1]))
