"""Putting what was heard and what was written into revisions, as soon as all that it takes is there."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from archive.changes import outbox, transcripts
from archive.changes import recognition as recognition_changes
from archive.changes.people import speaker_of
from archive.models import DepositedText, Recognition, Recording, Testimony
from archive.queries.texts import content_of, heard
from archive.reading import UNKNOWN_LANGUAGE
from ingest import texts


def publish_recognition(
    session: Session, testimony: Testimony, recording: Recording, run: Recognition, at: datetime
) -> None:
    """Publish what a machine heard in a recording's current file, in cited time. `run` has its windows."""
    file = recording.current_file
    segments = texts.of_machine(recognition_changes.window_results(run), file.offset_ms)
    transcripts.publish_machine(session, testimony, recording, run, segments, at=at, over=file.cited)


def publish_texts(session: Session, testimony: Testimony, at: datetime) -> list[DepositedText]:
    """Publish the texts that wait for nothing any more: every recording that they run over is there, and
    published as a machine heard it. Returns them, and announces the change where there are any."""
    due = [text for text in testimony.texts if text.published_at is None]
    if not due:
        return []
    recordings = {recording.number: recording for recording in testimony.recordings}
    runs = heard(session, testimony.recordings)
    published = []
    for text in due:
        if not text.numbers <= runs.keys():
            continue
        _publish(session, testimony, text, recordings, runs)
        text.published_at = at
        published.append(text)
    if published:
        outbox.announce_words(session, testimony, at)
        testimony.published_at = testimony.published_at or at
    return published


def _publish(
    session: Session,
    testimony: Testimony,
    text: DepositedText,
    recordings: Mapping[int, Recording],
    runs: Mapping[int, Recognition],
) -> None:
    described = testimony.languages[0] if len(testimony.languages) == 1 else UNKNOWN_LANGUAGE
    languages: dict[int | None, str] = {None: text.language or described}
    for number in text.numbers:
        languages[number] = text.language or recordings[number].language or runs[number].language
    if text.format == "txt" and text.language is None and described == UNKNOWN_LANGUAGE and text.numbers:
        spoken = {languages[number] for number in text.numbers}
        languages[None] = spoken.pop() if len(spoken) == 1 else UNKNOWN_LANGUAGE
    parts = texts.of_person(
        content_of(session, text), text.format, text.runs_over, languages, partial(speaker_of, testimony)
    )
    transcripts.publish_text(
        session,
        testimony,
        [(None if number is None else recordings[number], segments) for number, segments in parts],
        author=text.author,
        numbers=text.numbers,
        translation=text.translation,
        text=text,
    )
