"""The worker process beside a site: watched, and started again where it ends unasked.

Nobody else looks after it: without it nothing is transcribed, nothing new is found, and no copy is closed,
while the site itself answers as ever.
"""

import logging
import multiprocessing
import multiprocessing.connection
from collections.abc import Callable
from multiprocessing.context import SpawnProcess
from threading import Thread
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Self

from ingest.cli.worker import work_beside

if TYPE_CHECKING:
    from archive.settings import Settings

log = logging.getLogger(__name__)

_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 60.0
_STEADY_SECONDS = 60.0
"""Who has worked for so long is started again as soon as the first time."""
_LEAVING_SECONDS = 0.5
"""Ctrl-C reaches the worker as soon as the site: so long it may take until the site says that it ends."""


class WorkerBeside:
    """A worker process from entering to leaving. What it raises is its own affair, and in its log; that it
    ended is said here, and it is started again after a pause, which grows while that goes on."""

    def __init__(self, settings: "Settings", work: "Callable[[Settings], None]" = work_beside) -> None:
        self._settings = settings
        self._work = work
        self._process: SpawnProcess | None = None
        self._over, self._ending = multiprocessing.Pipe(duplex=False)
        """Once `_ending` is closed, `_over` is ready: what is waited for beside the process itself."""
        self._watch = Thread(target=self._watch_over, name="worker beside", daemon=True)

    def __enter__(self) -> Self:
        self._start()
        self._watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.let_go()
        self._watch.join()
        if self._process is not None:
            self._process.terminate()
            self._process.join()
        self._over.close()

    def let_go(self) -> None:
        """Start it no more: the site is about to end. May be called by a handler of signals."""
        self._ending.close()

    def alive(self) -> bool:
        """Whether it is there. May be asked by any thread."""
        process = self._process
        # Not `is_alive`: the system tells only one of two threads at once how a process ended.
        return process is not None and not multiprocessing.connection.wait([process.sentinel], 0)

    def _start(self) -> None:
        # A fresh interpreter: a fork would take over the site's threads, sockets and connections half-way.
        process = multiprocessing.get_context("spawn").Process(target=self._work, args=(self._settings,))
        process.start()
        self._process = process

    def _watch_over(self) -> None:
        pause, began = _FIRST_PAUSE_SECONDS, monotonic()
        while not self._is_over():
            if (process := self._process) is not None:
                multiprocessing.connection.wait([process.sentinel, self._over])
                if self._is_over(_LEAVING_SECONDS):
                    return
                if monotonic() > began + _STEADY_SECONDS:
                    pause = _FIRST_PAUSE_SECONDS
                log.error("the worker beside the site %s; started again in %.0f s", _how(process), pause)
            if self._is_over(pause):
                return
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
            began = monotonic()
            try:
                self._start()
            except OSError as error:  # no room for a process just now; the site has what it needs
                self._process = None
                log.error("no worker beside the site: %s; tried again in %.0f s", error, pause)

    def _is_over(self, seconds: float = 0.0) -> bool:
        return bool(multiprocessing.connection.wait([self._over], seconds))


def _how(ended: SpawnProcess) -> str:
    """In which way a process ended."""
    ended.join()
    code = ended.exitcode or 0
    return f"ended with exit code {code}" if code >= 0 else f"was killed by signal {-code}"
