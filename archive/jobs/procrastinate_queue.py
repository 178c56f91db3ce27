"""The queue on PostgreSQL: procrastinate's tables, and any number of workers on any number of machines.

Its are the schema, the order, the locks (of the jobs of one recording one waits and one runs) and the word
of each worker that it lives. What becomes of a job is written here: its own worker knows neither a job that
waits again as it was, nor one that is put back while its like waits (docs/decisions/procrastinate.md).
"""

import logging
from collections.abc import Callable, Collection
from contextlib import nullcontext
from threading import Event
from typing import Any

from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Job as Deferred
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    and_,
    delete,
    exists,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ENUM, JSONB

from archive.jobs import Job, JobState, next_turn
from archive.jobs.connector import ask, driver_of, manager_of
from archive.jobs.crew import DEATHS, DIED, work_off
from archive.jobs.presence import DEAD_SECONDS, Presence, count_alive

log = logging.getLogger(__name__)

QUEUE = "recordings"
TASK = "work_on_recording"

_PRIORITY = 1_000_000
"""What one step of priority counts against turns: procrastinate orders by one number, the highest first."""

_JOBS = Table(
    "procrastinate_jobs",
    MetaData(),
    Column("id", BigInteger, primary_key=True),
    Column("queue_name", String),
    Column("priority", Integer),
    Column("lock", String),
    Column("queueing_lock", String),
    Column("args", JSONB),
    Column(
        "status",
        ENUM("todo", "doing", "failed", name="procrastinate_job_status", create_type=False),
    ),
    Column("attempts", Integer),
    Column("worker_id", BigInteger),
)
_row = _JOBS.c
_turn = _row.args["turn"].as_integer()
_recording = _row.args["recording_id"].as_integer()
_FIRST_TURN = select(func.min(_turn)).where(_row.queue_name == QUEUE, _row.status == "todo")
_like = _JOBS.alias("like_it")
_DUE = (
    select(_row.id)
    .where(
        _row.queue_name == QUEUE,
        _row.status == "todo",
        ~exists().where(_like.c.lock == _row.lock, _like.c.status == "doing"),
    )
    .limit(1)
)
_STATUSES = {"todo": "waiting", "doing": "running", "failed": "failed"}
_RANK = ("failed", "todo", "doing")
"""Of several jobs of a recording, the last of these says how things stand."""


class ProcrastinateQueue:
    """A queue (see `archive.jobs.Queue`) in the tables of procrastinate, in the archive's own database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reading = engine.execution_options(read_only=True)
        self._manager = manager_of(engine)

    def defer(
        self, connection: Connection, recording_id: int, *, priority: int = 0, after: int | None = None
    ) -> int:
        """Make work on a recording due; see `archive.jobs.Deferring.defer`."""
        lock = _lock(recording_id)
        waiting = and_(_row.queueing_lock == lock, _row.status == "todo")
        while True:
            raised = func.greatest(_row.priority, priority * _PRIORITY - _turn)
            kept = connection.execute(
                update(_JOBS).where(waiting).values(priority=raised).returning(_turn)
            ).scalar()
            if kept is not None:
                return int(kept)
            connection.execute(delete(_JOBS).where(_row.lock == lock, _row.status == "failed"))
            turn = next_turn(connection.scalar(_FIRST_TURN), after)
            job = Deferred(
                queue=QUEUE,
                task_name=TASK,
                priority=priority * _PRIORITY - turn,
                lock=lock,
                queueing_lock=lock,
                task_kwargs={"recording_id": recording_id, "turn": turn},
            )
            try:
                with connection.begin_nested():
                    self._manager.defer_job(job, connection=driver_of(connection))
                return turn
            except AlreadyEnqueued:  # by another, meanwhile
                continue

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
        with Presence(self._engine, stop) as presence:

            def idle_if_first() -> None:
                presence.check()
                self._rescue()
                if idle is not None and presence.leads():
                    idle()

            self._rescue()  # before the first look at what is due
            ledger = _Ledger(self._engine, presence.worker_id)
            work_off(ledger, handle, stop=stop, workers=workers, until_idle=until_idle, idle=idle_if_first)
            presence.check()

    def running(self) -> bool:
        """Whether any worker lives."""
        return self.workers() > 0

    def workers(self) -> int:
        """How many workers said not long ago that they live."""
        return count_alive(self._reading)

    def states(
        self, recordings: Collection[int] | None = None, *, connection: Connection | None = None
    ) -> list[JobState]:
        """Every job that waits, runs or failed; see `archive.jobs.Queue.states`."""
        statement = (
            select(
                _recording,
                _row.status,
                _row.attempts,
                _row.args["reason"].as_string(),
                (_row.priority + _turn) / _PRIORITY,
            )
            .where(_row.queue_name == QUEUE, _row.status.in_(_RANK))
            .order_by(_row.priority.desc(), _row.id)
        )
        if recordings is not None:
            statement = statement.where(_row.lock.in_([_lock(each) for each in recordings]))
        with nullcontext(connection) if connection is not None else self._reading.connect() as asked:
            rows = list(asked.execute(statement))
        last: dict[int, str] = {}
        for recording_id, status, *_ in rows:
            last[recording_id] = max(status, last.get(recording_id, status), key=_RANK.index)
        return [
            JobState(
                recording_id,
                _STATUSES[status],
                attempts + (status == "doing"),
                reason if status == "failed" else None,
                int(priority),
            )
            for recording_id, status, attempts, reason, priority in rows
            if last.get(recording_id) == status and last.pop(recording_id)
        ]

    def _rescue(self) -> None:
        """Put the jobs of dead workers back to waiting; fail those that workers keep dying of."""
        for stalled in ask(self._manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=DEAD_SECONDS)):
            job = _job(stalled)
            ledger = _Ledger(self._engine, stalled.worker_id)
            if stalled.attempts + 1 >= DEATHS:
                ledger.fail(job, DIED)
            else:
                ledger.put_back(job, attempts=stalled.attempts + 1)
            log.warning("recording %d: its worker died, it is worked on again", job.recording_id)
        ask(self._manager.prune_stalled_workers(DEAD_SECONDS * 6))


class _Ledger:
    """The jobs as one worker has them (see `archive.jobs.crew.Ledger`): what others took over is no longer
    its to write about."""

    def __init__(self, engine: Engine, worker_id: int | None) -> None:
        self._engine = engine
        self._reading = engine.execution_options(read_only=True)
        self._manager = manager_of(engine)
        self._worker_id = worker_id

    def is_due(self) -> bool:
        """Whether a job waits of a recording that nobody works on."""
        with self._reading.connect() as connection:
            return connection.scalar(_DUE) is not None

    def claim(self) -> Job | None:
        """Note the first that waits as running."""
        assert self._worker_id is not None  # noqa: S101 - only a living worker claims
        found = ask(self._manager.fetch_job(queues=[QUEUE], worker_id=self._worker_id))
        return None if found is None else _job(found)

    def finish(self, job: Job) -> None:
        """Delete the job, and what failed before it; one that was deferred meanwhile waits beside it."""
        with self._engine.begin() as connection:
            if connection.execute(delete(_JOBS).where(self._mine(job))).rowcount:
                self._forget_failures(connection, job)

    def fail(self, job: Job, reason: str) -> None:
        """Keep the reason, unless the recording was deferred meanwhile."""
        with self._engine.begin() as connection:
            if self._like(connection, job) is not None:
                connection.execute(delete(_JOBS).where(self._mine(job)))
                return
            failed = {
                "status": "failed",
                "attempts": _row.attempts + 1,
                "args": _row.args.concat(func.jsonb_build_object("reason", reason)),
                "worker_id": None,
            }
            self._forget_failures(connection, job)
            connection.execute(update(_JOBS).where(self._mine(job)).values(failed))

    def put_back(self, job: Job, attempts: int | None = None) -> None:
        """Have the job wait again; where its like waits, that one takes its place."""
        tried = job.attempts if attempts is None else attempts
        with self._engine.begin() as connection:
            like = self._like(connection, job)
            values: dict[str, Any] = {"status": "todo", "attempts": tried, "worker_id": None}
            if like is not None:
                values["priority"] = func.greatest(_row.priority, like.priority)
                gone = delete(_JOBS).where(_row.id == like.id, exists().where(self._mine(job, _like.c)))
                connection.execute(gone)
            connection.execute(update(_JOBS).where(self._mine(job)).values(values))

    def _mine(self, job: Job, columns: Any = _row) -> Any:
        return and_(
            columns.lock == _lock(job.recording_id),
            columns.status == "doing",
            columns.worker_id.is_not_distinct_from(self._worker_id),
        )

    def _like(self, connection: Connection, job: Job) -> Any:
        """The job of the same recording that waits, if there is one."""
        waiting = and_(_row.queueing_lock == _lock(job.recording_id), _row.status == "todo")
        return connection.execute(select(_row.id, _row.priority).where(waiting)).one_or_none()

    def _forget_failures(self, connection: Connection, job: Job) -> None:
        connection.execute(delete(_JOBS).where(_row.lock == _lock(job.recording_id), _row.status == "failed"))


def _job(found: Deferred) -> Job:
    return Job(int(str(found.task_kwargs["recording_id"])), found.attempts)


def _lock(recording_id: int) -> str:
    return f"recording:{recording_id}"
