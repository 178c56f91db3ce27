"""Runs the jobs, and carries every change into the index and the store."""

import logging
from collections.abc import Callable
from threading import Event

from sqlalchemy import Engine

from archive.changes.derivatives import renew
from archive.database import writing
from archive.errors import SearchUnavailable, StoreError
from archive.jobs import Job, Queue
from archive.preservation import preserve_waiting
from archive.settings import Settings
from archive.store import create_store
from ingest.copies import look_at_copies
from ingest.media.commands import find_programs
from ingest.steps import work_on
from ingest.transcription.pool import RecogniserPool
from ingest.transcription.transcriber import Transcriber, TranscriberFactory
from ingest.transcription.weights import find_weights
from ingest.workshop import Recognisers, Workshop, own_folder
from search.backend import SearchBackend, create_backend
from search.indexer import deliver, prepare

log = logging.getLogger(__name__)


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

    `transcriber` makes the engine in a recogniser process (picklable); default: the one that is set. Raises
    WorkerRunning where another worker has the archive, ProgramMissing where ffmpeg is.
    """

    def start_pool() -> RecogniserPool:
        factory = transcriber or TranscriberFactory(settings, find_weights(settings))
        return RecogniserPool(factory, settings.recognisers, eager=until_idle)

    programs = find_programs(settings)
    recognisers = Recognisers(start_pool)
    delivery = Delivery(settings, engine, queue)
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
            if not looked:  # once, and only now: this worker has the archive
                with writing(engine) as session:
                    renew(session, queue, settings.derivatives_folder)
                looked = True
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
        finally:
            recognisers.close()
            delivery.close()


class Delivery:
    """What a worker does between jobs: everything that waits in the outbox goes to the store and the index,
    copies that nobody may be given go, and those that are missing are made due.

    Where one of them is away, that is said once, the outbox keeps what waits, and everything else goes on.
    """

    def __init__(self, settings: Settings, engine: Engine, queue: Queue) -> None:
        self.store = create_store(settings)
        self._backend: SearchBackend = create_backend(settings)
        self._engine = engine
        self._queue = queue
        self._derivatives = settings.derivatives_folder
        self._said: dict[str, str] = {}

    def deliver(self) -> None:
        """Deliver what waits, if anything does. Copies first: one that is closed now is to be gone soon."""
        self._try("folder of copies", lambda: look_at_copies(self._engine, self._queue, self._derivatives))
        self._try("index", self._deliver_to_index)
        self._try("store", lambda: preserve_waiting(self._engine, self.store))

    def close(self) -> None:
        """Let go of the index."""
        self._backend.close()

    def _deliver_to_index(self) -> None:
        prepare(self._engine, self._backend)
        deliver(self._engine, self._backend)

    def _try(self, what: str, act: Callable[[], object]) -> None:
        try:
            act()
        except (SearchUnavailable, StoreError, OSError) as error:
            if self._said.get(what) != str(error):
                log.warning("the %s has to wait: %s", what, error)
            self._said[what] = str(error)
        else:
            if self._said.pop(what, None) is not None:
                log.info("the %s is there again", what)
