"""The queue on one machine: rows in the archive's own SQLite, and one worker.

The worker proves that it lives by a lock that the kernel frees at kill -9; so whoever gets the lock knows
that all `running` rows are those of a dead worker.
"""

import logging
import time
from collections.abc import Callable, Collection
from contextlib import ExitStack, nullcontext
from pathlib import Path
from threading import Event

from sqlalchemy import Connection, Engine, case, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from archive.clock import now
from archive.disks import writing_to
from archive.errors import WorkerRunning
from archive.jobs import Job, JobState, next_turn
from archive.jobs.crew import DEATHS, DIED, work_off
from archive.models.job import Job as Row
from archive.store.durable import make_folder
from archive.store.locks import hold_if_free, is_held

log = logging.getLogger(__name__)

_ORDER = (Row.priority.desc(), Row.turn, Row.deferred_at, Row.id)
_FIRST_TURN = select(func.min(Row.turn)).where(Row.status == "waiting")

_LOCK_SECONDS = 1.0
"""How long to try for the lock: whoever asks whether a worker runs takes it for a moment."""


class SqliteQueue:
    """A queue (see `archive.jobs.Queue`) in the table `job`; `lock` is the file that the worker holds."""

    def __init__(self, engine: Engine, lock: Path) -> None:
        self._engine = engine
        self._reading = engine.execution_options(read_only=True)
        self._lock = lock

    def defer(
        self, connection: Connection, recording_id: int, *, priority: int = 0, after: int | None = None
    ) -> int:
        """Make work on a recording due; see `archive.jobs.Deferring.defer`."""
        turn = next_turn(connection.scalar(_FIRST_TURN), after)
        fresh = {
            "status": "waiting",
            "priority": priority,
            "turn": turn,
            "attempts": 0,
            "again": False,
            "reason": None,
            "deferred_at": now(),
        }
        failed, running = Row.status == "failed", Row.status == "running"
        there = {
            **{name: getattr(Row, name) for name in fresh},
            "priority": func.max(Row.priority, priority),
            "again": running,
        }
        statement = (
            insert(Row)
            .values(recording_id=recording_id, **fresh)
            .on_conflict_do_update(
                index_elements=["recording_id"],
                set_={name: case((failed, fresh[name]), else_=there[name]) for name in fresh},
            )
            .returning(Row.turn)
        )
        return connection.execute(statement).scalar_one()

    def run(
        self,
        handle: Callable[[Job], None],
        *,
        stop: Event,
        workers: int = 1,
        until_idle: bool = False,
        idle: Callable[[], None] | None = None,
    ) -> None:
        """Do the jobs that are due; see `archive.jobs.Queue.run`."""
        with ExitStack() as held:
            self._take_lock(held)
            self._rescue()
            work_off(self, handle, stop=stop, workers=workers, until_idle=until_idle, idle=idle)

    def running(self) -> bool:
        """Whether a worker holds the lock."""
        return is_held(self._lock)

    def workers(self) -> int:
        """One, where a worker holds the lock."""
        return int(self.running())

    def states(
        self, recordings: Collection[int] | None = None, *, connection: Connection | None = None
    ) -> list[JobState]:
        """Every job that waits, runs or failed; see `archive.jobs.Queue.states`."""
        statement = select(Row.recording_id, Row.status, Row.attempts, Row.reason, Row.priority).order_by(
            *_ORDER
        )
        if recordings is not None:
            statement = statement.where(Row.recording_id.in_(recordings))
        with nullcontext(connection) if connection is not None else self._reading.connect() as asked:
            return [JobState(*row) for row in asked.execute(statement)]

    def _take_lock(self, held: ExitStack) -> None:
        with writing_to(self._lock.parent):
            make_folder(self._lock.parent)
            until = time.monotonic() + _LOCK_SECONDS
            while not held.enter_context(hold_if_free(self._lock)):
                if time.monotonic() > until:
                    raise WorkerRunning("another worker is at work on this archive")
                time.sleep(0.05)

    def _rescue(self) -> None:
        """Put the jobs of a dead worker back to waiting; fail those that workers keep dying of."""
        running = Row.status == "running"
        with self._engine.begin() as connection:
            connection.execute(
                update(Row)
                .where(running, Row.attempts >= DEATHS)
                .values(
                    status="failed",
                    again=False,
                    started_at=None,
                    reason=DIED,
                )
            )
            rescued = connection.execute(
                update(Row).where(running).values(status="waiting", again=False, started_at=None)
            )
        if rescued.rowcount:
            log.warning("%d jobs of a worker that died are run again", rescued.rowcount)

    def is_due(self) -> bool:
        """Whether a row waits."""
        with self._reading.connect() as connection:
            waiting = select(Row.id).where(Row.status == "waiting").limit(1)
            return connection.scalar(waiting) is not None

    def claim(self) -> Job | None:
        """Note the first row as running."""
        first = select(Row.id).where(Row.status == "waiting").order_by(*_ORDER).limit(1).scalar_subquery()
        with self._engine.begin() as connection:
            row = connection.execute(
                update(Row)
                .where(Row.id == first)
                .values(
                    status="running",
                    attempts=Row.attempts + 1,
                    again=False,
                    started_at=now(),
                    reason=None,
                )
                .returning(Row.recording_id, Row.attempts)
            ).one_or_none()
        return None if row is None else Job(recording_id=row.recording_id, attempts=row.attempts - 1)

    def finish(self, job: Job) -> None:
        """Delete the row, or have it wait again where it was deferred meanwhile."""
        with self._engine.begin() as connection:
            if not self._wait_once_more(connection, job):
                connection.execute(delete(Row).where(Row.recording_id == job.recording_id))

    def fail(self, job: Job, reason: str) -> None:
        """Keep the reason, or have the row wait again where it was deferred meanwhile."""
        with self._engine.begin() as connection:
            if not self._wait_once_more(connection, job):
                connection.execute(
                    update(Row)
                    .where(Row.recording_id == job.recording_id)
                    .values(status="failed", reason=reason, started_at=None)
                )

    def _wait_once_more(self, connection: Connection, job: Job) -> bool:
        fresh = {
            "turn": next_turn(connection.scalar(_FIRST_TURN)),
            "status": "waiting",
            "attempts": 0,
            "again": False,
            "deferred_at": now(),
            "started_at": None,
        }
        statement = update(Row).where(Row.recording_id == job.recording_id, Row.again).values(fresh)
        return connection.execute(statement).rowcount == 1

    def put_back(self, job: Job) -> None:
        """Have a row wait again."""
        with self._engine.begin() as connection:
            connection.execute(
                update(Row)
                .where(Row.recording_id == job.recording_id)
                .values(status="waiting", attempts=job.attempts, again=False, started_at=None)
            )
