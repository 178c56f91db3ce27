"""The Queue seam: work that is due, and who does it.

A job says only "work on recording N". A step is done when its product is recorded in the archive's own
tables, so a job may be run twice without harm, and whoever gets it goes on from what is recorded.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from threading import Event
from typing import Protocol

from sqlalchemy import Connection, Engine

from archive.settings import Settings


class Interrupted(Exception):
    """Raised by a handler that saw the stop before its work was done: the job waits again, as it was."""


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work: a recording's row id, and how often it was tried since it was last deferred."""

    recording_id: int
    attempts: int


@dataclass(frozen=True, slots=True)
class JobState:
    """How things stand with the work on one recording: `waiting`, `running` or `failed`, with the reason."""

    recording_id: int
    status: str
    attempts: int
    reason: str | None
    priority: int = 0


class Deferring(Protocol):
    """Where work is made due."""

    def defer(
        self, connection: Connection, recording_id: int, *, priority: int = 0, after: int | None = None
    ) -> int:
        """Make work on a recording due, in the transaction that `connection` is in; gives its turn.

        A recording has at most one job that waits: deferring again keeps the higher priority, and its turn.
        Deferring one that failed makes it wait again; deferring one that runs makes it run once more
        afterwards.

        Of jobs with the same priority those with the lowest turn come first, and of those the oldest. Each
        gets the turn after that of the first that waits, and so goes before whatever has a later one. A job
        of a deposit of many is given the turn of the one before it as `after`, and gets one after that, too
        (why: docs/decisions/turns.md).
        """


class Queue(Deferring, Protocol):
    """What every queue promises."""

    def run(
        self,
        handle: Callable[[Job], None],
        *,
        stop: Event,
        workers: int = 1,
        until_idle: bool = False,
        idle: Callable[[], None] | None = None,
    ) -> None:
        """Do the jobs that are due, in their order, `workers` at a time, each in a thread.

        Returns when `stop` is set or, with `until_idle`, when none is left. A job in progress cannot be
        killed: `handle` shares `stop` with its steps, and raises Interrupted when it ends early; the job
        then waits again as it was, as it does where `handle` finds the database away, which ends the worker.
        Any other exception fails the job: it is logged, its text is kept as the reason, and the others go on.
        A job whose worker died is run again by another or the next, up to five times.

        `idle` is what only one worker of an archive may do at a time: it is called in the calling thread
        about once a second, and with `until_idle` once more at the end, but never while another worker does
        so. What it raises, and whatever else interrupts the calling thread, sets `stop`, waits for the jobs
        in progress, and is raised. Raises WorkerRunning when another worker has the archive (where only one
        may), WorkerLost when this one could not say for too long that it lives (where others may take over).
        """

    def running(self) -> bool:
        """Whether a worker is at work on this archive now (in any process, on any machine)."""

    def workers(self) -> int:
        """How many workers are. One that died may be counted for some seconds."""

    def states(
        self, recordings: Collection[int] | None = None, *, connection: Connection | None = None
    ) -> list[JobState]:
        """Every job that waits, runs or failed, or those of some recordings, in the order of the work; as the
        transaction sees them that `connection` is in, where one is given."""


class InTurn:
    """A queue as one deposit defers to it: its recordings wait behind one another, so that what comes in
    after them need not wait for all of them."""

    def __init__(self, queue: Deferring) -> None:
        self._queue = queue
        self._last: int | None = None

    def defer(
        self, connection: Connection, recording_id: int, *, priority: int = 0, after: int | None = None
    ) -> int:
        """Make work due behind the last that was; see `Deferring.defer`."""
        behind = self._last if after is None else after
        self._last = self._queue.defer(connection, recording_id, priority=priority, after=behind)
        return self._last


def create_queue(settings: Settings, engine: Engine) -> Queue:
    """The queue that goes with the database: procrastinate on PostgreSQL, else rows of ours."""
    if engine.dialect.name == "postgresql":
        from archive.jobs.procrastinate_queue import ProcrastinateQueue

        return ProcrastinateQueue(engine)
    from archive.jobs.sqlite_queue import SqliteQueue

    return SqliteQueue(engine, settings.home / "worker.lock")


def next_turn(first: int | None, after: int | None = None) -> int:
    """The turn of a job, where `first` is that of the first that waits, if any does."""
    return 0 if first is None else max(first, -1 if after is None else after) + 1
