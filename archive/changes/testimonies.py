"""Taking in a testimony's description, the first time and when it changed."""

from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy.orm import Session

from archive.changes import access, events, outbox, people
from archive.changes.access import NewStatement
from archive.models import Chapter, Collection, Testimony
from archive.queries import testimonies
from schemas.metadata import TestimonyMetadata

_MOMENT = time(tzinfo=UTC)


def add(session: Session, collection: Collection, metadata: TestimonyMetadata) -> Testimony:
    """A new testimony with nothing but its accession number and collection: `describe` does the rest, once
    its recordings are there."""
    testimony = Testimony(
        collection=collection,
        accession_number=metadata.accession_number,
        kind=metadata.kind,
        years=[],
        languages=[],
        places=[],
        subjects=[],
        description={},
        roles=[],
        recordings=[],
        texts=[],
        transcripts=[],
        chapters=[],
        statements=[],
    )
    session.add(testimony)
    session.flush()
    return testimony


def describe(
    session: Session,
    testimony: Testimony,
    metadata: TestimonyMetadata,
    *,
    said_by: str,
    now: datetime,
    restate: bool = False,
) -> None:
    """Give a loaded testimony its description, whole, in place of the one before.

    Access is stated anew only where the description says something else on it than last time, so that a
    corrected title never undoes what was decided meanwhile; and so with people, whose published names may
    have been taken back elsewhere. `restate`: a recording has come since, which statements may be about.
    """
    before, given = testimony.sidecar, as_given(metadata)
    removed = before is not None and any(before.get(key) not in (None, given.get(key)) for key in _PUBLIC)
    testimony.accession_number = metadata.accession_number or testimony.accession_number
    testimony.title = metadata.title
    testimony.kind = metadata.kind
    testimony.date = metadata.date
    testimony.years = list(metadata.years)
    testimony.summary = metadata.summary
    testimony.languages = list(metadata.languages)
    testimony.places = list(metadata.places)
    testimony.subjects = list(metadata.subjects)
    testimony.rights = metadata.rights
    testimony.transcript_author = metadata.transcript_author
    testimony.description = metadata.further
    testimony.sidecar = given
    touched: set[int] = set()
    if before is None or before.get("people") != given.get("people"):
        touched = people.describe(session, testimony, metadata.people)
    _describe_chapters(session, testimony, metadata)
    # Words and names that were taken out must leave the public index for good: that is a closing.
    outbox.announce(session, testimony, closing=removed)
    for other in testimonies.load(session, touched):
        outbox.announce(session, other, closing=True)
    if before is None or restate or _access_of(before) != _access_of(given):
        statements = described_statements(testimony, metadata)
        if statements or before is not None:
            access.describe(session, testimony, statements, said_by=said_by, now=now)
    fields = {*given, *(before or {})}
    events.record(
        session,
        "metadata modification" if before is not None else "description",
        testimony_id=testimony.id,
        agent=said_by,
        detail={"fields": sorted(key for key in fields if (before or {}).get(key) != given.get(key))},
    )


_PUBLIC = ("title", "summary", "places", "subjects", "people", "date", "languages")
"""Parts of a description that are searched or counted."""


def as_given(metadata: TestimonyMetadata) -> dict[str, Any]:
    """A description as plain values, what was not said left out: two are the same when these are."""
    return metadata.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _access_of(given: dict[str, Any]) -> tuple[Any, Any]:
    return given.get("access"), given.get("embargo")


def described_statements(testimony: Testimony, metadata: TestimonyMetadata) -> list[NewStatement]:
    """What a description says on the access to a testimony and those of its recordings that are there."""
    recordings = {recording.number: recording.id for recording in testimony.recordings}
    statements = []
    for said in metadata.statements:
        if said.recording is not None and said.recording not in recordings:
            continue  # it is not there yet; stated when it comes (`restate`)
        on_stretch = said.start_ms is not None or said.end_ms is not None
        on_recording = said.recording is not None and not on_stretch
        statements.append(
            NewStatement(
                level=said.level,
                subject="recording" if on_recording else "testimony",
                subject_id=recordings[said.recording] if on_recording and said.recording else None,
                stretch=(said.recording or 1, said.start_ms or 0, said.end_ms) if on_stretch else None,
                begins_at=datetime.combine(said.from_date, _MOMENT) if said.from_date else None,
                ends_at=datetime.combine(said.until_date, _MOMENT) if said.until_date else None,
                reason=said.reason,
                notice=said.notice,
                said_by=said.by,
            )
        )
    return statements


def _describe_chapters(session: Session, testimony: Testimony, metadata: TestimonyMetadata) -> None:
    """Chapters keep their public id as long as place and title stay: statements and links rest on it."""
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
