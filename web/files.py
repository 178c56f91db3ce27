"""A file as an answer: Range, If-Range and several ranges by Starlette; If-None-Match, which it passes over,
here. Only called once the gate has opened the file, so that an ETag tells nothing to others."""

import mimetypes
import os
import re
import stat
from pathlib import Path
from typing import BinaryIO

from anyio.to_thread import run_sync
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import Message, Receive, Scope, Send

from archive.errors import ObjectNotFound
from web.security import ASK_AGAIN

SEND_PART = "testimony.send_part"
"""ASGI extension: sends part of a file without reading it in Python (see `web.serving`)."""

_FIRST = 256 * 1024
"""Bytes that are read by a thread before the system sends them: a disk that has to wake up, or a share that
is slow to answer, keeps nobody else waiting. What follows is read ahead by the system."""

_AS_IT_IS = re.compile(r"audio/.*|video/.*|image/jpeg")
"""Media types that are not compressed on their way (`GZipMiddleware`): what the system sends, nobody can."""

_RANGE = re.compile(r"(\d{0,18})-(\d{0,18})", re.ASCII)
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/\d+", re.ASCII)


class SentFile(FileResponse):
    """A file that the system sends where the server can have it do so, else Starlette, chunk by chunk."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file, or the part that is asked for."""
        send_part = scope.get("extensions", {}).get(SEND_PART)
        if send_part is None or scope["method"] != "GET":
            await super().__call__(scope, receive, send)
            return
        start = await self._start(scope, receive)
        part = _part(start)
        if part is None:
            await super().__call__(scope, receive, send)
            return
        file = await run_sync(_open, self.path, part[0])
        try:
            await send(start)
            await send({"type": "http.response.body", "body": b"", "more_body": True})
            await send_part(file, *part)
        finally:
            file.close()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _start(self, scope: Scope, receive: Receive) -> Message:
        """How Starlette would begin its answer: what is asked for, it has understood."""
        begun: list[Message] = []

        async def keep(message: Message) -> None:
            begun.append(message)

        await super().__call__(dict(scope) | {"method": "HEAD"}, receive, keep)
        return begun[0]


def _part(start: Message) -> tuple[int, int] | None:
    """Where what an answer gives begins in the file, and how many bytes it is. None: it is no single part."""
    headers = Headers(raw=start["headers"])
    if start["status"] == 200:
        return 0, int(headers["content-length"])
    found = _CONTENT_RANGE.fullmatch(headers.get("content-range", ""))
    if start["status"] != 206 or found is None:
        return None
    first, last = map(int, found.groups())
    return first, last - first + 1


def _open(path: str | os.PathLike[str], offset: int) -> BinaryIO:
    file = Path(path).open("rb", buffering=0)  # noqa: SIM115 - closed when it is sent
    try:
        os.pread(file.fileno(), _FIRST, offset)
    except BaseException:  # raised on; whatever it is, the file must not stay open
        file.close()
        raise
    return file


def answer_file(request: Request, path: Path, media_type: str, name: str) -> Response:
    """The file, shown in the browser under a name of ours (the depositor's is never told).

    Raises ObjectNotFound where there is no such file: an archivist has to look.
    """
    try:
        found = path.stat()
    except OSError as error:
        raise ObjectNotFound(f"{path} cannot be read") from error
    if not stat.S_ISREG(found.st_mode):
        raise ObjectNotFound(f"{path} is not a file")
    if not _is_range(request.headers.get("range", "")):
        # RFC 9110, 14.2: a range that cannot be read is passed over; Starlette would refuse it.
        understood = [(name, value) for name, value in request.scope["headers"] if name.lower() != b"range"]
        request.scope["headers"] = understood
    kind = SentFile if _AS_IT_IS.fullmatch(media_type) else FileResponse
    response = kind(
        path,
        media_type=media_type,
        filename=f"{name}{_suffix(media_type)}",
        content_disposition_type="inline",
        stat_result=found,
        headers={"cache-control": ASK_AGAIN},
    )
    if _unchanged(request.headers.get("if-none-match"), response.headers["etag"]):
        kept = {name: response.headers[name] for name in ("etag", "last-modified", "cache-control")}
        return Response(status_code=304, headers=kept)
    return response


def _is_range(header: str) -> bool:
    """Whether a Range header can be understood (RFC 9110, 14.1.2)."""
    unit, _, ranges = header.partition("=")
    matched = [_RANGE.fullmatch(part.strip()) for part in ranges.split(",")]
    if unit.strip().lower() != "bytes" or not all(matched):
        return False
    ends = [found.groups() for found in matched if found]
    return all((first or last) and not (first and last and int(first) > int(last)) for first, last in ends)


def _unchanged(if_none_match: str | None, etag: str) -> bool:
    """Whether the browser's copy is this very file (RFC 9110, 13.1.2: compared weakly)."""
    if if_none_match is None:
        return False
    known = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return "*" in known or etag in known


def _suffix(media_type: str) -> str:
    usual = {"audio/mp4": ".m4a", "audio/mpeg": ".mp3", "video/mp4": ".mp4", "image/jpeg": ".jpg"}
    return usual.get(media_type) or mimetypes.guess_extension(media_type) or ""
