"""What the site needs of the server it runs on: uvicorn, with two things more that ASGI has no common word
for. An answer can break its connection off, and it can have part of a file sent by the system itself."""

import asyncio
import logging
import socket
import struct
from typing import Any, BinaryIO, cast

import h11
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol

from web.files import SEND_PART
from web.streams import ABORT

log = logging.getLogger(__name__)

_AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER: a connection that is closed is reset, and what the system hasn't sent yet is thrown away."""


def configure(app: ASGIApp, **options: Any) -> Config:
    """How uvicorn is to serve `app`."""
    return Config(
        app,
        http=Connection,
        loop="asyncio",  # where uvloop happens to be installed, uvicorn would take it, and it has no sendfile
        access_log=False,  # addresses of readers and what they search for are nobody's business
        server_header=False,
        **options,
    )


class _Part:
    """Bytes that lie in a file; h11 wants to know how many (its documentation, "Support for sendfile()")."""

    def __init__(self, count: int) -> None:
        self._count = count

    def __len__(self) -> int:
        return self._count


class Connection(H11Protocol):
    """A connection that an answer can break off, and over which it can have a file sent.

    An application of ASGI can only stop talking, and megabytes that the server and its system still hold go
    out to whoever reads on later. And each byte that it sends goes through Python: read by a thread, copied
    into a buffer, copied out of it; with that the site sent two fifths of what nginx sends (bench.load).
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        serve = self.app

        async def serve_more(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {}).update({ABORT: self.abort, SEND_PART: self.send_part})
            await serve(scope, receive, send)

        self.app = serve_more

    def abort(self) -> None:
        """Break the connection off, now."""
        line = self.transport.get_extra_info("socket")
        if line is not None:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self.transport.abort()

    async def send_part(self, file: BinaryIO, offset: int, count: int) -> None:
        """Send `count` bytes of `file` from `offset` on, after what was sent of the body before. Returns when
        the system has taken them all, or the reader has left."""
        if self.transport.is_closing() or count == 0:
            return
        part = _Part(count)
        for piece in self.conn.send_with_data_passthrough(h11.Data(data=cast("bytes", part))) or ():
            if piece is not cast("bytes", part):
                self.transport.write(piece)
                continue
            try:
                sent = await asyncio.get_running_loop().sendfile(self.transport, file, offset, count)
            except ConnectionError:
                self.transport.abort()  # the reader has left, which nobody needs to be told
                return
            if sent < count:
                # What is missing can't be made up for, and what follows must not be taken for it.
                log.error("a file became shorter while it went out: %d of %d bytes", sent, count)
                self.abort()
