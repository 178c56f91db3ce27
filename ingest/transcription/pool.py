"""Recogniser processes: one thread each, each with its own model, fed by threads of this process.

A process that crashes fails the window it was at, and is replaced. None outlives this process, however it
ends.
"""

import atexit
import multiprocessing
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from multiprocessing import connection, resource_tracker
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Self

from archive.errors import RecognitionFailed
from ingest.transcription.child import STARTED, HearLanguage, NameEngine, Recognise, Task, Trouble, serve
from ingest.transcription.transcriber import Language, Transcriber
from ingest.transcription.windows import Window
from schemas.recognition import Engine, WindowRecognition

_PATIENCE = 30
"""Times the length of a window after which a process counts as stuck. 40 s of a bare tone, tried at all
temperatures, took 35 s; larger models and slower machines take a multiple."""
_LOADING_S = 300


class RecogniserPool:
    """`processes` recognisers, made by `factory`, which has to be picklable (`TranscriberFactory`).

    A process starts with the first task that finds none idle, or, if `eager`, now; then its model is loaded
    by the time that it is needed. Any thread may submit. Leave it with `close` or by a `with` block.
    """

    def __init__(self, factory: Callable[[], Transcriber], processes: int, *, eager: bool = False) -> None:
        self._factory = factory
        self._eager = eager
        self._tasks: SimpleQueue[tuple[Task, Future[Any]] | None] = SimpleQueue()
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._children: set[_Child] = set()
        resource_tracker.ensure_running()  # on starting it unblocks the signals that the keepers block
        self._keepers = [
            threading.Thread(target=self._keep, name=f"recogniser-{number}", daemon=True)
            for number in range(1, processes + 1)
        ]
        for keeper in self._keepers:
            keeper.start()
        atexit.register(self.close)

    def recognise(self, sound: Path, window: Window, language: Language) -> "Future[WindowRecognition]":
        """Recognise a window of a file of samples (`decode`).

        The future raises RecognitionFailed where the engine gave up, crashed or is stuck, LanguageUnknown
        where it does not know the language, ProgramMissing where there is no engine, CancelledError where
        the pool was closed meanwhile.
        """
        return self._submit(Recognise(sound, window, language))

    def hear_language(self, sound: Path, piece: Window) -> "Future[dict[str, float]]":
        """How likely each language is in up to 30 s of a file of samples. Raises as `recognise`."""
        return self._submit(HearLanguage(sound, piece))

    def name_engine(self) -> "Future[Engine]":
        """The engine that hears, as it goes into the record. Raises as `recognise`."""
        return self._submit(NameEngine())

    def close(self) -> None:
        """End all processes at once. What waits or runs ends with CancelledError."""
        with self._lock:
            self._closing.set()
            children = list(self._children)
        for child in children:
            child.kill()
        for _ in self._keepers:
            self._tasks.put(None)
        for keeper in self._keepers:
            keeper.join()
        while not self._tasks.empty():
            if (left := self._tasks.get()) is not None:
                left[1].cancel()
        atexit.unregister(self.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _submit(self, task: Task) -> "Future[Any]":
        future: Future[Any] = Future()
        if self._closing.is_set():
            future.cancel()
        else:
            self._tasks.put((task, future))
        return future

    def _keep(self) -> None:
        """One keeper's life: tasks from the queue to a process of its own."""
        # Children inherit this: Ctrl-C in the terminal, or a service manager's stop, is not for them.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        child = self._start() if self._eager else None
        while not self._closing.is_set():
            item = self._tasks.get()
            if item is None:
                break
            task, future = item
            if not future.set_running_or_notify_cancel():
                continue
            child, answer = self._have_done(child, task)
            if self._closing.is_set() and answer is None:
                future.set_exception(CancelledError())
            elif answer is None:
                future.set_exception(_crashed(task.window))
            elif isinstance(answer, Trouble):
                future.set_exception(answer.to_error())
            else:
                future.set_result(answer)
        self._forget(child)

    def _have_done(self, child: "_Child | None", task: Task) -> tuple["_Child | None", Any]:
        """The answer to a task, None where its process did not survive it, and the process that lives on."""
        for _ in range(2):
            child = child or self._start()
            if child is None:
                break
            started, answer = child.ask(task)
            if answer is not None:
                return child, answer
            self._forget(child)
            child = None
            if started:
                break
        return None, None

    def _start(self) -> "_Child | None":
        child = _Child(self._factory, self._eager)
        with self._lock:
            if not self._closing.is_set():
                self._children.add(child)
                return child
        child.end()
        return None

    def _forget(self, child: "_Child | None") -> None:
        if child is not None:
            child.end()
            with self._lock:
                self._children.discard(child)


def _crashed(window: Window) -> RecognitionFailed:
    return RecognitionFailed(
        f"the recogniser died, or was stuck, at {window.start_ms} to {window.end_ms} ms of the recording"
    )


class _Child:
    """One process and the pipe to it."""

    def __init__(self, factory: Callable[[], Transcriber], eager: bool) -> None:
        context = multiprocessing.get_context("spawn")  # a fork of a process with threads can deadlock
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, factory, eager), name="recogniser")
        self._process.start()
        theirs.close()  # so that the pipe ends when the process does

    def ask(self, task: Task) -> tuple[bool, Any]:
        """Whether the task was begun, and the answer: None where the process dies or takes too long."""
        deadline = time.monotonic() + _LOADING_S + _PATIENCE * task.window.duration_ms / 1000
        started = False
        try:
            self._pipe.send(task)
            while True:
                left = max(0.0, deadline - time.monotonic())
                if self._pipe not in connection.wait([self._pipe, self._process.sentinel], timeout=left):
                    return started, None
                answer = self._pipe.recv()
                if answer != STARTED:
                    return True, answer
                started = True
        except (OSError, EOFError):
            return started, None

    def kill(self) -> None:
        with suppress(ValueError):  # its keeper has just ended it
            self._process.kill()

    def end(self) -> None:
        self._process.kill()
        self._process.join()
        self._pipe.close()
        self._process.close()
