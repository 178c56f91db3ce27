"""What is done with a recording once it is registered, one function a step.

A step looks at what is recorded, does what is missing, and records its product and an event in one
transaction. So every step may be run twice, and whoever gets the job goes on where the last one stopped.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from archive.changes import events, outbox, transcripts
from archive.changes import recognition as recognition_changes
from archive.changes.events import program_agent
from archive.changes.people import speaker_of
from archive.clock import now
from archive.database import reading, writing
from archive.errors import MediaError, StoreError
from archive.jobs import Interrupted
from archive.models import Derivative, File, Recording, Testimony
from archive.queries import testimonies
from archive.store import Store, StoredFile
from ingest.media.commands import Programs
from ingest.media.derivatives import make_playback, make_poster
from ingest.media.playable import plan_playback
from ingest.media.probe import probe as probe_file
from ingest.transcription.hearing import Hearing
from schemas.media import Probe

log = logging.getLogger(__name__)

_SUFFIXES = {"matroska": ".mkv", "mp4": ".mp4", "mov": ".mov"}
"""File name endings of containers that are not called by their ending."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """What the steps work with. `stop` is set when the worker is to end: a step then raises Interrupted at
    the next place where nothing is lost."""

    engine: Engine
    store: Store
    derivatives: Path
    programs: Programs
    hearing: Hearing
    stop: Event

    def go_on(self, _done: int = 0) -> None:
        """Raise Interrupted when the worker is to end."""
        if self.stop.is_set():
            raise Interrupted


Step = Callable[[Workshop, int], None]


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
                testimony, recording = _load(session, recording_id)
                events.record(
                    session,
                    name,
                    testimony_id=testimony.id,
                    recording_id=recording.id,
                    outcome="failed",
                    detail={"reason": str(error)},
                )
            raise


def accession(shop: Workshop, recording_id: int) -> None:
    """Put the original into the store, under a name of ours, with the digest it had when it was received."""
    with reading(shop.engine) as session:
        testimony, recording = _load(session, recording_id)
    file = recording.current_file
    if file.stored_path is not None:
        return
    source = Path(file.source)
    if not source.exists():
        raise MediaError(source, "it is no longer where it was received from; ingest it again")
    path = f"files/{file.public_id}{_suffix(file)}"
    version = shop.store.add(
        testimony.public_id,
        {path: StoredFile(source, file.sha512)},
        message=f"recording {recording.number} accessioned",
        agent=program_agent(),
    )
    with writing(shop.engine) as session:
        testimony, recording = _load(session, recording_id)
        file = recording.current_file
        file.stored_path = path
        file.accessioned_at = now()
        _record(session, "accession", testimony, recording, path=path, version=version.number)
        outbox.announce(session, testimony)


def derive(shop: Workshop, recording_id: int) -> None:
    """Make what is played: a copy where browsers cannot play the original well, and a poster of a video."""
    with reading(shop.engine) as session:
        testimony, recording = _load(session, recording_id)
    file = recording.current_file
    if any(derivative.kind == "playback" for derivative in file.derivatives):
        return
    original = _original(shop, testimony, file)
    probe = Probe.model_validate(file.probe)
    folder = shop.derivatives / testimony.public_id
    plan = plan_playback(probe)
    playback = make_playback(original, probe, folder, file.public_id, shop.programs, shop.go_on)
    poster = make_poster(original, probe, folder / f"{file.public_id}.jpg", shop.programs)
    made = [_derivative(shop, "playback", playback, plan.media_type, file)]
    if poster is not None:
        made.append(_derivative(shop, "poster", poster, "image/jpeg", file))
    with writing(shop.engine) as session:
        testimony, recording = _load(session, recording_id)
        there = {derivative.kind for derivative in recording.current_file.derivatives}
        recording.current_file.derivatives.extend(each for each in made if each.kind not in there)
        _record(
            session,
            "derivation",
            testimony,
            recording,
            program=shop.programs.version(),
            made=[each.path for each in made],
            reasons=list(plan.reasons),
        )


def transcribe(shop: Workshop, recording_id: int) -> None:
    """Have the recording heard, window by window, each kept before the next is waited for."""
    with reading(shop.engine) as session:
        testimony, recording = _load(session, recording_id)
        run = recognition_changes.latest(session, recording.current_file)
    if run is not None and run.finished_at is not None:
        return
    file = recording.current_file
    original = _original(shop, testimony, file)
    finished = shop.hearing.hear(shop.engine, recording, original, Probe.model_validate(file.probe), shop.go_on)
    with writing(shop.engine) as session:
        testimony, recording = _load(session, recording_id)
        recognition_changes.finish(session, finished.run_id, finished.flags, now())
        _record(
            session,
            "transcription",
            testimony,
            recording,
            engine=finished.label,
            language=finished.language,
            windows=finished.windows,
        )


def publish(shop: Workshop, recording_id: int) -> None:
    """Put what was heard, and captions that came along, before those who may see the testimony."""
    with reading(shop.engine) as session:
        testimony, recording = _load(session, recording_id)
        run = recognition_changes.latest(session, recording.current_file)
    assert run is not None  # noqa: S101 - the step before made it
    heard = shop.hearing.segments(run, recording) if run.published_at is None else None
    written = [
        (captions.id, shop.hearing.caption_segments(captions, recording, run.language))
        for captions in recording.captions
        if captions.published_at is None
    ]
    if heard is None and not written:
        return
    with writing(shop.engine) as session:
        testimony, recording = _load(session, recording_id)
        again = recognition_changes.latest(session, recording.current_file)
        assert again is not None  # noqa: S101 - see above
        if heard is not None and again.published_at is None:
            transcripts.publish_machine(session, testimony, recording, again, heard, at=now())
        segments_of = dict(written)
        for captions in recording.captions:
            if captions.id in segments_of and captions.published_at is None:
                transcripts.publish_captions(
                    session,
                    testimony,
                    recording,
                    [named(testimony, segment) for segment in segments_of[captions.id]],
                    author=captions.author,
                    translation=captions.language,
                )
                captions.published_at = now()
        if testimony.published_at is None:
            testimony.published_at = now()
        _record(session, "publication", testimony, recording)
        outbox.announce(session, testimony)


STEPS: dict[str, Step] = {
    "accession": accession,
    "derivation": derive,
    "transcription": transcribe,
    "publication": publish,
}
