"""A file as an answer: Range, If-Range and several ranges by Starlette; If-None-Match, which it passes over,
here. Only called once the gate has opened the file, so that an ETag tells nothing to others."""

import mimetypes
import re
import stat
from pathlib import Path
from time import monotonic

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import Message, Receive, Scope, Send

from archive.errors import ObjectNotFound
from web.security import ASK_AGAIN

SMALLEST_CHUNK, LARGEST_CHUNK = 64 * 1024, 1024 * 1024
"""Bytes read at once. Each reading costs a turn of a thread: with chunks of 64 KiB the site sent a quarter of
what nginx sends, with 1 MiB three quarters (bench.load). But a chunk lies in memory until it is taken, for
each of hundreds of slow readers, so large ones are for those who take them."""
_QUICK_SECONDS = 0.1
_STEP = 16
"""So many chunks are to be taken quickly before they grow: the system itself takes the first megabytes."""

_RANGE = re.compile(r"(\d{0,18})-(\d{0,18})", re.ASCII)


class PacedFile(FileResponse):
    """A file in chunks that grow as long as they are taken quickly, and shrink when they are not."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file, or the part that is asked for."""
        quick = 0

        async def send_paced(message: Message) -> None:
            nonlocal quick
            begin = monotonic()
            await send(message)
            quick = quick + 1 if monotonic() - begin < _QUICK_SECONDS else 0
            if quick == 0:
                self.chunk_size = SMALLEST_CHUNK
            elif quick % _STEP == 0:
                self.chunk_size = min(self.chunk_size * 2, LARGEST_CHUNK)

        await super().__call__(scope, receive, send_paced)


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
    response = PacedFile(
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
