"""The chapters of a testimony, as its description has them."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from archive.errors import Conflict
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
    statement of its own may be any of several that are new; nothing is changed then.
    """
    numbered = [(_number(described, metadata), described) for described in metadata.chapters]
    known = _known(testimony.chapters, numbered)
    if len(known) < len(numbered):
        _refuse_to_lose(testimony, known.values(), now)
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
        lambda row, number, said: (row.recording_number, row.start_ms) == (number, said.start_ms),
        # The number of its recording was corrected.
        lambda row, _, said: (row.start_ms, row.title) == (said.start_ms, said.title),
        lambda row, _, said: row.title == said.title,
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


def _refuse_to_lose(testimony: Testimony, kept: Collection[Chapter], now: datetime) -> None:
    """Refuse new chapters beside one that goes and has a closing statement: were it one of them, under
    another title and at another time, it would be open from here on."""
    going = {chapter.id for chapter in testimony.chapters if chapter not in kept}
    closing = [
        statement
        for statement in counting_from(testimony, now)
        if statement.subject == "chapter" and statement.subject_id in going and statement.level != "public"
    ]
    if not closing:
        return
    label = testimony.accession_number or testimony.public_id
    told = "; ".join(
        f"{place_of(testimony, each)}: {each.level}, said by {each.said_by} (statement {each.public_id})"
        for each in closing
    )
    raise Conflict(
        f"{label}: chapters: there are new ones, and one goes that a statement closes: {told}. Nobody can "
        "tell whether it is one of the new ones. Where it is, change its title alone, and its start in "
        "another step: so it stays closed. Where it is to go, leave it out, and add the new ones in another "
        "step; or take the statement back first "
        f"(testimony access {testimony.public_id} --take-back {closing[-1].public_id})"
    )
