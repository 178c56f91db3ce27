"""`python -m tests.faults.disk FOLDER SIZE LOG`: a disk that remembers in which order it was written.

Mounts a file system (FUSE, spoken here in its own words) on FOLDER with one file in it, `disk`, of SIZE
bytes. A loop device on that file is a disk whose every write and flush goes to the file LOG, with its moment.
From the log the disk can be had as a power cut at any moment would leave it (`Disk.after`): whatever was
flushed before is there; of what was written since, each sector is there or not, by chance, as in the cache of
a real drive. It is ext4's own code on top of it that is cut off, with the journal that it has by then.

It ends when the file system is unmounted. A process of its own: a file system that waits for the process
that waits for it would wait for ever.
"""

import ctypes
import os
import random
import stat
import struct
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SECTOR = 512
FLUSH = 2**64 - 1
"""Where a record of the log says that everything before it was brought to the disk itself."""
_RECORD = struct.Struct("<dQI")

_HEADER = struct.Struct("<IIQQIIIHH")
_NAME = b"disk\0"
_ROOT, _DISK = 1, 2
_DIRECT = 1  # no cache of the kernel's between the device and us
_MOST = 1 << 20
_NOT_SUPPORTED = -95
_SILENT = {2, 36, 42}  # forget, interrupt, batch forget: they want no answer
_FOLDER_FLAGS = 0x2 | 0x4 | 0x8  # nosuid, nodev, noexec


def _attributes(node: int, size: int) -> bytes:
    mode = stat.S_IFDIR | 0o700 if node == _ROOT else stat.S_IFREG | 0o600
    length = 0 if node == _ROOT else size
    return struct.pack("<QQQQQQ10I", node, length, length // 512, *[0] * 6, mode, 1, 0, 0, 0, 4096, 0)


class Server:
    """Answers the kernel, and keeps the log."""

    def __init__(self, folder: Path, size: int, log: Path) -> None:
        self._size = size
        self._content = bytearray(size)
        self._log = log.open("wb", buffering=_MOST)
        self._kernel = os.open("/dev/fuse", os.O_RDWR)
        options = f"fd={self._kernel},rootmode=40000,user_id=0,group_id=0".encode()
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.mount(b"disk", os.fsencode(folder), b"fuse", _FOLDER_FLAGS, options):
            error = ctypes.get_errno()
            raise OSError(error, os.strerror(error))

    def serve(self) -> None:
        """Answer until the file system is unmounted."""
        while True:
            try:
                request = os.read(self._kernel, _MOST + 4096)
            except InterruptedError:
                continue
            except OSError:  # ENODEV: unmounted
                break
            _, operation, unique, node, *_ = _HEADER.unpack_from(request)
            if operation in _SILENT:
                continue
            answer = self._answer(operation, node, request[_HEADER.size :])
            error, body = (answer, b"") if isinstance(answer, int) else (0, answer)
            os.write(self._kernel, struct.pack("<IiQ", 16 + len(body), error, unique) + body)
        self._log.close()

    def _answer(self, operation: int, node: int, body: bytes) -> bytes | int:
        """What the kernel wants to know, or the number of an error."""
        match operation:
            case 26:  # init: large writes
                flags = 1 << 5 | 1 << 22
                return struct.pack("<IIIIHHIIHH8I", 7, 31, _MOST, flags, 16, 12, _MOST, 1, 256, *[0] * 9)
            case 1:  # lookup
                if body != _NAME:
                    return -2
                return struct.pack("<QQQQII", _DISK, 0, 3600, 3600, 0, 0) + _attributes(_DISK, self._size)
            case 3 | 4:  # get and set attributes
                return struct.pack("<QII", 3600, 0, 0) + _attributes(node, self._size)
            case 14 | 27:  # open
                return struct.pack("<QII", 0, _DIRECT if operation == 14 else 0, 0)
            case 15:  # read
                _, offset, size = struct.unpack_from("<QQI", body)
                return bytes(self._content[offset : offset + size])
            case 16:  # write
                _, offset, size = struct.unpack_from("<QQI", body)
                self._keep(offset, body[40 : 40 + size])
                return struct.pack("<II", size, 0)
            case 20:  # fsync
                self._note(FLUSH, b"")
                return b""
            case 17:  # statfs
                return struct.pack("<5Q10I", *[0] * 5, 4096, 255, 4096, *[0] * 7)
            case 18 | 25 | 29 | 38:  # release, flush (of a descriptor), release of a folder, the end
                return b""
            case _:
                return _NOT_SUPPORTED if operation == 43 else -38  # fallocate; all else is not there

    def _keep(self, offset: int, data: bytes) -> None:
        self._content[offset : offset + len(data)] = data
        self._note(offset, data)

    def _note(self, offset: int, data: bytes) -> None:
        self._log.write(_RECORD.pack(time.monotonic(), offset, len(data)) + data)


@dataclass(frozen=True, slots=True)
class Record:
    """One write, or a flush, at a moment of the machine's monotonic clock."""

    at: float
    offset: int
    data: bytes


def read_log(log: Path) -> Iterator[Record]:
    """The records of a log, in order."""
    with log.open("rb") as file:
        while len(head := file.read(_RECORD.size)) == _RECORD.size:
            at, offset, size = _RECORD.unpack(head)
            yield Record(at, offset, file.read(size))


class Disk:
    """A disk as power cuts leave it, one after the other: the moments have to go up."""

    def __init__(self, size: int, log: Path) -> None:
        self._durable = bytearray(size)
        self._cached: list[Record] = []
        self._records = read_log(log)
        self._next = next(self._records, None)

    def after(self, moment: float, chance: random.Random) -> bytes:
        """The content after a power cut at `moment`."""
        while self._next is not None and self._next.at <= moment:
            if self._next.offset == FLUSH:
                for record in self._cached:
                    self._durable[record.offset : record.offset + len(record.data)] = record.data
                self._cached.clear()
            else:
                self._cached.append(self._next)
            self._next = next(self._records, None)
        content = bytearray(self._durable)
        for record in self._cached:
            for start in range(0, len(record.data), SECTOR):
                if chance.random() < 0.5:
                    sector = record.data[start : start + SECTOR]
                    content[record.offset + start : record.offset + start + len(sector)] = sector
        return bytes(content)


if __name__ == "__main__":
    Server(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])).serve()
