"""The Store seam: where originals, descriptors, raw recognition and published revisions lie for ever.

One object a testimony, named by the testimony's public id; an object has numbered versions, each a set of
logical paths. Nothing is ever changed or removed within a version.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Protocol

from archive.findings import Finding
from archive.settings import Settings


class Known(IntEnum):
    """What a writer knows to be there already, so that an empty folder in the place of a disk or share is not
    taken for a store that is new: that of each includes that of the one before."""

    NOTHING = 0
    """A store may be begun."""
    STORE = 1
    """There is a store; this object may be new in it."""
    OBJECT = 2
    """This very object is in the store."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What goes into an object: bytes, or a file on disk with the SHA-512 that it must turn out to have."""

    content: bytes | Path
    sha512: str | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an object: its number (from 1) and the digest of every logical path in it."""

    number: int
    created: str
    """RFC 3339."""
    message: str
    sha512: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Held:
    """A file of an object's newest version: where it lies, the digests that the object itself promises (in
    lower-case hexadecimal; SHA-256 where it has one), and its size in bytes, None where it is not there."""

    file: Path
    sha512: str
    sha256: str | None
    size: int | None


@dataclass(frozen=True, slots=True)
class Examined:
    """What an object holds, by logical path, and everything that is wrong with it. Where nothing in it says
    what it holds, `held` is empty."""

    object_id: str
    held: Mapping[str, Held]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Survey:
    """The ids of all objects that lie where they should, sorted, and what else is wrong with the store: what
    lies in it that is no object, and what writers that died left behind."""

    object_ids: tuple[str, ...]
    findings: tuple[Finding, ...]


class Store(Protocol):
    """What every store promises. All methods may be called from several processes at once."""

    def add(
        self,
        object_id: str,
        files: Mapping[str, StoredFile],
        *,
        message: str,
        agent: str,
        known: Known = Known.NOTHING,
    ) -> Version:
        """Add `files` (logical path -> content) to the object in one new version on top of its newest.

        Returns when all of it is on disk and synced: an acknowledged version survives kill -9 and a power
        cut, an unacknowledged one is either whole or absent. Paths not named stay as they are. Where the
        newest version already holds all the files with these digests, nothing is written and that version is
        returned. Logical paths are plain ASCII names (letters, digits, `.`, `-`, `_`) parted by `/`.

        Raises ChecksumMismatch when a file is not what was promised, WrongInput when a name is not safe, a
        source cannot be read or nothing is given, StoreError when the disk refuses or lacks what is `known`
        to be there (nothing is begun then, not even a folder), StoreDamaged when the object cannot be
        continued.
        """

    def preparing(
        self,
        object_id: str,
        files: Mapping[str, StoredFile],
        *,
        message: str,
        agent: str,
        known: Known = Known.NOTHING,
    ) -> AbstractContextManager[Callable[[], Version]]:
        """As `add`, in two steps: on entering, everything that takes time is done, and what is given then
        brings the new version in within moments. It is called once, or not at all: nothing was added then.

        Files are read before anybody else is kept from writing to the object; then and until the end of the
        block others wait who want to. So nothing that others wait for, a write transaction least of all, may
        be held on entering; it may be begun within. Raises as `add` does, for nearly everything on entering.
        """

    def newest(self, object_id: str) -> Version | None:
        """The newest version, or None where there is no such object. Raises StoreDamaged."""

    def path(self, object_id: str, logical_path: str) -> Path:
        """Where the newest version keeps a file, to be read. Raises ObjectNotFound, StoreDamaged."""

    def object_ids(self) -> Iterator[str]:
        """Every object in the store, in no order."""

    def history(self, object_id: str) -> Sequence[Version]:
        """All versions of an object, the oldest first; empty where there is no such object. Raises
        StoreDamaged."""

    def sweep(self) -> None:
        """Remove what writers left beside the objects that died or lost power; `add` does so as well. Raises
        StoreError."""

    def survey(self) -> Survey:
        """Look at everything but the insides of objects, and change nothing. What others are writing at the
        moment is not taken for damage. Raises StoreError where the store cannot be read at all."""

    def examine(
        self, object_id: str, *, read_content: bool = True, told: Callable[[int], None] = lambda _: None
    ) -> Examined | None:
        """Look at everything in an object, and change nothing; None where there is no such object.

        With `read_content` every byte is read and compared with the digests that the object promises (`told`
        is told of bytes as they are read), else inventories alone. Damage is reported, never raised, and what
        a writer is doing at the moment is not taken for it.
        """


def create_store(settings: Settings) -> Store:
    """The store that the settings choose."""
    from archive.store.ocfl_store import OcflStore

    return OcflStore(settings.store_folder)
