"""Receiving files: digests in one read, compared with what was promised, and what is in them.

Nothing is written: a file that turns out to be unusable leaves no trace but the reason.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from archive.errors import ChecksumMismatch, MediaError
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
    """Read a file once for both digests, compare, and probe it. `progress` is told of bytes read.

    Raises ChecksumMismatch, MediaError.
    """
    path = recording.path
    sha512, sha256, size = hashlib.sha512(), hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                sha512.update(chunk)
                sha256.update(chunk)
                size += len(chunk)
                progress(len(chunk))
    except OSError as error:
        raise MediaError(path, f"cannot be read: {error.strerror}") from error
    digests = {"sha512": sha512.hexdigest(), "sha256": sha256.hexdigest()}
    promised = recording.checksum
    if promised is not None and digests[promised.algorithm] != promised.digest:
        raise ChecksumMismatch(path, promised.algorithm, promised.digest, digests[promised.algorithm])
    return Received(recording, digests["sha512"], digests["sha256"], size, probe(path, programs))


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
