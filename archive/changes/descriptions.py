"""Fields of a description that become others: by a changed sidecar, or by a table that was read in."""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy.orm import Session

from archive.changes import chapters, collections, history, outbox, people
from archive.changes.access import NewStatement
from archive.models import DescriptionChange, DescriptionImport, Testimony
from archive.queries import descriptions, testimonies
from schemas.metadata import FURTHER, TestimonyMetadata

_MOMENT = time(tzinfo=UTC)

PUBLIC = frozenset({"title", "summary", "places", "subjects", "people", "date", "languages", "collection"})
"""Fields that are searched or counted, or whose rules decide what is: words that are taken out of them must
leave the public index for good, which is a closing."""


def change(
    session: Session,
    testimony: Testimony,
    metadata: TestimonyMetadata,
    fields: Collection[str],
    *,
    agent: str,
    now: datetime,
    part_of: DescriptionImport | None = None,
    exact_names: bool = False,
) -> list[DescriptionChange]:
    """Give a loaded testimony the `fields` that `metadata` has; the others stay as they are.

    Access is not among them: see `archive.changes.access`. What changed is announced, and written down but
    for a testimony that nobody has heard of yet. A person whom other testimonies share changes there, too:
    what that changes in them is among the changes that are returned. `exact_names`: a person's names become
    those that are given; without it, a person in several testimonies has the names that any of them gives.
    """
    fresh = testimony.change_number == 0
    before = descriptions.describe(testimony)
    for field in fields:
        if field in _SETTERS:
            _SETTERS[field](testimony, metadata)
    if FURTHER.keys() & set(fields):
        kept = {name: text for name, text in testimony.description.items() if name not in _names(fields)}
        given = {name: text for name, text in metadata.further.items() if name in _names(fields)}
        testimony.description = kept | given
    if "collection" in fields and metadata.collection is not None:
        testimony.collection, _ = collections.find_or_make(session, metadata.collection)
    renamed: Mapping[int, people.Names] = {}
    if "people" in fields:
        renamed = people.describe(session, testimony, metadata.people, exact_names=exact_names)
    if "chapters" in fields:
        chapters.describe(session, testimony, metadata, now)
    session.flush()
    after = descriptions.describe(testimony)
    changed = [field for field in before if field != "access" and before[field] != after[field]]
    made: list[DescriptionChange] = []
    if changed:
        outbox.announce(session, testimony, closing=any(before[field] for field in PUBLIC & set(changed)))
    if not fresh:
        made += [
            history.record(
                session, testimony, field, before[field], after[field], agent=agent, now=now, part_of=part_of
            )
            for field in changed
        ]
    touched = people.others(session, renamed, testimony) if renamed else set()
    for other in testimonies.load(session, touched) if touched else ():
        outbox.announce(session, other, closing=True)
        said = descriptions.describe(other)["people"]
        was = people.before(other, renamed)
        made.append(
            history.record(session, other, "people", was, said, agent=agent, now=now, part_of=part_of)
        )
    return made


def new_statements(testimony: Testimony, metadata: TestimonyMetadata) -> list[NewStatement]:
    """What a description says on access, as statements on a loaded testimony and its recordings.

    One on a recording that is not there yet is made on that stretch of the testimony, from its beginning to
    its end: what is closed there may stand in a text that came before the recording.
    """
    recordings = {recording.number: recording.id for recording in testimony.recordings}
    statements = []
    for said in metadata.statements:
        absent = said.recording is not None and said.recording not in recordings
        on_stretch = absent or said.start_ms is not None or said.end_ms is not None
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


def _set_date(testimony: Testimony, metadata: TestimonyMetadata) -> None:
    testimony.date = metadata.date
    testimony.years = list(metadata.years)


def _setter(field: str) -> Callable[[Testimony, TestimonyMetadata], None]:
    def set_field(testimony: Testimony, metadata: TestimonyMetadata) -> None:
        value: Any = getattr(metadata, field)
        setattr(testimony, field, list(value) if isinstance(value, tuple) else value)

    return set_field


_SETTERS: Mapping[str, Callable[[Testimony, TestimonyMetadata], None]] = {
    "date": _set_date,
    **{
        field: _setter(field)
        for field in (
            "accession_number",
            "title",
            "kind",
            "places",
            "languages",
            "summary",
            "subjects",
            "rights",
            "transcript_author",
        )
    },
}


def _names(fields: Collection[str]) -> set[str]:
    return {name for field, name in FURTHER.items() if field in fields}
