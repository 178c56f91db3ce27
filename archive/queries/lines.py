"""The text of a revision from its rows: all of it, or the lines that somebody wants to see and, of the rest
of what is open, only who speaks in it.

A transcript of three hours takes 40 ms to load and cut, the part of it that a search result shows 3 ms.
"""

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, select, true
from sqlalchemy.orm import Session, load_only

from archive.access import EVERYTHING, Span
from archive.models import Recognition, RevisionSegment, Segment
from archive.passages import Line, Voice

Borders = Mapping[int | None, tuple[Span, ...]]
"""What is open, by the recording's row id; None: text that has no sound."""

_WHITE_SPACE = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680"
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
"""What Python splits text at."""

_AT_ONCE = 4
"""Neighbouring lines that are loaded before their words are counted."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines in order, and the voices of what is open and was not loaded (and of some that was)."""

    lines: Sequence[Line]
    voices: Sequence[Voice] = ()


def load_lines(session: Session, revision_id: int) -> Lines:
    """All of a revision."""
    return Lines(_load(session, RevisionSegment.revision_id == revision_id))


def load_part(
    session: Session,
    revision_id: int,
    borders: Borders,
    *,
    machine_text: bool,
    wanted: Collection[str],
    around: int,
) -> Lines:
    """The lines whose ids are `wanted`, those that a border touches (they are cut, and their pieces have ids
    that are not known before), and so many next to each that every phrase which runs over `around` words
    outside it is there, with the lines into which it runs and what runs into those."""
    ours = RevisionSegment.revision_id == revision_id
    touched = [_touched(recording_id, spans) for recording_id, spans in borders.items()]
    some = [one for one in touched if one is not None]
    chosen = or_(*some, *([Segment.public_id.in_(wanted)] if wanted else ())) if some or wanted else None
    lines = {line.position: line for line in _load(session, and_(ours, chosen))} if chosen is not None else {}
    seeds, asked = list(lines), set(lines)
    while next_to := _missing(lines, asked, seeds, around):
        found = _load(session, and_(ours, RevisionSegment.position.in_(next_to)))
        lines.update((line.position, line) for line in found)
        asked |= next_to
    return Lines(
        [lines[position] for position in sorted(lines)],
        _voices(session, and_(ours, _open(borders), _may_be_read(machine_text))),
    )


def engine_names(session: Session, parts: Iterable[Lines]) -> dict[int, str]:
    """Makers of machine text, by the row id of the recognition."""
    ids = {line.recognition_id for part in parts for line in part.lines}
    ids |= {voice.recognition_id for part in parts for voice in part.voices}
    ids.discard(None)
    if not ids:
        return {}
    statement = (
        select(Recognition)
        .where(Recognition.id.in_(ids))
        .options(load_only(Recognition.engine, Recognition.engine_version, Recognition.model))
    )
    return {run.id: run.label for run in session.scalars(statement)}


def _load(session: Session, condition: ColumnElement[bool]) -> list[Line]:
    statement = (
        select(
            RevisionSegment.position,
            Segment.public_id,
            Segment.recording_id,
            Segment.start_ms,
            Segment.end_ms,
            Segment.person_id,
            Segment.speaker_label,
            Segment.language,
            Segment.recognition_id,
            RevisionSegment.checked,
            Segment.text,
            Segment.words,
        )
        .join(Segment, RevisionSegment.segment_id == Segment.id)
        .where(condition)
        .order_by(RevisionSegment.position)
    )
    return [Line._make(row) for row in session.execute(statement)]


def _voices(session: Session, condition: ColumnElement[bool]) -> list[Voice]:
    columns = (Segment.person_id, Segment.speaker_label, Segment.language, Segment.recognition_id)
    statement = (
        select(func.min(RevisionSegment.position), *columns)
        .join(Segment, RevisionSegment.segment_id == Segment.id)
        .where(condition)
        .group_by(*columns)
    )
    return [Voice._make(row) for row in session.execute(statement)]


def _open(borders: Borders) -> ColumnElement[bool]:
    """Lines of which all is open, and in which there is a word."""
    return or_(
        false(),
        *(
            and_(Segment.recording_id == recording_id, or_(*(_within(span) for span in spans)), _worded())
            if recording_id is not None
            else Segment.recording_id.is_(None)
            for recording_id, spans in borders.items()
            if spans
        ),
    )


def _touched(recording_id: int | None, spans: tuple[Span, ...]) -> ColumnElement[bool] | None:
    """Lines of a recording that are neither open nor closed altogether."""
    if recording_id is None or spans in (EVERYTHING, ()):
        return None
    return and_(
        Segment.recording_id == recording_id,
        or_(*(_meets(span) for span in spans)),
        not_(or_(*(_within(span) for span in spans))),
    )


def _within(span: Span) -> ColumnElement[bool]:
    """As `access.span_of` has it."""
    start, end = span
    if end is None:
        return Segment.start_ms >= start
    return and_(Segment.start_ms >= start, Segment.end_ms <= end, Segment.start_ms < end)


def _meets(span: Span) -> ColumnElement[bool]:
    start, end = span
    if end is None:
        return Segment.end_ms >= start
    return and_(Segment.end_ms >= start, Segment.start_ms <= end)


def _worded() -> ColumnElement[bool]:
    return or_(func.length(Segment.words) > 0, func.trim(Segment.text, _WHITE_SPACE) != "")


def _may_be_read(machine_text: bool) -> ColumnElement[bool]:
    if machine_text:
        return true()
    return or_(Segment.recognition_id.is_(None), RevisionSegment.checked)


def _missing(
    lines: Mapping[int, Line], asked: Collection[int], seeds: Iterable[int], around: int
) -> set[int]:
    """Places next to the seeds that are to be loaded, as far as is known by now."""
    missing: set[int] = set()
    for seed in seeds:
        for step in (-1, 1):
            place = seed
            # Twice: once for what a phrase runs into, once for what runs into that.
            for words in (around, around):
                while words > 0 and (place == seed or place in lines):
                    place += step
                    if place in lines:
                        words -= _count_words(lines[place].text)
            if around and place not in lines and place not in asked and place >= 0:
                missing.update(range(place, place + step * _AT_ONCE, step))
    return missing - set(asked)


def _count_words(text: str) -> int:
    """How many words there are at least: no analysis finds fewer."""
    return sum(
        any(sign.isalnum() and unicodedata.category(sign) != "Lm" for sign in part) for part in text.split()
    )
