"""What is done with a recording once it is registered, one function a step.

A step looks at what is recorded, does what is missing, and records its product and an event in one
transaction. So every step may be run twice, and whoever gets the job goes on where the last one stopped.
"""

from collections.abc import Callable
from pathlib import Path

from archive.changes import outbox, transcripts
from archive.changes import recognition as recognition_changes
from archive.changes.events import program_agent
from archive.changes.people import speaker_of
from archive.clock import now
from archive.database import reading, writing
from archive.errors import MediaError
from archive.jobs import Interrupted
from archive.models import File
from archive.store import StoredFile
from ingest import hearing, texts
from ingest.copies import make_copies
from ingest.workshop import Workshop, load, record
from schemas.media import Probe

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
            with writing(shop.engine) as session:
                testimony, recording = load(session, recording_id)
                record(session, name, testimony, recording, outcome="failed", reason=str(error))
                outbox.announce_to_store(session, testimony)
            raise


def accession(shop: Workshop, recording_id: int) -> None:
    """Put the original into the store, under a name of ours, with the digest it had when it was received."""
    with reading(shop.engine) as session:
        testimony, recording = load(session, recording_id)
    file = recording.current_file
    if file.stored_path is not None:
        return
    source = Path(file.source)
    if not source.exists():
        raise MediaError(source, "is no longer where it was received from; ingest it again")
    path = f"files/{file.public_id}{_suffix(file)}"
    version = shop.store.add(
        testimony.public_id,
        {path: StoredFile(source, file.sha512)},
        message=f"recording {recording.number} accessioned",
        agent=program_agent(),
    )
    with writing(shop.engine) as session:
        testimony, recording = load(session, recording_id)
        file = recording.current_file
        file.stored_path = path
        file.accessioned_at = now()
        record(session, "accession", testimony, recording, path=path, version=version.number)
        outbox.announce(session, testimony)


def derive(shop: Workshop, recording_id: int) -> None:
    """Make what is played: copies for those who listen, and a poster of a video."""
    make_copies(shop, recording_id)


def transcribe(shop: Workshop, recording_id: int) -> None:
    """Have the recording heard, window by window, each kept as soon as it is there."""
    with reading(shop.engine) as session:
        testimony, recording = load(session, recording_id)
        run = recognition_changes.latest(session, recording.current_file)
    if run is not None and run.finished_at is not None:
        return
    heard = hearing.hear(shop, testimony, recording, run)
    with writing(shop.engine) as session:
        testimony, recording = load(session, recording_id)
        run = recognition_changes.latest(session, recording.current_file)
        assert run is not None  # noqa: S101 - hearing has begun one
        recognition_changes.finish(run, heard.flags, now())
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
    """Put what was heard, and captions that came along, into revisions that are shown and searched."""
    with writing(shop.engine) as session:
        testimony, recording = load(session, recording_id)
        run = recognition_changes.latest(session, recording.current_file)
        assert run is not None  # noqa: S101 - the step before has made one
        offset_ms = recording.current_file.offset_ms
        published = []
        if run.published_at is None:
            segments = texts.of_machine(recognition_changes.window_results(run), offset_ms)
            transcripts.publish_machine(session, testimony, recording, run, segments, at=now())
            published.append(f"recognition {run.public_id}")
        for captions in recording.captions:
            if captions.published_at is not None:
                continue
            language = captions.language or recording.language or run.language
            passages = texts.of_captions(captions.text, language)
            transcripts.publish_captions(
                session,
                testimony,
                recording,
                [texts.spoken_by(each, speaker_of(testimony, each.speaker_label)) for each in passages],
                author=captions.author,
                translation=captions.language,
            )
            captions.published_at = now()
            published.append(f"captions {captions.public_id}")
        if not published:
            return
        testimony.published_at = testimony.published_at or now()
        record(session, "publication", testimony, recording, published=published)
        outbox.announce(session, testimony)


STEPS: dict[str, Step] = {
    "accession": accession,
    "derivation": derive,
    "transcription": transcribe,
    "publication": publish,
}
"""By the kind of their events, in order."""


def _suffix(file: File) -> str:
    container = Probe.model_validate(file.probe).container
    return _SUFFIXES.get(container, f".{container}")
