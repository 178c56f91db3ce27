"""Files of others: opened only where they are plain files, and known again by what the disk says of them.

Between a look and an opening anybody may put a pipe or a device in a file's place, whose opening or reading
would never end.
"""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO, TypeAlias

Mark: TypeAlias = tuple[int, int, int, int]
"""Device, inode, size in bytes and time of the last change in ns: as long as these stay, so does the file."""


def open_source(path: Path) -> BinaryIO:
    """Open a plain file for reading, unbuffered. Raises OSError, also for what is none."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a plain file", str(path))
    return os.fdopen(descriptor, "rb", buffering=0)


def mark(path: Path) -> Mark:
    """What tells a file from the same file changed. Raises OSError."""
    found = path.stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
