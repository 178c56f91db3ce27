"""The text of a revision from its rows: all of it, or the lines that somebody wants to see and, of the rest
of what is open, only who speaks in it.

A transcript of three hours takes 40 ms to load and cut, the part of it that a search result shows 3 ms.
"""

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    false,
    func,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session

from archive.access import EVERYTHING, Span
from archive.models import Recognition, RevisionSegment, Segment
from archive.models.recognition import maker_name
from archive.passages import Line, Voice, is_named_among_others

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
    """Lines in order, and the voices of what is open and was not loaded (and of some that was). Of a part,
    `sought` are those that were looked for: what runs into them is there, too, and into no other."""

    lines: Sequence[Line]
    voices: Sequence[Voice] = ()
    sought: Sequence[Line] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """What somebody wants to see of a revision: the lines with the ids `wanted`. `borders` is what is open of
    it, `machine_text` whether machine text is that nobody checked, `heard` whether the languages of all that
    is open have to be known."""

    revision_id: int
    borders: Borders
    machine_text: bool
    wanted: Collection[str]
    heard: bool


def load_lines(session: Session, revision_id: int) -> Lines:
    """All of a revision."""
    rows = _load(session, _lines().where(RevisionSegment.revision_id == revision_id))
    return Lines([line for _, line in rows])


def load_parts(session: Session, parts: Sequence[Part], around: int) -> dict[int, Lines]:
    """Of each part, by the revision's row id: the lines that are wanted, those that a border touches (they
    are cut, and their pieces have ids that are not known before), and so many next to each that every phrase
    which runs over `around` words outside it is there, with the lines into which it runs and what runs into
    those. Other voices are told of where something depends on them: to look at all lines takes longer than
    to load those few.

    All parts are asked for at once: a page of results has twenty.
    """
    lines: dict[int, dict[int, Line]] = {part.revision_id: {} for part in parts}
    for revision_id, line in _first(session, parts):
        lines[revision_id][line.position] = line
    seeds = {revision_id: list(found) for revision_id, found in lines.items()}
    asked = {revision_id: set(found) for revision_id, found in lines.items()}
    while next_to := {
        revision_id: missing
        for revision_id, found in lines.items()
        if (missing := _missing(found, asked[revision_id], seeds[revision_id], around))
    }:
        for revision_id, line in _load(session, _at(next_to)):
            lines[revision_id][line.position] = line
        for revision_id, positions in next_to.items():
            asked[revision_id] |= positions
    voices = _voices(
        session,
        [
            part
            for part in parts
            if part.heard or any(map(is_named_among_others, lines[part.revision_id].values()))
        ],
    )
    return {
        revision_id: Lines(
            [found[position] for position in sorted(found)],
            voices.get(revision_id, ()),
            [found[position] for position in sorted(seeds[revision_id])],
        )
        for revision_id, found in lines.items()
    }


def _first(session: Session, parts: Sequence[Part]) -> Iterator[tuple[int, Line]]:
    """The lines that are wanted and those that a border touches."""
    wanted = [public_id for part in parts for public_id in part.wanted]
    if wanted:
        yield from _load(session, _named(), ids=[part.revision_id for part in parts], wanted=wanted)
    for part in parts:
        touched = [_touched(recording_id, spans) for recording_id, spans in part.borders.items()]
        if some := [one for one in touched if one is not None]:
            of_part = RevisionSegment.revision_id == part.revision_id
            yield from _load(session, _lines().where(of_part, or_(*some)))


def engine_names(session: Session, parts: Collection[Lines]) -> dict[int, str]:
    """Makers of machine text, by the row id of the recognition."""
    ids = {line.recognition_id for part in parts for line in part.lines}
    ids |= {voice.recognition_id for part in parts for voice in part.voices}
    ids.discard(None)
    if not ids:
        return {}
    return {
        run_id: maker_name(*made_with) for run_id, *made_with in session.execute(_runs(), {"ids": list(ids)})
    }


def _load(session: Session, statement: Select[*tuple[Any, ...]], **given: Any) -> Iterator[tuple[int, Line]]:
    """Lines, each with its revision's row id."""
    for revision_id, *line in session.execute(statement, given):
        yield revision_id, Line._make(line)


# Statements that every search asks are built once: building one takes longer than to have it answered.
@cache
def _lines() -> Select[*tuple[Any, ...]]:
    return (
        select(
            RevisionSegment.revision_id,
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
        .order_by(RevisionSegment.position)
    )


@cache
def _named() -> Select[*tuple[Any, ...]]:
    """The lines with the public ids `wanted`, of the revisions `ids`."""
    return _lines().where(
        Segment.public_id.in_(bindparam("wanted", expanding=True)),
        RevisionSegment.revision_id.in_(bindparam("ids", expanding=True)),
    )


def _at(places: Mapping[int, Collection[int]]) -> Select[*tuple[Any, ...]]:
    """The lines at these positions of revisions. Not as pairs: SQLite looks for those in the whole table."""
    return _lines().where(
        or_(
            *(
                and_(RevisionSegment.revision_id == revision_id, RevisionSegment.position.in_(positions))
                for revision_id, positions in places.items()
            )
        )
    )


@cache
def _runs() -> Select[*tuple[Any, ...]]:
    made_with = (Recognition.model, Recognition.engine, Recognition.engine_version)
    return select(Recognition.id, *made_with).where(Recognition.id.in_(bindparam("ids", expanding=True)))


def _voices(session: Session, parts: Iterable[Part]) -> dict[int, list[Voice]]:
    """Who speaks in what is open, by the revision's row id."""
    whole: dict[bool, list[int]] = {}
    found: dict[int, list[Voice]] = {}
    rows: list[Any] = []
    for part in parts:
        if all(spans == EVERYTHING for spans in part.borders.values()):
            whole.setdefault(part.machine_text, []).append(part.revision_id)
        else:
            open_lines = and_(_open(part.borders), _may_be_read(part.machine_text))
            of_part = RevisionSegment.revision_id == part.revision_id
            rows += session.execute(_voices_of(open_lines).where(of_part))
    for machine_text, ids in whole.items():
        rows += session.execute(_voices_of_whole(machine_text), {"ids": ids})
    for revision_id, *voice in rows:
        found.setdefault(revision_id, []).append(Voice._make(voice))
    return found


def _voices_of(condition: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    columns = (Segment.person_id, Segment.speaker_label, Segment.language, Segment.recognition_id)
    return (
        select(RevisionSegment.revision_id, func.min(RevisionSegment.position), *columns)
        .join(Segment, RevisionSegment.segment_id == Segment.id)
        .where(condition)
        .group_by(RevisionSegment.revision_id, *columns)
    )


@cache
def _voices_of_whole(machine_text: bool) -> Select[*tuple[Any, ...]]:
    """Of the revisions `ids`, of which everything is open."""
    spoken = and_(Segment.start_ms >= 0, _worded())
    everything = and_(or_(Segment.recording_id.is_(None), spoken), _may_be_read(machine_text))
    return _voices_of(everything).where(RevisionSegment.revision_id.in_(bindparam("ids", expanding=True)))


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
