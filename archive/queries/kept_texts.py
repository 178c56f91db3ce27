"""What an object in the store keeps of a testimony's texts: published revisions, and what a machine heard."""

import json
import zlib

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from archive.models import File, Recognition, Segment, Testimony
from archive.queries import testimonies
from schemas.descriptor import StoredRecognition, StoredRevision, StoredSegment, StoredWord


def revisions(session: Session, testimony: Testimony) -> dict[str, StoredRevision]:
    """Every published revision, by its path in the object."""
    numbers = {recording.id: recording.number for recording in testimony.recordings}
    stored = {}
    for transcript in testimony.transcripts:
        for revision in transcript.revisions:
            segments = testimonies.segments_of(session, revision)
            checked = testimonies.checked_segments(session, revision)
            stored[revision_path(transcript.public_id, revision.number)] = StoredRevision(
                transcript=transcript.public_id,
                number=revision.number,
                segments=[_segment(segment, numbers, checked) for segment in segments],
            )
    return stored


def recognitions(session: Session, testimony: Testimony) -> dict[str, StoredRecognition]:
    """Every published recognition run with its raw windows, by its path in the object."""
    return {
        recognition_path(run.public_id): StoredRecognition(
            public_id=run.public_id,
            file=file.public_id,
            engine=run.engine,
            engine_version=run.engine_version,
            model=run.model,
            parameters=run.parameters,
            language=run.language,
            language_probability=run.language_probability,
            language_given=run.language_given,
            plan=run.plan,
            flags=run.flags,
            finished_at=run.finished_at,
            windows=[json.loads(zlib.decompress(window.result)) for window in run.windows],
            windows_finished_at=[window.finished_at for window in run.windows],
            created_at=run.created_at,
            published_at=run.published_at,
        )
        for file, run in published_runs(session, testimony)
    }


def revision_path(transcript_id: str, number: int) -> str:
    """Where the object keeps a revision of a transcript (by its public id)."""
    return f"transcripts/{transcript_id}/revision-{number:04}.json"


def text_path(public_id: str, written: str) -> str:
    """Where the object keeps a text as it came (`written`: its format). Files stay where they are, so WebVTT
    is called captions there, as it was when it always belonged to one recording."""
    folder = "captions" if written == "vtt" else "texts"
    return f"{folder}/{public_id}.{written}"


def recognition_path(public_id: str) -> str:
    """Where the object keeps a recognition run."""
    return f"recognition/{public_id}.json"


def published_runs(session: Session, testimony: Testimony) -> list[tuple[File, Recognition]]:
    """The recognition runs that went into revisions, each with its file."""
    files = {file.id: file for recording in testimony.recordings for file in recording.files}
    runs = session.scalars(
        select(Recognition)
        .where(Recognition.file_id.in_(files), Recognition.published_at.is_not(None))
        .order_by(Recognition.id)
        .options(selectinload(Recognition.windows))
    )
    return [(files[run.file_id], run) for run in runs]


def _segment(segment: Segment, numbers: dict[int, int], checked: set[int]) -> StoredSegment:
    return StoredSegment(
        public_id=segment.public_id,
        recording=None if segment.recording_id is None else numbers[segment.recording_id],
        start_ms=segment.start_ms,
        end_ms=segment.end_ms,
        speaker_label=segment.speaker_label,
        person=None if segment.person is None else segment.person.public_id,
        language=segment.language,
        recognition=None if segment.recognition is None else segment.recognition.public_id,
        deposited_text=None if segment.deposited_text is None else segment.deposited_text.public_id,
        checked=segment.id in checked,
        text=segment.text,
        words=[
            StoredWord(
                text=word.text,
                offset=word.offset,
                start_ms=word.start_ms or 0,
                end_ms=word.end_ms or 0,
                probability=word.probability,
            )
            for word in segment.iter_words()
            if word.timed
        ],
        created_at=segment.created_at,
    )
