"""What the steps work with, and how they find and record things."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from threading import Event, Lock
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from archive.changes import events
from archive.disks import writing_to
from archive.errors import NotFound
from archive.jobs import Interrupted
from archive.models import File, Recording, Testimony
from archive.queries import testimonies
from archive.store import Store
from archive.store.locks import hold_if_free
from ingest.media.commands import Programs
from ingest.transcription.pool import RecogniserPool


class Recognisers:
    """The pool of recogniser processes, started when the first recording is to be heard: a site without work
    needs no model in memory, and a worker without a model can do everything else."""

    def __init__(self, start: Callable[[], RecogniserPool]) -> None:
        self._start = start
        self._lock = Lock()
        self._pool: RecogniserPool | None = None

    def pool(self) -> RecogniserPool:
        """The pool. Raises ProgramMissing where there is no model to be had."""
        with self._lock:
            if self._pool is None:
                self._pool = self._start()
            return self._pool

    def close(self) -> None:
        """End the processes."""
        with self._lock:
            if self._pool is not None:
                self._pool.close()


@dataclass(frozen=True, slots=True)
class Workshop:
    """What the steps work with. `folder` is for files under one's hands, `making` for those that are to be
    renamed into `derivatives` (so it is on the same disk). `stop` is set when the worker is to
    end: a step then raises Interrupted at the next place where nothing is lost."""

    engine: Engine
    store: Store
    derivatives: Path
    making: Path
    folder: Path
    programs: Programs
    recognisers: Recognisers
    window_ms: int
    stop: Event

    def go_on(self, _done: int = 0) -> None:
        """Raise Interrupted when the worker is to end."""
        if self.stop.is_set():
            raise Interrupted

    def original(self, testimony: Testimony, file: File) -> Path:
        """The original in the store."""
        if file.stored_path is None:
            raise NotFound(f"file {file.public_id} is not in the store yet")
        return self.store.path(testimony.public_id, file.stored_path)


def load(session: Session, recording_id: int) -> tuple[Testimony, Recording]:
    """A recording with its testimony, fully loaded."""
    found = testimonies.find_recording_by_row(session, recording_id)
    if found is None:
        raise NotFound(f"no recording has the row id {recording_id}")
    return found


def find_file(recording: Recording, file: File) -> File:
    """A file's row in a recording that was loaded anew."""
    return next(each for each in recording.files if each.id == file.id)


def record(
    session: Session,
    kind: str,
    testimony: Testimony,
    recording: Recording,
    *,
    outcome: str = "done",
    **detail: Any,
) -> None:
    """Record an event of one recording."""
    events.record(
        session,
        kind,
        testimony_id=testimony.id,
        recording_id=recording.id,
        outcome=outcome,
        detail=detail,
    )


@contextmanager
def own_folder(parent: Path) -> Iterator[Path]:
    """A folder of this process's own under `parent`, gone when the block ends; those that dead processes left
    are swept. A living one's is known by its lock, which the kernel frees."""
    with ExitStack() as held:
        with writing_to(parent):
            parent.mkdir(parents=True, exist_ok=True)
            _sweep(parent)
            while True:
                folder = parent / secrets.token_hex(8)
                # Before the folder is there, so never swept; or a sweeper has just met the new lock.
                if held.enter_context(hold_if_free(_lock_of(folder))):
                    break
            folder.mkdir()
        held.callback(rmtree, folder)
        yield folder


def _sweep(parent: Path) -> None:
    for left in list(parent.iterdir()):
        folder = left.with_suffix("")  # a process may have died when it had no more than the lock
        with hold_if_free(_lock_of(folder)) as free:
            if free and folder.is_dir():
                rmtree(folder)


def _lock_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.lock")
