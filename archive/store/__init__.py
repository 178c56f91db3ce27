"""The Store seam: where originals, descriptors, raw recognition and published revisions lie for ever.

One object a testimony, named by the testimony's public id; an object has numbered versions, each a set of
logical paths. Nothing is ever changed or removed within a version.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from archive.settings import Settings


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


class Store(Protocol):
    """What every store promises. All methods may be called from several processes at once."""

    def add(self, object_id: str, files: Mapping[str, StoredFile], *, message: str, agent: str) -> Version:
        """Add `files` (logical path -> content) to the object in one new version on top of its newest.

        Returns when all of it is on disk and synced: an acknowledged version survives kill -9 and a power
        cut, an unacknowledged one is either whole or absent. Paths not named stay as they are. Where the
        newest version already holds all the files with these digests, nothing is written and that version is
        returned. Logical paths are plain ASCII names (letters, digits, `.`, `-`, `_`) parted by `/`.

        Raises ChecksumMismatch when a file is not what was promised, WrongInput when a name is not safe, a
        source cannot be read or nothing is given, StoreError when the disk refuses, StoreDamaged when the
        object cannot be continued.
        """

    def newest(self, object_id: str) -> Version | None:
        """The newest version, or None where there is no such object. Raises StoreDamaged."""

    def path(self, object_id: str, logical_path: str) -> Path:
        """Where the newest version keeps a file, to be read. Raises ObjectNotFound, StoreDamaged."""

    def object_ids(self) -> Iterator[str]:
        """Every object in the store, in no order."""


def create_store(settings: Settings) -> Store:
    """The store that the settings choose."""
    from archive.store.ocfl_store import OcflStore

    return OcflStore(settings.store_folder)
