"""What is done with a recording once it is registered, one function a step.

A step looks at what is recorded, does what is missing, and records its product and an event in one
transaction. So every step may be run twice, and whoever gets the job goes on where the last one stopped.
"""

import logging
from collections.abc import Callable
from pathlib import Path

from archive.changes import outbox, transfers
from archive.changes import preserved as preserved_changes
from archive.changes import recognition as recognition_changes
from archive.changes.events import program_agent
from archive.clock import now
from archive.database import reading, writing
from archive.errors import ChecksumMismatch, DiskRefused, MediaError, StoreError
from archive.jobs import Interrupted
from archive.models import File, Recognition, Recording, Testimony
from archive.queries import copies, preserved
from archive.store import StoredFile
from ingest import hearing
from ingest.copies import make_copies
from ingest.publication import publish_recognition, publish_texts
from ingest.workshop import Workshop, find_file, load, record
from schemas.media import Probe

log = logging.getLogger(__name__)

Step = Callable[[Workshop, int], None]

_SUFFIXES = {"matroska": ".mkv"}
"""Endings of containers that are not called by theirs."""


def work_on(shop: Workshop, recording_id: int) -> None:
    """Do all steps of one recording that are not done. A step that fails leaves an event with the reason."""
    for name, step in STEPS.items():
        shop.go_on()
        try:
            step(shop, recording_id)
        except Interrupted:
            raise
        except Exception as error:
            try:
                with writing(shop.engine) as session:
                    testimony, recording = load(session, recording_id)
                    record(session, name, testimony, recording, outcome="failed", reason=str(error))
                    outbox.announce_to_store(session, testimony)
            except DiskRefused as refused:  # the reason of the step counts, and the job keeps it if it can
                log.warning("that %s failed could not be recorded: %s", name, refused)
            raise


def accession(shop: Workshop, recording_id: int) -> None:
    """Put the originals into the store, under names of ours, with the digests they had when they were
    received. One that cannot be had any more does not hold up a better transfer of the same recording."""
    with reading(shop.engine) as session:
        testimony, recording = load(session, recording_id)
    due = [file for file in recording.files if file.stored_path is None]
    for file in due[:-1]:
        try:
            _keep(shop, testimony, recording, file)
        except (MediaError, StoreError) as error:
            log.warning("recording %d of %s: %s", recording.number, testimony.public_id, error)
            with writing(shop.engine) as session:
                rows = load(session, recording_id)
                record(session, "accession", *rows, outcome="failed", file=file.public_id, reason=str(error))
    for file in due[-1:]:
        _keep(shop, testimony, recording, file)


def _keep(shop: Workshop, testimony: Testimony, recording: Recording, file: File) -> None:
    source = Path(file.source)
    try:
        source.stat()
    except FileNotFoundError as error:
        raise MediaError(source, "is no longer where it was received from; ingest it again") from error
    except OSError as error:
        raise MediaError(source, f"cannot be read: {error.strerror}") from error
    path = f"files/{file.public_id}{_suffix(file)}"
    with reading(shop.engine) as session:
        known = preserved.known(session, testimony.id)
    try:
        version = shop.store.add(
            testimony.public_id,
            {path: StoredFile(source, file.sha512)},
            message=f"recording {recording.number} accessioned",
            agent=program_agent(),
            known=known,
        )
    except ChecksumMismatch as error:
        raise MediaError(
            source,
            f"was changed since it was received; ingest it again ({error.algorithm} was "
            f"{error.expected[:12]}..., is {error.found[:12]}...)",
        ) from error
    with writing(shop.engine) as session:
        testimony, recording = load(session, recording.id)
        row = find_file(recording, file)
        row.stored_path = path
        row.accessioned_at = now()
        preserved_changes.note(session, testimony.id)
        record(
            session,
            "accession",
            testimony,
            recording,
            path=path,
            version=version.number,
        )
        outbox.announce(session, testimony)


def derive(shop: Workshop, recording_id: int) -> None:
    """Make what is played: copies for those who listen, a waveform, and a poster of a video; of the current
    transfer, and of a better one before it takes its place."""
    make_copies(shop, recording_id)


def replace(shop: Workshop, recording_id: int) -> None:
    """Have better transfers take the place of the current file, once all that is played of them is there:
    from one moment to the next, in which something can be played the whole time."""
    with reading(shop.engine) as session:
        _, recording = load(session, recording_id)
    if not recording.awaited_files:
        return
    with writing(shop.engine) as session:
        testimony, recording = load(session, recording_id)
        ready = copies.ready(testimony, recording, now())
        if not ready:
            return  # what is closed changed meanwhile, which makes other copies due, and this again
        for file in ready:
            transfers.make_current(session, testimony, recording, file, at=now())
        run = recognition_changes.finished(session, recording.current_file)
        if run is not None and run.published_at is not None:
            # It was the current one before: the machine's text is again what was heard in it.
            publish_recognition(session, testimony, recording, run, now())


def transcribe(shop: Workshop, recording_id: int) -> None:
    """Have the recording heard, window by window, each kept as soon as it is there."""
    with reading(shop.engine) as session:
        testimony, recording = load(session, recording_id)
        file = recording.current_file
        runs = recognition_changes.runs(session, file)
    if any(run.finished_at is not None for run in runs):
        return
    heard = hearing.hear(shop, testimony, recording, runs)
    with writing(shop.engine) as session:
        testimony, recording = load(session, recording_id)
        file = find_file(recording, file)  # another may be the current one by now
        run = session.get_one(Recognition, heard.run)
        recognition_changes.finish(run, heard.flags, file.offset_ms, now())
        record(
            session,
            "transcription",
            testimony,
            recording,
            recognition=run.public_id,
            engine=run.label,
            language=run.language,
            windows=len(run.plan),
            dropped_words=heard.dropped,
        )


def publish(shop: Workshop, recording_id: int) -> None:
    """Put what was heard, and texts that came along, into revisions that are shown and searched."""
    with writing(shop.engine) as session:
        testimony, recording = load(session, recording_id)
        run = recognition_changes.finished(session, recording.current_file)
        if run is None:
            return  # another file became the current one since: that made this recording's work due again
        published = []
        if run.published_at is None:
            publish_recognition(session, testimony, recording, run, now())
            outbox.announce_words(session, testimony, now())
            published.append(f"recognition {run.public_id}")
        published += [f"text {text.public_id}" for text in publish_texts(session, testimony, now())]
        if not published:
            return
        testimony.published_at = testimony.published_at or now()
        record(session, "publication", testimony, recording, published=published)


STEPS: dict[str, Step] = {
    "accession": accession,
    "derivation": derive,
    "replacement": replace,
    "transcription": transcribe,
    "publication": publish,
}
"""By the kind of their events, in order."""


def _suffix(file: File) -> str:
    container = Probe.model_validate(file.probe).container
    return _SUFFIXES.get(container, f".{container}")
