"""Receiving files: digests in one read, compared with what was promised, and what is in them.

Nothing is written: a file that turns out to be unusable leaves no trace but the reason.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from archive.errors import ChecksumMismatch, MediaError
from archive.sources import Mark, mark, open_source
from ingest.importers.deposited import DepositedRecording, TextFile
from ingest.importers.texts import read_text_file
from ingest.media.commands import Programs
from ingest.media.probe import probe
from schemas.media import Probe

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Received:
    """A file that can be taken in: its digests in lower-case hexadecimal, and what it holds."""

    recording: DepositedRecording
    sha512: str
    sha256: str
    size: int
    probe: Probe


def receive(
    recording: DepositedRecording, programs: Programs, progress: Callable[[int], None] = lambda _: None
) -> Received:
    """Probe a file, read it once for both digests, and compare. `progress` is told of bytes read.

    Raises ChecksumMismatch, MediaError; the latter also where the file is changed meanwhile.
    """
    path = recording.path
    with _staying(path) as seen:
        promised = recording.checksum
        # What is no medium, however large, is refused before it is read; where a digest was promised, another
        # one is the better reason.
        found = probe(path, programs) if promised is None else None
        digests, size = _digest(path, seen, progress)
        if promised is not None and digests[promised.algorithm] != promised.digest:
            _check(path, seen)
            raise ChecksumMismatch(path, promised.algorithm, promised.digest, digests[promised.algorithm])
        found = found or probe(path, programs)
    return Received(recording, digests["sha512"], digests["sha256"], size, found)


@contextmanager
def _staying(path: Path) -> Iterator[Mark]:
    """Raise MediaError where a file does not stay as it is during the block: that is then the reason for
    whatever else is wrong with it."""
    try:
        seen = mark(path)
        if not path.is_file():
            raise MediaError(path, "is not a file")
    except OSError as error:
        raise MediaError(path, f"cannot be read: {error.strerror}") from error
    try:
        yield seen
    except MediaError:
        _check(path, seen)
        raise
    _check(path, seen)


def _check(path: Path, seen: Mark) -> None:
    try:
        now = mark(path)
    except OSError as error:
        raise MediaError(path, f"went away while it was read: {error.strerror}") from error
    if now != seen:
        raise MediaError(path, "was changed while it was read; ingest it again when nobody writes to it")


def _digest(path: Path, seen: Mark, progress: Callable[[int], None]) -> tuple[dict[str, str], int]:
    """Both digests of a file, and its size, in one read; no more of it than there was when it was `seen`."""
    sha512, sha256, size = hashlib.sha512(), hashlib.sha256(), 0
    _, _, expected, _ = seen
    try:
        with open_source(path) as file:
            while size <= expected and (chunk := file.read(_CHUNK)):
                sha512.update(chunk)
                sha256.update(chunk)
                size += len(chunk)
                progress(len(chunk))
    except OSError as error:
        raise MediaError(path, f"cannot be read: {error.strerror}") from error
    return {"sha512": sha512.hexdigest(), "sha256": sha256.hexdigest()}, size


@dataclass(frozen=True, slots=True)
class ReceivedText:
    """A text that can be taken in, as it is, with its digest in lower-case hexadecimal."""

    file: TextFile
    content: bytes
    sha256: str


def receive_text(file: TextFile) -> ReceivedText:
    """Read a text. Raises MetadataErrors where it could not become a transcript."""
    content = read_text_file(file)
    return ReceivedText(file, content, hashlib.sha256(content).hexdigest())
