"""The queue on one machine: rows in the archive's own SQLite, and one worker.

The worker proves that it lives by a lock that the kernel frees at kill -9; so whoever gets the lock knows
that all `running` rows are those of a dead worker.
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from pathlib import Path
from threading import Event

from sqlalchemy import Connection, Engine, case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from archive.clock import now
from archive.disks import writing_to
from archive.errors import ArchiveError, WorkerRunning
from archive.jobs import Interrupted, Job, JobState
from archive.models.job import Job as Row
from archive.store.durable import make_folder
from archive.store.locks import hold_if_free, is_held

log = logging.getLogger(__name__)

DEATHS = 5
"""How often a worker may die over a job before the job fails: one that kills its worker each time would else
keep all others from ever being done."""

_POLL_SECONDS = 0.2
"""How long a stop, a finished job or a new one may go unnoticed."""
_IDLE_SECONDS = 1.0
_LOCK_SECONDS = 1.0
"""How long to try for the lock: whoever asks whether a worker runs takes it for a moment."""


class SqliteQueue:
    """A queue (see `archive.jobs.Queue`) in the table `job`; `lock` is the file that the worker holds."""

    def __init__(self, engine: Engine, lock: Path) -> None:
        self._engine = engine
        self._reading = engine.execution_options(read_only=True)
        self._lock = lock

    def defer(self, connection: Connection, recording_id: int, *, priority: int = 0) -> None:
        """Make work on a recording due; see `archive.jobs.Queue.defer`."""
        values = {
            "recording_id": recording_id,
            "status": "waiting",
            "priority": priority,
            "attempts": 0,
            "again": False,
            "deferred_at": now(),
        }
        failed, running = Row.status == "failed", Row.status == "running"
        insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        connection.execute(
            insert(Row)
            .values(values)
            .on_conflict_do_update(
                index_elements=["recording_id"],
                set_={
                    "priority": case((Row.priority > priority, Row.priority), else_=priority),
                    "again": case((running, True), else_=False),
                    "status": case((failed, "waiting"), else_=Row.status),
                    "attempts": case((failed, 0), else_=Row.attempts),
                    "reason": None,
                    "deferred_at": case((failed, values["deferred_at"]), else_=Row.deferred_at),
                },
            )
        )

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
            with ThreadPoolExecutor(workers, thread_name_prefix="job") as pool:
                try:
                    self._work(pool, handle, stop, workers, until_idle, idle or (lambda: None))
                except BaseException:
                    stop.set()  # so that the jobs in progress end, which leaving the pool waits for
                    raise

    def running(self) -> bool:
        """Whether a worker holds the lock."""
        return is_held(self._lock)

    def states(self) -> list[JobState]:
        """Every job that waits, runs or failed."""
        columns = (Row.recording_id, Row.status, Row.attempts, Row.reason)
        with self._reading.connect() as connection:
            rows = connection.execute(select(*columns).order_by(Row.id))
            return [JobState(*row) for row in rows]

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
                    reason=f"the worker died {DEATHS} times while it did this",
                )
            )
            rescued = connection.execute(
                update(Row).where(running).values(status="waiting", again=False, started_at=None)
            )
        if rescued.rowcount:
            log.warning("%d jobs of a worker that died are run again", rescued.rowcount)

    def _work(
        self,
        pool: ThreadPoolExecutor,
        handle: Callable[[Job], None],
        stop: Event,
        workers: int,
        until_idle: bool,
        idle: Callable[[], None],
    ) -> None:
        running: set[Future[None]] = set()
        idle_at = time.monotonic()
        while not stop.is_set():
            while len(running) < workers and (job := self._claim()) is not None:
                running.add(pool.submit(self._do, handle, job))
            if time.monotonic() >= idle_at:
                idle()
                idle_at = time.monotonic() + _IDLE_SECONDS
            if running:
                done, running = wait(running, timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED)
                for future in done:
                    future.result()  # what a handler raises is in the row; this is the queue's own trouble
            elif until_idle:
                idle()  # once more, for what the last job left; it may also have made work due
                if not self._is_due():
                    return
            else:
                stop.wait(_POLL_SECONDS)
        for future in running:
            future.result()

    def _is_due(self) -> bool:
        with self._reading.connect() as connection:
            waiting = select(Row.id).where(Row.status == "waiting").limit(1)
            return connection.scalar(waiting) is not None

    def _claim(self) -> Job | None:
        if not self._is_due():  # a look costs no write lock
            return None
        first = (
            select(Row.id)
            .where(Row.status == "waiting")
            .order_by(Row.priority.desc(), Row.deferred_at, Row.id)
            .limit(1)
            .scalar_subquery()
        )
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

    def _do(self, handle: Callable[[Job], None], job: Job) -> None:
        try:
            handle(job)
        except Interrupted:
            self._put_back(job)
        except ArchiveError as error:
            log.warning("work on recording %d failed: %s", job.recording_id, error)
            self._fail(job, str(error))
        except Exception as error:
            log.exception("work on recording %d failed", job.recording_id)
            self._fail(job, str(error) or type(error).__name__)
        except BaseException:
            self._put_back(job)
            raise
        else:
            self._finish(job)

    def _finish(self, job: Job) -> None:
        """Delete the row, or have it wait again where it was deferred meanwhile."""
        mine = Row.recording_id == job.recording_id
        with self._engine.begin() as connection:
            again = connection.execute(
                update(Row)
                .where(mine, Row.again)
                .values(status="waiting", attempts=0, again=False, deferred_at=now(), started_at=None)
            )
            if again.rowcount == 0:
                connection.execute(delete(Row).where(mine))

    def _fail(self, job: Job, reason: str) -> None:
        """Keep the reason, or have the row wait again where it was deferred meanwhile."""
        with self._engine.begin() as connection:
            connection.execute(
                update(Row)
                .where(Row.recording_id == job.recording_id)
                .values(
                    status=case((Row.again, "waiting"), else_="failed"),
                    attempts=case((Row.again, 0), else_=Row.attempts),
                    deferred_at=case((Row.again, now()), else_=Row.deferred_at),
                    reason=case((Row.again, None), else_=reason),
                    again=False,
                    started_at=None,
                )
            )

    def _put_back(self, job: Job) -> None:
        with self._engine.begin() as connection:
            connection.execute(
                update(Row)
                .where(Row.recording_id == job.recording_id)
                .values(status="waiting", attempts=job.attempts, again=False, started_at=None)
            )
