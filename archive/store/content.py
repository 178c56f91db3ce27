"""Files on their way into the store: safe names, and copying while hashing, in one read."""

import hashlib
import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from archive.errors import ChecksumMismatch, WrongInput
from archive.sources import open_source
from archive.store import StoredFile
from archive.store.durable import write_new
from schemas.legible import legible_name

CHUNK = 1 << 20
"""Bytes read at once: a file of any size passes through this much memory."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


@dataclass(frozen=True, slots=True)
class Digests:
    """SHA-512 names content in an inventory; SHA-256 stands beside it in the fixity block."""

    sha512: str
    sha256: str


def check_names(paths: Iterable[str]) -> None:
    """Refuse logical paths that are not plainly safe on every file system.

    Names are ours (a depositor's file name is metadata): letters, digits, dot, hyphen and underscore, not
    beginning with a dot or hyphen, folders parted by `/`. Raises WrongInput.
    """
    for path in paths:
        if len(path) > 500 or not all(_NAME.fullmatch(name) for name in path.split("/")):
            raise WrongInput(f"{path[:80]!r} cannot name a file in the store")


def check_folders(paths: Collection[str]) -> None:
    """Refuse a set of logical paths in which a file would also be a folder. Raises WrongInput."""
    known = set(paths)
    for path in known:
        for folder in PurePosixPath(path).parents:
            if str(folder) in known:
                raise WrongInput(f"{str(folder)!r} cannot be both a file and a folder in the store")


def copy(file: StoredFile, target: Path) -> Digests:
    """Write a file's content to `target`, which must not exist, and sync it; it is read once.

    Raises ChecksumMismatch where it is not what was promised (the copy then stays, for the caller to drop),
    WrongInput where the source cannot be read, OSError where the target cannot be written.
    """
    hashing = _Hashing(file)
    write_new(target, hashing.chunks())
    return hashing.digests()


def digest(file: StoredFile, told: Callable[[int], None] = lambda _: None) -> Digests:
    """The digests of a file's content, without a copy; `told` is told of bytes as they are read.

    Raises ChecksumMismatch and WrongInput.
    """
    hashing = _Hashing(file)
    for chunk in hashing.chunks():
        told(len(chunk))
    return hashing.digests()


class _Hashing:
    def __init__(self, file: StoredFile) -> None:
        self._file = file
        self._sha512 = hashlib.sha512()
        self._sha256 = hashlib.sha256()

    def chunks(self) -> Iterator[bytes]:
        for chunk in _read(self._file.content):
            self._sha512.update(chunk)
            self._sha256.update(chunk)
            yield chunk

    def digests(self) -> Digests:
        found = Digests(self._sha512.hexdigest(), self._sha256.hexdigest())
        expected = self._file.sha512
        if expected is not None and expected.lower() != found.sha512:
            source = self._file.content if isinstance(self._file.content, Path) else "content"
            raise ChecksumMismatch(source, "SHA-512", expected, found.sha512)
        return found


def _read(content: bytes | Path) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    try:
        stream = open_source(content)
    except OSError as error:
        raise _unreadable(content, error) from error
    with stream:
        left = os.fstat(stream.fileno()).st_size
        while True:
            try:
                chunk = stream.read(CHUNK)
            except OSError as error:
                raise _unreadable(content, error) from error
            if not chunk:
                return
            left -= len(chunk)
            if left < 0:  # somebody who writes faster than we read would never let us end
                raise WrongInput(f"{legible_name(content)}: grew while it was read")
            yield chunk


def _unreadable(path: Path, error: OSError) -> WrongInput:
    return WrongInput(f"{legible_name(path)}: cannot be read: {error.strerror}")
