"""A proxy in front of a real Elasticsearch, which does to its requests and answers what networks, balancers
and gatekeepers do.
"""

import http.client
import json
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

Fault = Callable[["Exchange"], None]


class Exchange(BaseHTTPRequestHandler):
    """One connection of a client. What a fault does not answer goes to the server, and its answer back."""

    protocol_version = "HTTP/1.1"
    server: "_Listener"
    answered: bool
    body: bytes

    @property
    def bulk(self) -> bool:
        """Whether this request writes documents."""
        return self.path.split("?")[0].endswith("/_bulk")

    def answer(self, status: int, told: dict[str, Any]) -> None:
        """Answer in the server's place."""
        self._send(status, json.dumps(told).encode())

    def cut(self, after: int) -> None:
        """Hand the request on, send so many bytes of the body of the answer, and hang up."""
        status, body = self.forward()
        self.answered = True
        self._head(status, len(body))
        self.wfile.write(body[:after])
        self.wfile.flush()
        self.close_connection = True
        self.connection.close()

    def forward(self) -> tuple[int, bytes]:
        """Ask the server."""
        upstream = urlsplit(self.server.upstream)
        connection = http.client.HTTPConnection(upstream.hostname or "", upstream.port, timeout=120)
        try:
            headers = {
                name: value
                for name, value in self.headers.items()
                if name.lower() not in ("host", "connection", "content-length", "authorization")
            }
            connection.request(self.command, self.path, body=self.body or None, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def handle_one_request(self) -> None:
        """As the base class, but a client that hangs up is no error."""
        try:
            super().handle_one_request()
        except (ConnectionError, ValueError):
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Nothing."""

    def _do(self) -> None:
        self.answered = False
        self.body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.server.fault is not None:
            self.server.fault(self)
        if not self.answered:
            self._send(*self.forward())

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _do  # noqa: N815 - the base class's names

    def _send(self, status: int, body: bytes) -> None:
        self.answered = True
        self._head(status, len(body))
        if self.command != "HEAD":
            self.wfile.write(body)

    def _head(self, status: int, length: int) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("x-elastic-product", "Elasticsearch")
        self.send_header("content-length", str(length))
        self.end_headers()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    fault: Fault | None = None

    def __init__(self, address: tuple[str, int], upstream: str) -> None:
        super().__init__(address, Exchange)
        self.upstream = upstream

    def handle_error(self, *_: Any) -> None:
        """A client that trusts no certificate of ours hangs up."""


class Proxy:
    """Listens on 127.0.0.1 from `begin` (or the beginning of a block) to `end`, always on the same port."""

    def __init__(self, upstream: str, certificate: Path | None = None) -> None:
        self.upstream, self._certificate = upstream, certificate
        self._listener: _Listener | None = None
        self._port = 0
        self.fault: Fault | None = None
        self.begin()

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"{'https' if self._certificate else 'http'}://127.0.0.1:{self._port}"

    def begin(self) -> None:
        """Listen (once more)."""
        listener = _Listener(("127.0.0.1", self._port), self.upstream)
        self._port = listener.server_address[1]
        if self._certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self._certificate)
            listener.socket = context.wrap_socket(listener.socket, server_side=True)
        listener.fault = self._fault
        self._thread = threading.Thread(target=listener.serve_forever, args=(0.05,))
        self._thread.start()
        self._listener = listener

    def end(self) -> None:
        """Refuse connections from now on; those that are there end with their next request."""
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.shutdown()
            listener.server_close()
            self._thread.join()

    def _fault(self, exchange: Exchange) -> None:
        if self._listener is None:
            exchange.answered = exchange.close_connection = True
            exchange.connection.close()
        elif self.fault is not None:
            self.fault(exchange)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()
