"""Doing the jobs that a ledger holds: so many at a time, each in a thread, in the ledger's order.

Every queue works in this way. They differ in where the ledger is kept, and how a worker proves that it lives.
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from threading import Event
from typing import Protocol

from archive.errors import ArchiveError, DatabaseUnavailable
from archive.jobs import Interrupted, Job

log = logging.getLogger(__name__)

DEATHS = 5
"""How often a worker may die over a job before the job fails: one that kills its worker each time would else
keep all others from ever being done."""
DIED = f"the worker died {DEATHS} times while it did this"
"""The reason of such a job."""

_POLL_SECONDS = 0.2
"""How long a stop, a finished job or a new one may go unnoticed."""
_IDLE_SECONDS = 1.0


class Ledger(Protocol):
    """Which jobs there are. Asked by several threads."""

    def is_due(self) -> bool:
        """Whether a job waits that may be begun. A look that keeps nobody waiting."""

    def claim(self) -> Job | None:
        """Note the first job that waits as running, and give it."""

    def finish(self, job: Job) -> None:
        """Note that a job is done, or have it wait again where it was deferred meanwhile."""

    def fail(self, job: Job, reason: str) -> None:
        """Note why a job failed, or have it wait again where it was deferred meanwhile."""

    def put_back(self, job: Job) -> None:
        """Have a job wait again, as it was."""


def work_off(
    ledger: Ledger,
    handle: Callable[[Job], None],
    *,
    stop: Event,
    workers: int,
    until_idle: bool,
    idle: Callable[[], None] | None,
) -> None:
    """Do the jobs; see `archive.jobs.Queue.run`."""
    with ThreadPoolExecutor(workers, thread_name_prefix="job") as pool:
        try:
            _work(ledger, pool, handle, stop, workers, until_idle, idle or (lambda: None))
        except BaseException:  # Ctrl-C among them; raised on
            stop.set()  # so that the jobs in progress end, which leaving the pool waits for
            raise


def _work(
    ledger: Ledger,
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
        # A look costs no write lock; and a job may be due that another worker takes before us.
        while len(running) < workers and ledger.is_due() and (job := ledger.claim()) is not None:
            running.add(pool.submit(_do, ledger, handle, job))
        if time.monotonic() >= idle_at:
            idle()
            idle_at = time.monotonic() + _IDLE_SECONDS
        if running:
            done, running = wait(running, timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                future.result()  # what a handler raises is in the ledger; this is the queue's own trouble
        elif until_idle:
            idle()  # once more, for what the last job left; it may also have made work due
            if not ledger.is_due():
                return
        else:
            stop.wait(_POLL_SECONDS)
    for future in running:
        future.result()


def _do(ledger: Ledger, handle: Callable[[Job], None], job: Job) -> None:
    try:
        handle(job)
    except Interrupted:
        ledger.put_back(job)
    except DatabaseUnavailable:  # no fault of the recording's
        with suppress(DatabaseUnavailable):  # else it is found as that of a worker that died
            ledger.put_back(job)
        raise
    except ArchiveError as error:
        log.warning("work on recording %d failed: %s", job.recording_id, error)
        ledger.fail(job, str(error))
    except Exception as error:
        log.exception("work on recording %d failed", job.recording_id)
        ledger.fail(job, str(error) or type(error).__name__)
    except BaseException:  # whoever ends the process: the job waits again as it was
        ledger.put_back(job)
        raise
    else:
        ledger.finish(job)
