"""From rows to what an object in the store says of itself."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.models import (
    AccessStatement,
    Clip,
    DepositedText,
    DescriptionChange,
    Event,
    OldAddress,
    Person,
    Recording,
    Role,
    Segment,
    Testimony,
    Transcript,
)
from archive.queries import history
from archive.queries.kept_texts import published_runs, recognition_path, revision_path, text_path
from schemas.descriptor import (
    DescribedAddress,
    DescribedChange,
    DescribedChapter,
    DescribedClip,
    DescribedCollection,
    DescribedEvent,
    DescribedFile,
    DescribedImport,
    DescribedPerson,
    DescribedRecognition,
    DescribedRecording,
    DescribedRevision,
    DescribedSpeaker,
    DescribedStatement,
    DescribedText,
    DescribedTranscript,
    Descriptor,
)


def describe(session: Session, testimony: Testimony) -> Descriptor:
    """The descriptor of a loaded testimony, as things stand now."""
    numbers = {recording.id: recording.number for recording in testimony.recordings}
    events = session.scalars(select(Event).where(Event.testimony_id == testimony.id).order_by(Event.id))
    clips = session.scalars(select(Clip).where(Clip.testimony_id == testimony.id).order_by(Clip.id)).all()
    old_addresses = session.scalars(
        select(OldAddress).where(OldAddress.testimony_id == testimony.id).order_by(OldAddress.id)
    )
    changes = history.changes(session, [testimony.id])
    return Descriptor(
        public_id=testimony.public_id,
        accession_number=testimony.accession_number,
        collection=DescribedCollection.model_validate(testimony.collection),
        title=testimony.title,
        kind=testimony.kind,
        date=testimony.date,
        years=testimony.years,
        summary=testimony.summary,
        languages=testimony.languages,
        places=testimony.places,
        subjects=testimony.subjects,
        rights=testimony.rights,
        transcript_author=testimony.transcript_author,
        description=testimony.description,
        sidecar=testimony.sidecar,
        created_at=testimony.created_at,
        published_at=testimony.published_at,
        reached_at=testimony.reached_at,
        people=[DescribedPerson(role=role.role, **_person(role.person)) for role in testimony.roles],
        recordings=[_recording(recording) for recording in testimony.recordings],
        texts=[_text(text) for text in testimony.texts],
        chapters=[DescribedChapter.model_validate(chapter) for chapter in testimony.chapters],
        statements=[_statement(testimony, clips, statement) for statement in testimony.statements],
        transcripts=[_transcript(transcript) for transcript in testimony.transcripts],
        recognitions=[
            DescribedRecognition(
                public_id=run.public_id, file_public_id=file.public_id, path=recognition_path(run.public_id)
            )
            for file, run in published_runs(session, testimony)
        ],
        events=[
            DescribedEvent(
                public_id=event.public_id,
                kind=event.kind,
                agent=event.agent,
                outcome=event.outcome,
                detail=event.detail,
                recording_number=numbers.get(event.recording_id) if event.recording_id else None,
                created_at=event.created_at,
            )
            for event in events
        ],
        speakers=[DescribedSpeaker(**_person(person)) for person in _other_speakers(session, testimony)],
        clips=[_clip(testimony, clip) for clip in clips],
        old_addresses=[DescribedAddress.model_validate(row) for row in old_addresses],
        change_number=testimony.change_number,
        version=testimony.version,
        changes=[_change(change) for change in changes],
        imports=_imports(changes),
    )


def _change(change: DescriptionChange) -> DescribedChange:
    return DescribedChange(
        number=change.number,
        field=change.field,
        before=change.before,
        after=change.after,
        agent=change.agent,
        import_public_id=change.part_of.public_id if change.part_of else None,
        created_at=change.created_at,
    )


def _imports(changes: Sequence[DescriptionChange]) -> list[DescribedImport]:
    """The imports that changed a testimony, in the order in which they came: one that undoes another comes
    after it."""
    imports = {change.part_of.id: change.part_of for change in changes if change.part_of is not None}
    return [
        DescribedImport(
            public_id=row.public_id,
            agent=row.agent,
            source=row.source,
            undoes=row.undoes.public_id if row.undoes else None,
            created_at=row.created_at,
        )
        for _, row in sorted(imports.items())
    ]


def _recording(recording: Recording) -> DescribedRecording:
    return DescribedRecording(
        public_id=recording.public_id,
        number=recording.number,
        language=recording.language,
        created_at=recording.created_at,
        files=[DescribedFile.model_validate(file) for file in recording.files],
    )


def _text(text: DepositedText) -> DescribedText:
    fields = {name: getattr(text, name) for name in DescribedText.model_fields if name != "path"}
    return DescribedText(**fields, path=text_path(text.public_id, text.format))


def _person(person: Person) -> dict[str, Any]:
    return {name: getattr(person, name) for name in DescribedSpeaker.model_fields}


def _other_speakers(session: Session, testimony: Testimony) -> list[Person]:
    """People whom a segment names as its speaker and who have no role: a later description left them out."""
    with_role = select(Role.person_id).where(Role.testimony_id == testimony.id)
    spoken = (
        select(Segment.person_id)
        .join(Transcript, Transcript.id == Segment.transcript_id)
        .where(Transcript.testimony_id == testimony.id, Segment.person_id.is_not(None))
    )
    statement = select(Person).where(Person.id.in_(spoken), Person.id.not_in(with_role))
    return list(session.scalars(statement.order_by(Person.id)))


def _clip(testimony: Testimony, clip: Clip) -> DescribedClip:
    transcript, revision = next(
        (transcript.public_id, revision.number)
        for transcript in testimony.transcripts
        for revision in transcript.revisions
        if revision.id == clip.revision_id
    )
    named = {"transcript": transcript, "revision": revision}
    fields = {name: getattr(clip, name) for name in DescribedClip.model_fields if name not in named}
    return DescribedClip(**named, **fields)


def _statement(testimony: Testimony, clips: Sequence[Clip], statement: AccessStatement) -> DescribedStatement:
    subjects = {
        "recording": {recording.id: recording.public_id for recording in testimony.recordings},
        "transcript": {transcript.id: transcript.public_id for transcript in testimony.transcripts},
        "chapter": {chapter.id: chapter.public_id for chapter in testimony.chapters},
        "clip": {clip.id: clip.public_id for clip in clips},
    }
    public_id = subjects.get(statement.subject, {}).get(statement.subject_id or 0)
    successors = {row.id: row.public_id for row in testimony.statements}
    named = {
        "subject_public_id": public_id,
        "superseded_by": successors.get(statement.superseded_by or 0),
        "subject_row": statement.subject_id if public_id is None else None,
    }
    fields = {name: getattr(statement, name) for name in DescribedStatement.model_fields if name not in named}
    return DescribedStatement(**named, **fields)


def _transcript(transcript: Transcript) -> DescribedTranscript:
    return DescribedTranscript(
        public_id=transcript.public_id,
        kind=transcript.kind,
        language=transcript.language,
        revisions=[
            DescribedRevision(
                number=revision.number,
                author=revision.author,
                status=revision.status,
                note=revision.note,
                created_at=revision.created_at,
                path=revision_path(transcript.public_id, revision.number),
            )
            for revision in transcript.revisions
        ],
        created_at=transcript.created_at,
    )
