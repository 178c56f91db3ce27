"""What is closed while it goes out is cut off: on a real server, for readers who are slow or don't read."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import uvicorn

from archive.changes.access import NewStatement
from archive.database import writing
from archive.models import Derivative
from archive.queries import testimonies
from tests.archives import NOW, SmallArchive
from web.app import create_app
from web.serving import configure
from web.streams import Streams

pytestmark = pytest.mark.slow

SIZE = 48 * 2**20
"""More than the system itself takes in between: a reader who doesn't read has far from all."""

WITHIN = 6.0
"""Seconds: two, and what a machine that does other things may add."""


@dataclass
class Served:
    """A site on a real server, at an adjustable moment, with one long recording."""

    archive: SmallArchive
    public_id: str
    recording: str
    port: int
    moment: datetime = NOW
    listeners: list["Listener"] = field(default_factory=list)

    def listen(self, *, headers: str = "", path: str = "media") -> "Listener":
        listener = Listener(self, f"/recordings/{self.recording}/{path}", headers)
        self.listeners.append(listener)
        return listener

    def get(self, path: str, headers: str = "") -> bytes:
        """All of an answer, but for its date."""
        listener = Listener(self, path, f"connection: close\r\n{headers}")
        answer = bytearray(listener.begun)
        while piece := listener.socket.recv(65536):
            answer += piece
        listener.socket.close()
        head, _, body = bytes(answer).partition(b"\r\n\r\n")
        return b"\r\n".join(line for line in head.split(b"\r\n") if not line.startswith(b"date:")) + body


class Listener:
    """A reader who takes little at a time."""

    def __init__(self, served: Served, path: str, headers: str) -> None:
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        self.socket.settimeout(30)
        self.socket.connect(("127.0.0.1", served.port))
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n".encode())
        self.begun = self.socket.recv(65536)
        self.got = len(self.begun)

    def read_to_the_end(self) -> None:
        """Read all that comes. Raises ConnectionError where it is broken off."""
        while piece := self.socket.recv(65536):
            self.got += len(piece)

    def read_on(self, seconds: float) -> bool:
        """Read slowly for a while; whether there is still somebody to read from."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                piece = self.socket.recv(16384)
            except ConnectionError:
                return False
            if not piece:
                return False
            self.got += len(piece)
            time.sleep(0.02)
        return True


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    media = tmp_path / "long.m4a"
    media.write_bytes(os.urandom(2**20) * (SIZE // 2**20))
    archive = SmallArchive(tmp_path / "archive")
    public_id = archive.add("Rain", [["It rained all day."]], media=media)
    media.unlink()
    with writing(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        recording = row.recordings[0].public_id
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    made = Served(archive, public_id, recording, listening.getsockname()[1])
    app = create_app(archive.settings, clock=lambda: made.moment)
    server = uvicorn.Server(configure(app, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield made
    for listener in made.listeners:
        listener.socket.close()
    server.should_exit = True
    thread.join()
    listening.close()
    archive.close()


def withdraw(served: Served) -> None:
    """By another process, before anything is delivered anywhere."""
    code = (
        "import sys; from pathlib import Path; from tests.databases import settings_of;"
        "from archive.database import open_engine, writing; from archive.queries import testimonies;"
        "from archive.changes import access; from archive.clock import now;"
        "engine = open_engine(settings_of(Path(sys.argv[1])));\n"
        "with writing(engine) as session:\n"
        "    row = testimonies.find(session, sys.argv[2])\n"
        "    said = [access.NewStatement('withdrawn')]\n"
        "    access.state(session, row, said, said_by='test', now=now())\n"
    )
    arguments = [str(served.archive.settings.home), served.public_id]
    subprocess.run([sys.executable, "-c", code, *arguments], check=True, timeout=60)


def test_a_withdrawal_by_another_process_stops_what_is_heard(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    whole, part = served.listen(), served.listen(headers="range: bytes=1000-\r\n")
    assert whole.read_on(1.5)  # the gate was asked meanwhile, and it is open
    assert part.read_on(0.5)
    withdraw(served)
    assert not whole.read_on(WITHIN)
    assert not part.read_on(WITHIN)
    assert whole.got < SIZE
    assert part.got < SIZE
    missing = served.get("/recordings/nothing222/media")
    for headers in ("", "range: bytes=1000-2000\r\n"):
        assert served.get(f"/recordings/{served.recording}/media", headers) == missing
    assert caplog.records == []  # it is nobody's mistake


def test_one_who_does_not_read_gets_nothing_more(served: Served) -> None:
    paused = served.listen()
    time.sleep(1)
    served.archive.state(served.public_id, NewStatement("withdrawn"))
    time.sleep(3)
    # Broken off, not ended: even what the server's system still had is gone.
    with pytest.raises(ConnectionError):
        paused.read_to_the_end()
    assert paused.got < SIZE


def test_a_stretch_that_is_closed_meanwhile_stops_it_too_and_another_recording_does_not(
    served: Served,
) -> None:
    other = served.archive.add("Sun", [["The sun came."]])
    listener = served.listen()
    served.archive.state(other, NewStatement("withdrawn"))
    served.archive.state(served.public_id, NewStatement("public"))  # as it was: nothing changes
    assert listener.read_on(2.5)
    served.archive.close_stretch(served.public_id, 500, 900)
    assert not listener.read_on(WITHIN)


def test_a_day_that_comes_stops_it(served: Served) -> None:
    served.archive.state(served.public_id, NewStatement("public", ends_at=NOW + timedelta(days=1)))
    listener = served.listen()
    assert listener.read_on(1.5)
    served.moment = NOW + timedelta(days=1)
    assert not listener.read_on(WITHIN)


def test_a_copy_in_which_more_is_closed_than_need_be_is_heard_to_its_end(served: Served) -> None:
    with writing(served.archive.engine) as session:
        row = testimonies.find(session, served.public_id)
        assert row is not None
        place = Path(served.public_id) / "copy.m4a"
        file = row.recordings[0].current_file
        file.derivatives.append(
            Derivative(kind="playback", closed="500-900", path=str(place), media_type="audio/mp4", size=SIZE)
        )
    target = served.archive.settings.derivatives_folder / place
    target.parent.mkdir(parents=True)
    target.write_bytes(bytes(SIZE))
    served.archive.close_stretch(served.public_id, 500, 900)
    listener = served.listen()
    assert listener.begun.startswith(b"HTTP/1.1 200")
    served.archive.close_stretch(served.public_id, 500, 900, level="public")
    assert listener.read_on(2.5)


def test_where_the_gate_cannot_be_asked_nothing_goes_on(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = served.listen()
    assert listener.read_on(0.1)

    def fail(*_: object) -> None:
        raise OSError("the disk is away")

    monkeypatch.setattr(Streams, "_ask", fail)
    assert not listener.read_on(WITHIN)


def test_what_is_not_closed_arrives_whole(served: Served) -> None:
    answer = served.get(f"/recordings/{served.recording}/media", f"range: bytes={SIZE - 9_000_000}-\r\n")
    assert answer.startswith(b"HTTP/1.1 206")
    assert answer.endswith(
        served.archive.store.path(served.public_id, "files/1.bin").read_bytes()[-9_000_000:]
    )
