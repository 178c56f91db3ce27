"""The chapters of a testimony, as its description has them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from archive.errors import Conflict
from archive.formats.timecode import timestamp
from archive.models import Chapter, Testimony
from archive.queries.explanations import place_of
from archive.statements import counting_from
from schemas.metadata import TestimonyMetadata
from schemas.parts import DescribedChapter

_Numbered = tuple[int, DescribedChapter]
"""A chapter of a description, and the number of the recording that it is of."""


def describe(session: Session, testimony: Testimony, metadata: TestimonyMetadata, now: datetime) -> None:
    """Give a loaded testimony the chapters of its description.

    One that was moved or renamed, not both, is the same chapter: statements and links rest on it, and a
    correction opens nothing that was closed. Raises Conflict where one that is or will be closed by a
    statement of its own may be any of several; nothing is changed then.
    """
    numbered = [(_number(described, metadata), described) for described in metadata.chapters]
    known = _known(testimony.chapters, numbered)
    _refuse_to_guess(testimony, numbered, known, now)
    for offset, chapter in enumerate(testimony.chapters):
        chapter.position = -1 - offset
    session.flush()
    rows = []
    for position, (number, described) in enumerate(numbered):
        chapter = known.get(position) or Chapter()
        chapter.recording_number = number
        chapter.title = described.title
        chapter.start_ms = described.start_ms
        chapter.position = position
        chapter.end_ms = described.end_ms
        chapter.synopsis = described.synopsis
        chapter.keywords = list(described.keywords)
        chapter.places = list(described.places)
        rows.append(chapter)
    testimony.chapters = rows
    session.flush()


def _number(described: DescribedChapter, metadata: TestimonyMetadata) -> int:
    given = "recording" in described.model_fields_set
    return described.recording if given else metadata.numbers[0]


def _known(before: Sequence[Chapter], numbered: Sequence[_Numbered]) -> dict[int, Chapter]:
    """Which chapters that were there before are those described, by position: the surest first, and of those
    that are as sure the nearest, since all of a recording may have been moved by the same time."""
    known: dict[int, int] = {}
    taken: set[int] = set()
    same: tuple[Callable[[Chapter, int, DescribedChapter], bool], ...] = (
        lambda row, number, said: (
            (row.recording_number, row.start_ms, row.title) == (number, said.start_ms, said.title)
        ),
        lambda row, number, said: (row.recording_number, row.title) == (number, said.title),
        # The number of its recording was corrected. A title says more than a start does: the first chapters
        # of all recordings begin at 0.
        lambda row, _, said: (row.start_ms, row.title) == (said.start_ms, said.title),
        lambda row, _, said: row.title == said.title,
        lambda row, number, said: (row.recording_number, row.start_ms) == (number, said.start_ms),
    )
    for is_same in same:
        pairs = [
            (abs((row.start_ms or 0) - (said.start_ms or 0)), position, place)
            for position, (number, said) in enumerate(numbered)
            if position not in known
            for place, row in enumerate(before)
            if place not in taken and is_same(row, number, said)
        ]
        for _, position, place in sorted(pairs):
            if position not in known and place not in taken:
                known[position] = place
                taken.add(place)
    return {position: before[place] for position, place in known.items()}


def _refuse_to_guess(
    testimony: Testimony, numbered: Sequence[_Numbered], known: Mapping[int, Chapter], now: datetime
) -> None:
    """Refuse chapters of which another, too, may be one that has a closing statement: were it that one, it
    would be open from here on."""
    rows = testimony.chapters
    if not rows:
        return
    by_id = {row.id: row for row in rows}
    refused = []
    for statement in counting_from(testimony, now):
        if statement.subject == "chapter" and statement.level != "public" and statement.subject_id in by_id:
            others = _may_be_too(by_id[statement.subject_id], rows, numbered, known)
            if others:
                refused.append((statement, others))
    if not refused:
        return
    label = testimony.accession_number or testimony.public_id
    told = "; ".join(
        f"{place_of(testimony, each)}: {each.level}, said by {each.said_by} (statement {each.public_id}); "
        f"it may be {' or '.join(others)}"
        for each, others in refused
    )
    raise Conflict(
        f"{label}: chapters: a statement closes one, and nobody can tell which of those described it is: "
        f"{told}. Where it is one of them, change its title alone in one step, its start or its recording "
        "alone in another, and the others after that: so it stays closed. Where it is to go, leave it out, "
        "and change or add others in another step. Where another is only called as it is or has its "
        "synopsis, word that one otherwise. Or take the statement back first "
        f"(testimony access {testimony.public_id} --take-back {refused[-1][0].public_id})"
    )


def _may_be_too(
    closed: Chapter, rows: Sequence[Chapter], numbered: Sequence[_Numbered], known: Mapping[int, Chapter]
) -> list[str]:
    """Those described, in words, that may be a closed chapter as well as the one that is taken for it, if
    any is."""
    own = next((position for position, row in known.items() if row is closed), None)
    sure = own is not None and _is_sure(own, rows, numbered, known)
    return [
        f"{said.title} (recording {number}, {timestamp(said.start_ms)})"
        for position, (number, said) in enumerate(numbered)
        if position != own
        and (
            _takes_words(closed, said, known.get(position))
            or (
                not sure
                and not _is_sure(position, rows, numbered, known)
                and _is_like(closed, said, known.get(position))
            )
        )
    ]


def _is_sure(
    position: int, rows: Sequence[Chapter], numbered: Sequence[_Numbered], known: Mapping[int, Chapter]
) -> bool:
    """Whether a chapter described is certainly the one that it is taken for: it has the recording and title
    of that one and its start, or no other had or has both."""
    row, (number, said) = known.get(position), numbered[position]
    name = (number, said.title)
    if row is None or (row.recording_number, row.title) != name:
        return False
    return row.start_ms == said.start_ms or (
        [(each.recording_number, each.title) for each in rows].count(name) == 1
        and [(each_number, each.title) for each_number, each in numbered].count(name) == 1
    )


def _takes_words(closed: Chapter, said: DescribedChapter, row: Chapter | None) -> bool:
    """Whether a chapter described, taken for `row`, has words of a closed one that were not its own."""
    return (said.title == closed.title and (row is None or row.title != said.title)) or (
        said.synopsis is not None
        and said.synopsis == closed.synopsis
        and (row is None or row.synopsis != said.synopsis)
    )


def _is_like(closed: Chapter, said: DescribedChapter, row: Chapter | None) -> bool:
    """Whether a chapter described that is not surely `row` may be a closed one: it is new, has a new title,
    or shares the title or the start."""
    return (
        row is None
        or row.title != said.title
        or said.title == closed.title
        or said.start_ms == closed.start_ms
    )
