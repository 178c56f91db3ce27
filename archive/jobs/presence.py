"""That a worker lives, said in the database every few seconds, and what follows from it.

Whoever has not said so for a while is dead to all others, who take its jobs. So a worker that could not say
it (its database or its machine was away) must stop before that: by its own clock, which begins before what it
said reached the database, so it stops first. Of those who live, the first that came does what only one may.
"""

import logging
import time
from contextlib import suppress
from threading import Event, Thread
from types import TracebackType

from procrastinate.manager import JobManager
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from archive.errors import ArchiveError, WorkerLost
from archive.jobs.connector import ask, manager_of

log = logging.getLogger(__name__)

BEAT_SECONDS = 2.0
DEAD_SECONDS = 12.0
"""After so long without a word a worker is dead. Its jobs go on elsewhere within this and one beat."""
_LOST_SECONDS = DEAD_SECONDS - BEAT_SECONDS

_ALIVE = f"last_heartbeat >= now() - interval '{DEAD_SECONDS} s'"
_COUNT = text(f"SELECT count(*) FROM procrastinate_workers WHERE {_ALIVE}")  # noqa: S608 - a number of ours
_FIRST = text(f"SELECT min(id) FROM procrastinate_workers WHERE {_ALIVE}")  # noqa: S608 - likewise


def count_alive(engine: Engine) -> int:
    """How many workers said not long ago that they live."""
    with engine.connect() as connection:
        count: int = connection.execute(_COUNT).scalar_one()
    return count


class Presence:
    """One worker's. While it is entered, a thread says that the worker lives; `stop` is set when it could not
    for too long."""

    def __init__(self, engine: Engine, stop: Event) -> None:
        self._engine = engine
        self._reading = engine.execution_options(read_only=True)
        self._manager: JobManager = manager_of(engine)
        self._stop = stop
        self._left = Event()
        self._said_at = 0.0
        self._lost = False
        self._thread = Thread(target=self._beat, name="presence", daemon=True)
        self.worker_id = 0

    def __enter__(self) -> "Presence":
        self._said_at = time.monotonic()
        self.worker_id = ask(self._manager.register_worker())
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._left.set()
        self._thread.join()
        with suppress(SQLAlchemyError, ArchiveError):  # then others find it silent
            ask(self._manager.unregister_worker(self.worker_id))

    def check(self) -> None:
        """Raise WorkerLost where others may have taken this worker for dead."""
        if self._lost or time.monotonic() > self._said_at + _LOST_SECONDS:
            raise WorkerLost(
                f"for {_LOST_SECONDS:.0f} seconds this worker could not tell the database that it lives; its "
                "jobs go on elsewhere, or once it is started again"
            )

    def leads(self) -> bool:
        """Whether this worker is the first of those that live."""
        with self._reading.connect() as connection:
            return bool(connection.execute(_FIRST).scalar() == self.worker_id)

    def _beat(self) -> None:
        while not self._left.wait(BEAT_SECONDS):
            began = time.monotonic()
            try:
                if began > self._said_at + _LOST_SECONDS:
                    self._lost = True
                    self._stop.set()
                    return
                ask(self._manager.update_heartbeat(self.worker_id))
                self._said_at = began
            except (SQLAlchemyError, ArchiveError) as error:
                log.warning("the database does not answer: %s", error)
