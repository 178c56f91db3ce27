"""Descriptions as they stand, in the form of a sidecar: what is taken out, compared, and written down."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.models import AccessStatement, Chapter, DescriptionChange, Role, Testimony
from schemas.cells import is_several
from schemas.metadata import FURTHER, TestimonyMetadata
from schemas.times import write_time


def describe(testimony: Testimony) -> dict[str, Any]:
    """What is said of a loaded testimony, every field by its name in a sidecar; None where nothing is."""
    fields: dict[str, Any] = {
        "accession_number": testimony.accession_number,
        "title": testimony.title,
        "kind": testimony.kind,
        "collection": testimony.collection.name,
        "people": [_person(role) for role in testimony.roles],
        "date": testimony.date,
        "places": list(testimony.places),
        "languages": list(testimony.languages),
        "summary": testimony.summary,
        "subjects": list(testimony.subjects),
        "rights": testimony.rights,
        **{field: _further(testimony, field) for field in FURTHER},
        "transcript_author": testimony.transcript_author,
        "access": [said for _, said in standing_statements(testimony)],
        "chapters": [_chapter(chapter) for chapter in testimony.chapters],
    }
    return {field: value or None for field, value in fields.items()}


def standing_statements(testimony: Testimony) -> list[tuple[AccessStatement, dict[str, Any]]]:
    """The statements on a loaded testimony, its recordings and stretches of them that none took the place of,
    each with what it says. Those on other things, or with hours, are not for a description to say."""
    return [
        (row, said)
        for row in testimony.statements
        if row.superseded_at is None and (said := statement(testimony, row)) is not None
    ]


def statement(testimony: Testimony, row: AccessStatement) -> dict[str, Any] | None:
    """What a statement says, as a description would; None where a description cannot say it."""
    if row.subject not in ("testimony", "recording") or not (_is_day(row.begins_at) and _is_day(row.ends_at)):
        return None
    number = row.stretch_recording
    if row.subject == "recording":
        number = next((each.number for each in testimony.recordings if each.id == row.subject_id), None)
        if number is None or row.stretch_recording is not None:
            return None
    return said(
        row,
        recording=number,
        start=None if row.start_ms is None else write_time(row.start_ms),
        end=None if row.end_ms is None else write_time(row.end_ms),
    )


def said(row: AccessStatement, **place: Any) -> dict[str, Any]:
    """What a statement says of `place`, without what it does not say: days as such, else moments."""
    all_of_it = {
        "level": row.level,
        **place,
        "from": _day_or_moment(row.begins_at),
        "until": _day_or_moment(row.ends_at),
        "reason": row.reason,
        "notice": row.notice,
        "by": row.said_by,
    }
    return {name: value for name, value in all_of_it.items() if value is not None}


def numbered(testimony: Testimony) -> list[dict[str, Any]]:
    """The recordings of a loaded testimony, as a description that speaks of them by number has to name
    them."""
    return [{"file": str(recording.number), "number": recording.number} for recording in testimony.recordings]


def versions(session: Session, testimony_ids: Sequence[int]) -> dict[int, int]:
    """How many changes each description has seen, by row id; those that saw none are left out."""
    statement = (
        select(DescriptionChange.testimony_id, func.max(DescriptionChange.number))
        .where(DescriptionChange.testimony_id.in_(testimony_ids))
        .group_by(DescriptionChange.testimony_id)
    )
    return {testimony_id: number for testimony_id, number in session.execute(statement)}


def person_said(
    role: str, identifier: str | None, names: Sequence[str], published_name: str | None
) -> dict[str, Any]:
    """A person in a role, as a description says it."""
    said = {"id": identifier, "role": role, "names": list(names), "published_name": published_name}
    return {name: value for name, value in said.items() if value}


def _person(role: Role) -> dict[str, Any]:
    person = role.person
    return person_said(role.role, person.identifier, person.names, person.published_name)


def _further(testimony: Testimony, field: str) -> Any:
    value = testimony.description.get(FURTHER[field])
    if isinstance(value, str) and is_several(TestimonyMetadata.model_fields[field].annotation):
        return value.split("; ")  # as the first version kept lists
    return value


def _chapter(chapter: Chapter) -> dict[str, Any]:
    said = {
        "title": chapter.title,
        "recording": chapter.recording_number,
        "start": None if chapter.start_ms is None else write_time(chapter.start_ms),
        "end": None if chapter.end_ms is None else write_time(chapter.end_ms),
        "synopsis": chapter.synopsis,
        "keywords": list(chapter.keywords),
        "places": list(chapter.places),
    }
    return {name: value for name, value in said.items() if value not in (None, [])}


def _day_or_moment(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return f"{moment:%Y-%m-%d}" if _is_day(moment) else f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _is_day(moment: datetime | None) -> bool:
    return moment is None or moment.time() == time()
