"""Asks a site and keeps everything that a client can see of its answer.

The application is called as a server calls it, but all in one thread: with a thread for each request the
crawl of a small archive took ten times as long.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch
from urllib.parse import unquote

from starlette.types import ASGIApp

HOST = "testserver"


@dataclass(frozen=True)
class Request:
    """One request; two are the same when everything that is sent is."""

    address: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        told = "".join(f" [{name}: {value}]" for name, value in self.headers)
        return f"{self.method} {self.address}{told}"


@dataclass(frozen=True)
class Answer:
    """Everything that a client can see of an answer but the moment at which it came."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """A header's value, or nothing."""
        return next((value for known, value in self.headers if known == name), "")

    @property
    def text(self) -> str:
        """The body as text, whatever it is."""
        return self.body.decode("utf-8", "replace")


def ask(app: ASGIApp, request: Request) -> Answer:
    """What the application answers."""
    # What parts several ranges is drawn at random for each answer. It is asked in a thread of its own, since
    # this one has a running loop already where browser tests ran before.
    with (
        patch("anyio.to_thread.run_sync", _at_once),
        patch("starlette.responses.token_hex", _boundary),
        ThreadPoolExecutor(1) as aside,
    ):
        return aside.submit(lambda: asyncio.run(_ask(app, request))).result()


def _boundary(size: int) -> str:
    return "b" * 2 * size


async def _at_once(function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    return function(*arguments)


async def _ask(app: ASGIApp, request: Request) -> Answer:
    path, _, query = request.address.partition("?")
    headers = {"host": HOST, "accept": "*/*", **dict(request.headers)}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 50000),
        "server": (HOST, 80),
    }
    sent: list[Any] = []
    waiting: Awaitable[Any] = asyncio.get_running_loop().create_future()
    asked = False

    async def receive() -> Any:
        nonlocal asked
        if asked:
            await waiting  # the client stays; it says nothing more
        asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    try:
        await app(scope, receive, send)
    except Exception:
        # A server would log it; the answer was sent before.
        if not sent:
            raise
    status = sent[0]["status"]
    told = sorted((name.decode("latin-1"), value.decode("latin-1")) for name, value in sent[0]["headers"])
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return Answer(status, tuple(told), body)
