"""How far each recording has come, read off what is recorded."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from archive.clock import now
from archive.models import File, Recognition, RecognitionWindow, Recording, Testimony
from archive.queries import copies

STEPS = ("accession", "playback copy", "transcription", "publication", "done")
"""The steps of the worker, in order; `done`: nothing is left to do."""


@dataclass(frozen=True, slots=True)
class Progress:
    """One recording. `step` is the one that is due or under way, of the file that is worked on: the current
    one, or a better transfer that will take its place; times in ms."""

    recording_id: int
    testimony: str
    accession_number: str | None
    number: int
    original_name: str
    source: str
    """Where the file was received from."""
    duration_ms: int
    step: str
    published: bool
    """Whether the public may know of the testimony, as far as access goes."""
    playable: bool
    """Whether no copy of the file that is played now is missing; one of a better transfer may be."""
    heard_ms: int
    """How much of the file is transcribed."""
    heard_since: datetime | None
    """When this run of transcription began."""
    language: str | None
    flags: tuple[dict[str, Any], ...]
    """Spans that an archivist should listen to."""


def progress(session: Session, recording_ids: Iterable[int] | None = None) -> list[Progress]:
    """How far recordings have come, all of them or those asked for, in the order in which they came in."""
    statement = (
        select(Recording, Testimony)
        .join(Testimony, Testimony.id == Recording.testimony_id)
        .order_by(Recording.id)
        .options(selectinload(Recording.files))
    )
    if recording_ids is not None:
        statement = statement.where(Recording.id.in_(list(recording_ids)))
    rows = [
        (recording, testimony, [*recording.awaited_files, recording.current_file][0])
        for recording, testimony in session.execute(statement)
    ]
    file_ids = [file.id for _, _, file in rows]
    some = {testimony.id for _, testimony, _ in rows}
    lacking = _lacking_copies(session, some if recording_ids is not None else copies.doubtful(session))
    runs = {
        run.file_id: run
        for run in session.scalars(
            select(Recognition)
            .where(Recognition.file_id.in_(file_ids))
            # The last one counts: the newest that was finished, or else the newest that is not.
            .order_by(Recognition.finished_at.is_not(None), Recognition.id)
        )
    }
    heard_rows = session.execute(
        select(
            RecognitionWindow.recognition_id,
            func.sum(RecognitionWindow.end_ms - RecognitionWindow.start_ms),
        )
        .where(RecognitionWindow.recognition_id.in_([run.id for run in runs.values()]))
        .group_by(RecognitionWindow.recognition_id)
    )
    heard = {row[0]: row[1] for row in heard_rows}
    return [
        _progress(recording, testimony, file, runs.get(file.id), lacking.get(recording.id, set()), heard)
        for recording, testimony, file in rows
    ]


def _lacking_copies(session: Session, testimony_ids: set[int]) -> dict[int, set[int]]:
    """Row ids of the files of which a copy for listening is missing, by that of their recording."""
    moment = now()
    return {
        recording.id: {file.id for file, _ in copies.standing(testimony, recording, moment).missing}
        for testimony in copies.load(session, testimony_ids)
        for recording in testimony.recordings
    }


def _progress(
    recording: Recording,
    testimony: Testimony,
    file: File,
    run: Recognition | None,
    lacking: Collection[int],
    heard: dict[int, int],
) -> Progress:
    return Progress(
        recording_id=recording.id,
        testimony=testimony.public_id,
        accession_number=testimony.accession_number,
        number=recording.number,
        original_name=file.original_name,
        source=file.source,
        duration_ms=file.duration_ms,
        published=testimony.published_at is not None,
        playable=recording.current_file.id not in lacking,
        step=_step(file, run, complete=not lacking),
        heard_ms=heard.get(run.id, 0) if run else 0,
        heard_since=run.created_at if run else None,
        language=run.language if run else None,
        flags=tuple(run.flags) if run else (),
    )


def _step(file: File, run: Recognition | None, *, complete: bool) -> str:
    if file.stored_path is None:
        return "accession"
    if not complete or not file.current:
        return "playback copy"
    if run is None or run.finished_at is None:
        return "transcription"
    return "publication" if run.published_at is None else "done"
