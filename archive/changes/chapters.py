"""The chapters of a testimony, as its description has them."""

from sqlalchemy.orm import Session

from archive.models import Chapter, Testimony
from schemas.metadata import TestimonyMetadata


def describe(session: Session, testimony: Testimony, metadata: TestimonyMetadata) -> None:
    """Give a loaded testimony the chapters of its description.

    They keep their public id as long as place and title stay: statements and links rest on it.
    """
    before: dict[tuple[int | None, int | None, str], Chapter | None] = {
        (chapter.recording_number, chapter.start_ms, chapter.title): chapter for chapter in testimony.chapters
    }
    for offset, chapter in enumerate(testimony.chapters):
        chapter.position = -1 - offset
    session.flush()
    rows = []
    for position, described in enumerate(metadata.chapters):
        given = "recording" in described.model_fields_set
        number = described.recording if given else metadata.numbers[0]
        chapter = before.pop((number, described.start_ms, described.title), None) or Chapter(
            recording_number=number, start_ms=described.start_ms, title=described.title
        )
        chapter.position = position
        chapter.end_ms = described.end_ms
        chapter.synopsis = described.synopsis
        chapter.keywords = list(described.keywords)
        chapter.places = list(described.places)
        rows.append(chapter)
    testimony.chapters = rows
    session.flush()
