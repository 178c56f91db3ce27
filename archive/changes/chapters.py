"""The chapters of a testimony, as its description has them."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from archive.models import Chapter, Testimony
from schemas.metadata import TestimonyMetadata
from schemas.parts import DescribedChapter


def describe(session: Session, testimony: Testimony, metadata: TestimonyMetadata) -> None:
    """Give a loaded testimony the chapters of its description.

    One that was moved or renamed, not both, is the same chapter: statements and links rest on it, and a
    correction opens nothing that was closed.
    """
    for offset, chapter in enumerate(testimony.chapters):
        chapter.position = -1 - offset
    session.flush()
    numbered = [(_number(described, metadata), described) for described in metadata.chapters]
    known = _known(testimony.chapters, numbered)
    rows = []
    for position, (number, described) in enumerate(numbered):
        chapter = known.get(position) or Chapter(recording_number=number)
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


def _known(before: list[Chapter], numbered: list[tuple[int, DescribedChapter]]) -> dict[int, Chapter]:
    """Which chapters that were there before are those described, by position: the surest first."""
    left = list(before)
    known: dict[int, Chapter] = {}
    same: tuple[Callable[[Chapter, DescribedChapter], bool], ...] = (
        lambda row, said: (row.start_ms, row.title) == (said.start_ms, said.title),
        lambda row, said: row.title == said.title,
        lambda row, said: row.start_ms == said.start_ms,
    )
    for is_same in same:
        for position, (number, described) in enumerate(numbered):
            if position in known:
                continue
            for row in left:
                if row.recording_number == number and is_same(row, described):
                    known[position] = row
                    left.remove(row)
                    break
    return known
