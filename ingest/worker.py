"""Runs the jobs, and carries every change into the index and the store."""

import logging
from collections.abc import Callable
from contextlib import suppress
from threading import Event
from time import monotonic

from sqlalchemy import Engine

from archive.changes.derivatives import renew
from archive.database import writing
from archive.disks import writing_to
from archive.errors import (
    ArchiveError,
    DatabaseUnavailable,
    DiskRefused,
    IndexDiffers,
    SearchUnavailable,
    StoreError,
)
from archive.jobs import Interrupted, Job, Queue
from archive.preservation import preserve_waiting
from archive.settings import Settings
from archive.store import create_store
from ingest.copies import look_at_copies
from ingest.media.commands import find_programs
from ingest.steps import work_on
from ingest.transcription.pool import RecogniserPool
from ingest.transcription.transcriber import Transcriber, create_factory
from ingest.workshop import Recognisers, Workshop, own_folder
from search.backend import SearchBackend, create_backend
from search.indexer import deliver, prepare

log = logging.getLogger(__name__)

_REST_SECONDS = 60.0
"""Before an index is made anew once more, after one that differed from the database."""


def run_worker(
    settings: Settings,
    engine: Engine,
    queue: Queue,
    *,
    stop: Event,
    until_idle: bool = False,
    transcriber: Callable[[], Transcriber] | None = None,
) -> None:
    """Work until `stop` is set or, with `until_idle`, until nothing is left to do.

    Where several workers may have the archive, one of them delivers. `transcriber` makes the engine in a
    recogniser process (picklable); default: the one that is set. Raises WorkerRunning where another worker
    has the archive and only one may, WorkerLost and DatabaseUnavailable (see `archive.jobs.Queue.run`),
    ProgramMissing where ffmpeg is.
    """

    def start_pool() -> RecogniserPool:
        return RecogniserPool(transcriber or create_factory(settings), settings.recognisers, eager=until_idle)

    programs = find_programs(settings)
    recognisers = Recognisers(start_pool)
    delivery = Delivery(settings, engine, queue, stop)
    with own_folder(settings.work_folder) as folder, own_folder(settings.making_folder) as making:
        shop = Workshop(
            engine=engine,
            store=delivery.store,
            derivatives=settings.derivatives_folder,
            making=making,
            folder=folder,
            programs=programs,
            recognisers=recognisers,
            window_ms=settings.window_seconds * 1000,
            stop=stop,
        )
        looked = False

        def idle() -> None:
            nonlocal looked
            if not looked:  # once, and only now: no other worker of the archive does so
                delivery.sweep()
                looked = delivery.renew_copies()
            delivery.deliver()

        def handle(job: Job) -> None:
            work_on(shop, job.recording_id)

        try:
            queue.run(
                handle,
                stop=stop,
                workers=settings.recognisers,
                until_idle=until_idle,
                idle=idle,
            )
            if until_idle:
                delivery.complain()
        finally:
            recognisers.close()
            delivery.close()


class Delivery:
    """What a worker does between jobs: everything that waits in the outbox goes to the store and the index,
    copies that nobody may be given go, and those that are missing are made due.

    Where one of them is away, that is said once, the outbox keeps what waits, and everything else goes on. An
    index that cannot be used is made anew; `stop` ends that between two batches, and the next worker goes on.
    """

    def __init__(self, settings: Settings, engine: Engine, queue: Queue, stop: Event) -> None:
        self.store = create_store(settings)
        self._backend: SearchBackend = create_backend(settings)
        self._engine, self._queue, self._stop = engine, queue, stop
        self._derivatives = settings.derivatives_folder
        self._troubles: dict[str, ArchiveError] = {}
        self._compared = False
        self._rest_until = 0.0

    def deliver(self) -> None:
        """Deliver what waits, if anything does. Copies first: one that is closed now is to be gone soon."""
        self._look_at_copies()
        if monotonic() >= self._rest_until:
            self._try("index", self._deliver_to_index)
        self._preserve()

    def renew_copies(self) -> bool:
        """Have copies whose files are gone made again; returns whether that could be looked for."""

        def look() -> None:
            with writing(self._engine) as session:
                renew(session, self._queue, self._derivatives)

        return self._try("search for lost copies", look)

    def sweep(self) -> None:
        """Remove what others left in the store that were killed, or lost power, when all else was done."""
        self._try("store", self.store.sweep)

    def complain(self) -> None:
        """Raise what keeps something in the outbox, if anything does."""
        for trouble in self._troubles.values():
            raise trouble

    def close(self) -> None:
        """Let go of the index."""
        self._backend.close()

    def _deliver_to_index(self) -> None:
        try:
            prepare(self._engine, self._backend, compare=not self._compared, between=self._go_on)
            self._compared = True
            deliver(self._engine, self._backend)
        except Interrupted:
            return
        except IndexDiffers:
            self._rest_until = monotonic() + _REST_SECONDS
            raise
        except SearchUnavailable:
            self._compared = False  # when it comes back, it may be from an older copy
            raise

    def _go_on(self) -> None:
        """Between two batches of an index that is made anew: that may take long, and nothing else waits."""
        self._look_at_copies()
        self._preserve()
        with suppress(SearchUnavailable):  # one that is being made; what waits goes into it before it is live
            deliver(self._engine, self._backend)
        if self._stop.is_set():
            raise Interrupted

    def _look_at_copies(self) -> None:
        def look() -> None:
            with writing_to(self._derivatives):
                look_at_copies(self._engine, self._queue, self._derivatives)

        self._try("folder of copies", look)

    def _preserve(self) -> None:
        self._try("store", lambda: preserve_waiting(self._engine, self.store))

    def _try(self, what: str, act: Callable[[], object]) -> bool:
        try:
            act()
        except (SearchUnavailable, StoreError, DiskRefused, DatabaseUnavailable) as error:
            if str(self._troubles.get(what)) != str(error):
                log.warning("the %s has to wait: %s", what, error)
            self._troubles[what] = error
            return False
        if self._troubles.pop(what, None) is not None:
            log.info("the %s is there again", what)
        return True
