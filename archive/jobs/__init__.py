"""The Queue seam: work that is due, and who does it.

A job says only "work on recording N". A step is done when its product is recorded in the archive's own
tables, so a job may be run twice without harm, and whoever gets it goes on from what is recorded.
"""

from collections.abc import Callable
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


class Queue(Protocol):
    """What every queue promises."""

    def defer(self, connection: Connection, recording_id: int, *, priority: int = 0) -> None:
        """Make work on a recording due, in the transaction that `connection` is in.

        A recording has at most one job that waits: deferring again keeps the higher priority. Deferring one
        that failed makes it wait again; deferring one that runs makes it run once more afterwards.
        """

    def run(
        self,
        handle: Callable[[Job], None],
        *,
        stop: Event,
        workers: int = 1,
        until_idle: bool = False,
        idle: Callable[[], None] | None = None,
    ) -> None:
        """Do the jobs that are due, highest priority and oldest first, `workers` at a time, each in a thread.

        Returns when `stop` is set or, with `until_idle`, when none is left. A job in progress cannot be
        killed: `handle` shares `stop` with its steps, and raises Interrupted when it ends early; the job
        then waits again as it was. Any other exception fails the job: it is logged, its text is kept as the
        reason, and the others go on. A job whose worker died is run again by the next, up to five times.

        `idle` is called in the calling thread about once a second, and with `until_idle` once more at the
        end. What it raises, and whatever else interrupts the calling thread, sets `stop`, waits for the jobs
        in progress, and is raised. Raises WorkerRunning when another worker has the archive (where only one
        may).
        """

    def running(self) -> bool:
        """Whether a worker is at work on this archive now (in any process)."""

    def states(self) -> list[JobState]:
        """Every job that waits, runs or failed."""


def create_queue(settings: Settings, engine: Engine) -> Queue:
    """The queue that the settings choose."""
    from archive.jobs.sqlite_queue import SqliteQueue

    return SqliteQueue(engine, settings.home / "worker.lock")
