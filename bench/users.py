"""People who search, in a process of their own: each asks, waits for the answer, and asks the next."""

import http.client
import multiprocessing
import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import urlsplit

_TIMEOUT_SECONDS = 60
_TICKS_A_SECOND = 100  # of the kernel, in /proc


@dataclass(frozen=True, slots=True)
class Request:
    """One request of HTTP: a path is got, or a body is posted to it."""

    path: str
    body: bytes | None = None


Question = Sequence[Request]
"""The requests that one question takes, one after the other."""


@dataclass(frozen=True, slots=True)
class Waits:
    """How long answers took, in ms, and how much of it somebody's processor worked: the clock of a busy
    machine stretches, its processor time does not."""

    median: float
    p95: float
    processor: float

    @classmethod
    def of(cls, waits: Sequence[float], processor_seconds: float) -> "Waits":
        """From the waits of all questions."""
        cuts = statistics.quantiles(waits, n=20, method="inclusive")
        return cls(statistics.median(waits), cuts[-1], processor_seconds * 1000 / len(waits))

    def __str__(self) -> str:
        return f"{self.median:.1f} | {self.p95:.1f} | {self.processor:.1f}"


def ask(address: str, questions: Sequence[Question], *, users: int, count: int, pids: Sequence[int]) -> Waits:
    """Have `users` ask `count` questions in all, in turn from `questions`; `pids` are the processes that
    answer.

    All is asked once before, so that files are in memory and programs warm. Raises RuntimeError where
    anything is answered but 200.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_ask_all, args=(address, questions, users, count, there), daemon=True)
    process.start()
    try:
        _receive(here)
        worked = _worked(pids)
        here.send("go")
        waits = _receive(here)
        return Waits.of(waits, _worked(pids) - worked)
    finally:
        process.join()


def processor_seconds(pid: int) -> float:
    """What a process has worked so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND


def _worked(pids: Sequence[int]) -> float:
    return sum(processor_seconds(pid) for pid in pids)


def _receive(here: Connection) -> list[float]:
    try:
        received: list[float] | str = here.recv()
    except EOFError:
        raise RuntimeError("the people who search went away") from None
    if isinstance(received, str):
        raise RuntimeError(received)
    return received


def _ask_all(address: str, questions: Sequence[Question], users: int, count: int, there: Connection) -> None:
    try:
        parts = urlsplit(address)
        where = (parts.hostname or "", parts.port or 80)
        _Person(where, questions).ask(range(len(questions)))
        there.send([])
        there.recv()
        people = [_Person(where, questions) for _ in range(users)]
        threads = [
            threading.Thread(target=person.ask, args=(range(number, count, users),))
            for number, person in enumerate(people)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        failures = [person.failure for person in people if person.failure]
        there.send(failures[0] if failures else [wait for person in people for wait in person.waits])
    except (OSError, http.client.HTTPException) as error:
        there.send(f"{address}: {error!r}")


class _Person:
    def __init__(self, where: tuple[str, int], questions: Sequence[Question]) -> None:
        self._connection = http.client.HTTPConnection(*where, timeout=_TIMEOUT_SECONDS)
        self._questions = questions
        self.waits: list[float] = []
        self.failure = ""

    def ask(self, numbers: Sequence[int]) -> None:
        try:
            for number in numbers:
                begin = time.perf_counter()
                for request in self._questions[number % len(self._questions)]:
                    self._send(request)
                self.waits.append((time.perf_counter() - begin) * 1000)
        except (OSError, http.client.HTTPException) as error:
            self.failure = repr(error)
        self._connection.close()

    def _send(self, request: Request) -> None:
        if request.body is None:
            self._connection.request("GET", request.path)
        else:
            headers = {"Content-Type": "application/json"}
            self._connection.request("POST", request.path, request.body, headers)
        answer = self._connection.getresponse()
        told = answer.read()
        if answer.status != 200:
            raise http.client.HTTPException(f"{request.path}: {answer.status} {told[:500]!r}")
