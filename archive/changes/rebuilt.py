"""Bringing a testimony's rows back from its object in the store, in the caller's transaction.

Public ids, moments and everything else are those that were kept; row ids are new, and whatever named one is
given the new one.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from archive.agreement import Agreement
from archive.changes import events
from archive.changes.addresses import bring_back_addresses
from archive.changes.rebuilt_history import bring_back_history
from archive.changes.rebuilt_texts import bring_back_recognitions, bring_back_transcripts
from archive.kept import Kept
from archive.models import (
    AccessStatement,
    Chapter,
    Clip,
    Collection,
    DepositedText,
    Derivative,
    Event,
    File,
    OutboxEntry,
    Person,
    Preserved,
    Recording,
    Role,
    Testimony,
)
from schemas.descriptor import DescribedFile, DescribedRecording, DescribedStatement, Descriptor


def bring_back(session: Session, kept: Kept, agreement: Agreement, at: datetime) -> Testimony:
    """Make all rows of one testimony. It is closed until somebody confirms its access, and every search
    leaves it out until the index was told. Raises Unreadable where something cannot be read."""
    described = kept.descriptor
    people = {
        person.public_id: _person(session, agreement, person.public_id, described.created_at)
        for person in (*described.people, *described.speakers)
    }
    testimony = _testimony(described, _collection(session, agreement, described))
    testimony.unconfirmed_since = at
    testimony.roles = [
        Role(role=each.role, position=position, person=people[each.public_id])
        for position, each in enumerate(described.people)
    ]
    testimony.recordings = [_recording(each) for each in described.recordings]
    testimony.texts = [
        DepositedText(**each.model_dump(exclude={"path"}), content=kept.content(each.path))
        for each in described.texts
    ]
    testimony.chapters = [
        Chapter(**each.model_dump(exclude={"created_at"}), created_at=each.created_at or described.created_at)
        for each in described.chapters
    ]
    session.add(testimony)
    session.flush()
    runs = bring_back_recognitions(session, kept, testimony)
    revisions = bring_back_transcripts(session, kept, testimony, people, runs)
    clips = [
        Clip(
            **each.model_dump(exclude={"transcript", "revision"}),
            testimony_id=testimony.id,
            revision_id=revisions[each.transcript, each.revision],
        )
        for each in described.clips
    ]
    session.add_all(clips)
    bring_back_addresses(session, testimony, described)
    session.flush()
    _statements(session, testimony, described, {clip.public_id: clip.id for clip in clips})
    _events(session, testimony, described)
    bring_back_history(session, testimony, described)
    events.record(
        session,
        "recovery",
        testimony_id=testimony.id,
        detail={"version": kept.version, "written_at": kept.written_at.isoformat()},
    )
    session.add(Preserved(testimony_id=testimony.id, number=described.change_number))
    session.add(
        OutboxEntry(
            testimony_id=testimony.id, destination="index", number=described.change_number, closing=True
        )
    )
    session.flush()
    # The mapper counts versions itself, from 1.
    session.execute(update(Testimony).where(Testimony.id == testimony.id).values(version=described.version))
    session.expire(testimony, ["version"])
    return testimony


def _testimony(described: Descriptor, collection: Collection) -> Testimony:
    columns = (
        "public_id accession_number title kind date years summary languages places subjects rights "
        "transcript_author description sidecar created_at published_at reached_at change_number"
    )
    return Testimony(
        collection=collection,
        transcripts=[],
        statements=[],
        **{name: getattr(described, name) for name in columns.split()},
    )


def _collection(session: Session, agreement: Agreement, described: Descriptor) -> Collection:
    slug = described.collection.slug
    row = session.scalars(select(Collection).where(Collection.slug == slug)).one_or_none()
    if row is None:
        fields = agreement.collection(slug).model_dump()
        row = Collection(**fields | {"created_at": fields["created_at"] or described.created_at})
        session.add(row)
    return row


def _person(session: Session, agreement: Agreement, public_id: str, otherwise: datetime) -> Person:
    fields = agreement.person(public_id).model_dump()
    found = session.scalars(select(Person).where(Person.public_id == fields["public_id"])).one_or_none()
    if found is None:
        found = Person(**fields | {"created_at": fields["created_at"] or otherwise})
        session.add(found)
        session.flush()
    return found


def _recording(described: DescribedRecording) -> Recording:
    return Recording(
        **described.model_dump(exclude={"files"}),
        files=[_file(each) for each in described.files],
    )


def _file(described: DescribedFile) -> File:
    derivatives = [Derivative(**each.model_dump()) for each in described.derivatives]
    fields = described.model_dump(exclude={"derivatives"})
    if described.current and described.current_since is None:  # an older version of the archive wrote it
        fields["current_since"] = described.created_at
    return File(**fields, derivatives=derivatives)


def _statements(
    session: Session, testimony: Testimony, described: Descriptor, clips: Mapping[str, int]
) -> None:
    subjects: dict[str, int] = {
        **{recording.public_id: recording.id for recording in testimony.recordings},
        **{transcript.public_id: transcript.id for transcript in testimony.transcripts},
        **{chapter.public_id: chapter.id for chapter in testimony.chapters},
        **clips,
    }
    rows = [
        AccessStatement(
            **each.model_dump(exclude={"subject_public_id", "superseded_by", "subject_row"}),
            subject_id=_subject_id(each, subjects, position),
        )
        for position, each in enumerate(described.statements, start=1)
    ]
    testimony.statements = rows
    session.flush()
    by_public_id = {row.public_id: row.id for row in rows}
    for row, each in zip(rows, described.statements, strict=True):
        if each.superseded_by is not None:
            row.superseded_by = by_public_id[each.superseded_by]


def _subject_id(described: DescribedStatement, subjects: Mapping[str, int], position: int) -> int | None:
    """The new row id of a subject. One that is gone keeps a number that no row ever has: what was said on it
    still counts, and two that are gone stay two."""
    if described.subject == "testimony":
        return None
    if described.subject_public_id is not None:
        return subjects[described.subject_public_id]
    return -abs(described.subject_row or position)


def _events(session: Session, testimony: Testimony, described: Descriptor) -> None:
    recordings = {recording.number: recording.id for recording in testimony.recordings}
    session.add_all(
        Event(
            **each.model_dump(exclude={"recording_number"}),
            testimony_id=testimony.id,
            recording_id=recordings.get(each.recording_number or 0),
        )
        for each in described.events
    )
    session.flush()
