"""Bringing back what a machine heard and what stands in transcripts, from a testimony's object."""

import zlib
from collections.abc import Mapping

from pydantic_core import to_json
from sqlalchemy.orm import Session

from archive.kept import Kept
from archive.models import (
    Person,
    Recognition,
    RecognitionWindow,
    Revision,
    RevisionSegment,
    Segment,
    Testimony,
    Transcript,
)
from archive.models.segment import pack_words
from archive.reading import Word
from schemas.descriptor import DescribedTranscript, StoredRecognition, StoredSegment


def bring_back_recognitions(session: Session, kept: Kept, testimony: Testimony) -> dict[str, int]:
    """Recognition runs with all their windows; returns row ids by public id. Raises Unreadable."""
    files = {file.public_id: file.id for recording in testimony.recordings for file in recording.files}
    runs = []
    for described in kept.descriptor.recognitions:
        stored = kept.recognition(described.path)
        aside = {"file", "windows", "windows_finished_at", "created_at", "published_at"}
        created_at = stored.created_at or stored.finished_at or testimony.created_at
        runs.append(
            Recognition(
                **stored.model_dump(exclude=aside),
                file_id=files[stored.file],
                created_at=created_at,
                published_at=stored.published_at or stored.finished_at or created_at,
                windows=_windows(stored),
            )
        )
        session.add(runs[-1])
        session.flush()
    return {run.public_id: run.id for run in runs}


def _windows(stored: StoredRecognition) -> list[RecognitionWindow]:
    windows = []
    for position, result in enumerate(stored.windows):
        told = stored.windows_finished_at[position : position + 1]
        finished_at = told[0] if told else stored.finished_at or stored.created_at
        windows.append(
            RecognitionWindow(
                number=result["number"],
                start_ms=result["start_ms"],
                end_ms=result["end_ms"],
                result=zlib.compress(to_json(result)),
                finished_at=finished_at,
            )
        )
    return windows


def bring_back_transcripts(
    session: Session,
    kept: Kept,
    testimony: Testimony,
    people: Mapping[str, Person],
    runs: Mapping[str, int],
) -> dict[tuple[str, int], int]:
    """Transcripts with all revisions, which share their segments as before; returns the row ids of revisions
    by transcript (public id) and number. Raises Unreadable."""
    revisions = {}
    for described in kept.descriptor.transcripts:
        transcript = _transcript(described, testimony)
        testimony.transcripts.append(transcript)
        session.flush()
        segments: dict[str, Segment] = {}
        for revision, each in zip(transcript.revisions, described.revisions, strict=True):
            stored = kept.revision(each.path).segments
            for segment in stored:
                if segment.public_id not in segments:
                    segments[segment.public_id] = _segment(segment, testimony, transcript, people, runs)
            session.add_all(segments.values())
            session.flush()
            session.add_all(
                RevisionSegment(
                    revision_id=revision.id,
                    segment_id=segments[segment.public_id].id,
                    position=position,
                    checked=segment.checked,
                )
                for position, segment in enumerate(stored)
            )
            revisions[transcript.public_id, revision.number] = revision.id
    session.flush()
    return revisions


def _transcript(described: DescribedTranscript, testimony: Testimony) -> Transcript:
    first = described.revisions[0].created_at if described.revisions else testimony.created_at
    return Transcript(
        **described.model_dump(exclude={"revisions", "created_at"}),
        created_at=described.created_at or first,
        revisions=[Revision(**each.model_dump(exclude={"path"})) for each in described.revisions],
    )


def _segment(
    stored: StoredSegment,
    testimony: Testimony,
    transcript: Transcript,
    people: Mapping[str, Person],
    runs: Mapping[str, int],
) -> Segment:
    recordings = {recording.number: recording.id for recording in testimony.recordings}
    texts = {text.public_id: text.id for text in testimony.texts}
    aside = {"recording", "person", "recognition", "deposited_text", "checked", "words", "created_at"}
    return Segment(
        **stored.model_dump(exclude=aside),
        transcript_id=transcript.id,
        recording_id=None if stored.recording is None else recordings[stored.recording],
        person_id=None if stored.person is None else people[stored.person].id,
        recognition_id=None if stored.recognition is None else runs[stored.recognition],
        deposited_text_id=None if stored.deposited_text is None else texts[stored.deposited_text],
        words=pack_words(
            Word(word.text, word.offset, word.start_ms, word.end_ms, word.probability)
            for word in stored.words
        ),
        created_at=stored.created_at or transcript.created_at,
    )
