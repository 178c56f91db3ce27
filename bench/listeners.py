"""The people of `bench.load`, in a process of their own: listeners, slow readers, and those whose requests
come in drop by drop."""

import http.client
import multiprocessing
import random
import socket
import threading
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

LISTENERS = 50
SLOW = 200
"""Half of them read a kilobyte a second of the whole file, half send a letter of their request a second."""

_RANGE = 2 * 1024**2
_PAUSE_SECONDS = 0.5
"""A listener takes two megabytes at a random place, as after a seek, and listens for a moment."""
_DROP = 1024


@dataclass(slots=True)
class Seen:
    """What the crowd met with. `cut_off`: slow connections that the site ended."""

    first_byte_ms: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    cut_off: int = 0


class Crowd:
    """Everybody at once, until they are told to leave."""

    def __init__(self, address: str, size: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._here, there = context.Pipe()
        self._process = context.Process(target=_gather, args=(address, size, there))

    def __enter__(self) -> Self:
        self._process.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.join()

    def leave(self) -> Seen:
        """Send everybody home; what they saw."""
        self._here.send("leave")
        seen: Seen = self._here.recv()
        return seen


def _gather(address: str, size: int, there: Connection) -> None:
    parts = urlsplit(address)
    where = (parts.hostname or "", parts.port or 80)
    seen, leaving = Seen(), threading.Event()
    people = [
        threading.Thread(target=_listen, args=(where, parts.path, size, seen, leaving, number), daemon=True)
        for number in range(LISTENERS)
    ]
    people.append(threading.Thread(target=_dawdle, args=(where, parts.path, seen, leaving), daemon=True))
    for person in people:
        person.start()
    there.recv()
    leaving.set()
    for person in people:
        person.join(30)
    there.send(seen)


def _listen(
    where: tuple[str, int], path: str, size: int, seen: Seen, leaving: threading.Event, number: int
) -> None:
    places = random.Random(number)  # noqa: S311 - places in a file
    buffer = bytearray(256 * 1024)
    connection = http.client.HTTPConnection(*where, timeout=30)
    while not leaving.is_set():
        start = places.randrange(size - _RANGE)
        try:
            begin = time.perf_counter()
            connection.request("GET", path, headers={"Range": f"bytes={start}-{start + _RANGE - 1}"})
            answer = connection.getresponse()
            read = answer.readinto(memoryview(buffer)[:1])
            seen.first_byte_ms.append((time.perf_counter() - begin) * 1000)
            while taken := answer.readinto(buffer):
                read += taken
            if answer.status != 206 or read != _RANGE:
                seen.errors.append(f"status {answer.status}, {read} of {_RANGE} bytes")
        except (OSError, http.client.HTTPException) as error:
            seen.errors.append(f"{type(error).__name__}: {error}")
            connection.close()
        leaving.wait(_PAUSE_SECONDS)
    connection.close()


def _dawdle(where: tuple[str, int], path: str, seen: Seen, leaving: threading.Event) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: {where[0]}:{where[1]}\r\n"
    asking = f"{request}X-Slowly: {'drop by drop ' * 100}".encode()
    readers, senders = ([_connect(where) for _ in range(SLOW // 2)] for _ in range(2))
    for reader in readers:
        reader.sendall(f"{request}\r\n".encode())
    second = 0
    while not leaving.wait(1):
        for reader in list(readers):
            if not _receive(reader):
                readers.remove(reader)
                seen.cut_off += 1
        for sender in list(senders):
            try:
                sender.sendall(asking[second : second + 1])
            except OSError:
                senders.remove(sender)
                seen.cut_off += 1
        second += 1
    for each in (*readers, *senders):
        each.close()


def _receive(reader: socket.socket) -> bool:
    try:
        return bool(reader.recv(_DROP))
    except OSError:
        return False


def _connect(where: tuple[str, int]) -> socket.socket:
    slow = socket.socket()
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # so that what is not read waits at the site
    slow.settimeout(30)
    slow.connect(where)
    return slow
