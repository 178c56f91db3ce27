"""A file that the system sends is, byte for byte, what Starlette would have read and sent."""

import http.client
import logging
import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from web.files import SEND_PART, answer_file
from web.serving import configure

SIZE = 3_000_001
"""Bytes; no multiple of anything that is read or sent at once."""


@dataclass
class Served:
    """One file on a real server."""

    app: Starlette
    path: Path
    port: int
    asked: list[bool]
    """For each answer whether the server could send parts of files."""

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    path = tmp_path / "long.m4a"
    path.write_bytes(os.urandom(SIZE))
    asked: list[bool] = []

    def give(request: Request) -> Response:
        asked.append(SEND_PART in request.scope.get("extensions", {}))
        return answer_file(request, path, "audio/mp4", "long")

    route = Route("/", give, methods=["GET", "HEAD"])
    app = Starlette(routes=[route], middleware=[Middleware(GZipMiddleware, minimum_size=10)])
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    server = uvicorn.Server(configure(app, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield Served(app, path, port, asked)
    server.should_exit = True
    thread.join()
    listening.close()


ASKED = [
    {},
    {"range": "bytes=0-0"},
    {"range": "bytes=1000-"},
    {"range": f"bytes={SIZE - 1}-{SIZE + 50}"},
    {"range": "bytes=-70000"},
    {"range": "bytes=5-9,100-200"},
    {"range": f"bytes={SIZE}-"},
    {"range": "lines=1-2"},
    {"range": "bytes=1000-2000", "if-range": '"another"'},
    {"accept-encoding": "gzip", "range": "bytes=10-700000"},
]


def told(headers: dict[str, str]) -> dict[str, str]:
    """Headers that say something of the file; the border between several parts is made up each time."""
    names = ("content-length", "content-range", "etag", "accept-ranges", "content-encoding", "vary")
    return {name: headers[name] for name in names if name in headers}


def read_to_the_end(reader: socket.socket, into: bytearray) -> None:
    while piece := reader.recv(2**20):
        into += piece


@pytest.mark.slow
def test_what_the_system_sends_is_what_starlette_sends(served: Served) -> None:
    with TestClient(served.app) as client:
        expected = [client.get("/", headers=headers) for headers in ASKED]
    assert not any(served.asked)
    served.asked.clear()
    connection = served.connect()  # one for all: what is counted wrong would be in the way of what follows
    for headers, wanted in zip(ASKED, expected, strict=True):
        connection.request("GET", "/", headers=headers)
        answer = connection.getresponse()
        content = answer.read()
        assert answer.status == wanted.status_code, headers
        if "," not in headers.get("range", ""):
            assert content == wanted.content, headers
        assert told({name.lower(): value for name, value in answer.getheaders()}) == told(
            {name.lower(): value for name, value in wanted.headers.items()}
        )
    assert all(served.asked)
    connection.close()


def test_a_file_is_not_sent_to_who_asks_for_its_headers(served: Served) -> None:
    connection = served.connect()
    for method in ("HEAD", "GET"):
        connection.request(method, "/")
        answer = connection.getresponse()
        assert answer.getheader("content-length") == str(SIZE)
        assert len(answer.read()) == (SIZE if method == "GET" else 0)
    connection.close()


def test_a_file_that_becomes_shorter_ends_in_an_error_and_never_in_other_bytes(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as reader:
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.settimeout(30)
        reader.connect(("127.0.0.1", served.port))
        content = bytearray(served.path.read_bytes())
        served.path.write_bytes(content * 20)  # more than the system takes in between
        reader.sendall(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")
        got = bytearray(reader.recv(4096))
        os.truncate(served.path, SIZE)
        with pytest.raises(ConnectionError):  # reset: nobody takes what came for all of it
            read_to_the_end(reader, got)
    head, _, body = bytes(got).partition(b"\r\n\r\n")
    assert f"content-length: {SIZE * 20}".encode() in head
    assert bytes(content * 20).startswith(body)
    assert "became shorter" in caplog.text


def test_a_reader_who_leaves_is_nobodys_mistake(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    served.path.write_bytes(bytes(SIZE * 20))
    with caplog.at_level(logging.INFO), socket.socket() as reader:
        reader.connect(("127.0.0.1", served.port))
        reader.sendall(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")
        assert reader.recv(1000)
    connection = served.connect()
    for _ in range(3):  # the site goes on
        connection.request("GET", "/", headers={"range": "bytes=0-9"})
        assert connection.getresponse().read() == bytes(10)
    connection.close()
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
