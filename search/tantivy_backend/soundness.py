"""Whether the files of an index are those that Tantivy wrote.

Tantivy opens a file by its end alone, answers wrongly or panics where the middle was altered, and where a
file was cut off while it is mapped the process dies (SIGBUS). So each file is compared once with the checksum
at its end, and later, before each use, with what the file system says of it. Its files are never changed:
one that looks otherwise is another.
"""

import json
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.errors import IndexUnusable

_KINDS = ("term", "idx", "pos", "store", "fast", "fieldnorm")
_MAGIC = 1337
_TAIL = struct.Struct("<II")
_CHUNK = 1 << 20

Look = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment of a commit. `order` is its number in Tantivy's addresses of documents."""

    order: int
    id: str
    documents: int
    deleted: int
    deletes: str | None
    """File with the deleted documents."""

    def files(self) -> Iterator[str]:
        """Names of its files."""
        for kind in _KINDS:
            yield f"{self.id}.{kind}"
        if self.deletes:
            yield self.deletes


class Soundness:
    """Remembers which files were compared, by folder. Not for several threads at once."""

    def __init__(self) -> None:
        self._compared: dict[Path, dict[str, Look]] = {}

    def verify(self, folder: Path) -> dict[str, Look]:
        """Compare whatever of the newest commit wasn't yet; returns how each of its files looks. Raises
        IndexUnusable, naming the file."""
        while True:
            before = look(folder / "meta.json")
            try:
                looks = self._verify(folder)
            except IndexUnusable:
                # Files go where a newer commit no longer has them.
                if look(folder / "meta.json") == before:
                    raise
            else:
                return looks

    def forget(self, folder: Path) -> None:
        """Compare everything anew next time."""
        self._compared.pop(folder, None)

    def _verify(self, folder: Path) -> dict[str, Look]:
        known = self._compared.get(folder, {})
        looks = {}
        for segment in segments(folder):
            for name in segment.files():
                found = looks[name] = look(folder / name)
                if known.get(name) != found:
                    _compare(folder / name)
        self._compared = {one: each for one, each in self._compared.items() if one.is_dir()}
        self._compared[folder] = looks
        return looks


def look(path: Path) -> Look:
    """What the file system says of a file. Raises IndexUnusable where it is gone."""
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise damaged(path, "is missing") from error
    return status.st_ino, status.st_mtime_ns, status.st_size


def damaged(path: Path, how: str) -> IndexUnusable:
    """The error for one file of an index."""
    return IndexUnusable(f"The search index {path.parent.name} is damaged: {path.name} {how}.")


def segments(folder: Path) -> list[Segment]:
    """The segments of the newest commit, in Tantivy's order. Raises IndexUnusable."""
    return [_segment(order, told) for order, told in enumerate(_read_segments(folder / "meta.json"))]


def _read_segments(path: Path) -> list[dict[str, Any]]:
    try:
        read = json.loads(path.read_bytes())["segments"]
    except FileNotFoundError as error:
        raise damaged(path, "is missing") from error
    except (ValueError, TypeError, KeyError) as error:
        raise damaged(path, "cannot be read") from error
    return list(read)


def _segment(order: int, told: dict[str, Any]) -> Segment:
    name = str(told["segment_id"]).replace("-", "")
    deletes = told["deletes"]
    return Segment(
        order,
        name,
        documents=told["max_doc"],
        deleted=deletes["num_deleted_docs"] if deletes else 0,
        deletes=f"{name}.{deletes['opstamp']}.del" if deletes else None,
    )


def _compare(path: Path) -> None:
    if not _is_sound(path):
        raise damaged(path, "is not as it was written")


def _is_sound(path: Path) -> bool:
    """Whether the body of a file has the checksum (CRC-32) that stands behind it: body, JSON with `crc`, its
    length, a magic number."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size < _TAIL.size:
                return False
            file.seek(size - _TAIL.size)
            length, magic = _TAIL.unpack(file.read(_TAIL.size))
            end = size - _TAIL.size - length
            if magic != _MAGIC or end < 0:
                return False
            file.seek(end)
            told = json.loads(file.read(length))["crc"]
            file.seek(0)
            return bool(told == _checksum(file, end))
    except FileNotFoundError:
        return False
    except (ValueError, TypeError, KeyError):
        return False


def _checksum(file: Any, end: int) -> int:
    checksum = 0
    while end > 0 and (chunk := file.read(min(_CHUNK, end))):
        checksum = zlib.crc32(chunk, checksum)
        end -= len(chunk)
    return checksum
