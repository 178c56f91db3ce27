"""What the site needs of the server it runs on: uvicorn, with one thing more."""

import socket
import struct
from typing import Any

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from web.streams import ABORT

_AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER: a connection that is closed is reset, and what the system hasn't sent yet is thrown away."""


class Connection(H11Protocol):
    """A connection that an answer can break off. ASGI has no word for that: an application can only stop
    talking, and megabytes that the server and its system still hold go out to whoever reads on later."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        serve = self.app

        async def serve_abortable(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[ABORT] = self.abort
            await serve(scope, receive, send)

        self.app = serve_abortable

    def abort(self) -> None:
        """Break the connection off, now."""
        line = self.transport.get_extra_info("socket")
        if line is not None:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self.transport.abort()
