"""Writing that survives kill -9 and a power cut: write, fsync, rename, fsync the folder.

A rename without an fsync of its folder was lost in a simulated power cut (DESIGN section 7). Everything here
raises OSError; callers say what it means.
"""

import fcntl
import logging
import os
import shutil
from collections.abc import Iterable
from glob import escape
from pathlib import Path
from uuid import uuid4

log = logging.getLogger(__name__)


def sync(descriptor: int) -> None:
    """Bring an open file or folder to the disk itself."""
    if hasattr(fcntl, "F_FULLFSYNC"):  # Darwin: fsync stops at the drive's cache
        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    else:
        os.fsync(descriptor)


def sync_file(path: Path) -> None:
    """Bring a file that somebody else wrote and closed to the disk itself."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        sync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable: what was created in it, renamed into it or removed from it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        sync(descriptor)
    finally:
        os.close(descriptor)


def sync_folders(folder: Path) -> None:
    """Sync a folder and all folders in it, innermost first. Its files are synced by whoever wrote them."""
    for current, _, _ in os.walk(folder, topdown=False):
        sync_folder(Path(current))


def write_new(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file that does not exist yet and sync it; its folder is left to the caller.

    The file ends up read-only for everybody whom the umask lets read it: what the archive keeps is replaced,
    never written over. Raises FileExistsError.
    """
    with path.open("xb", buffering=0) as stream:
        for chunk in chunks:
            rest = memoryview(chunk)
            while rest:  # a raw write may take less than it was given
                rest = rest[stream.write(rest) :]
        os.fchmod(stream.fileno(), os.fstat(stream.fileno()).st_mode & 0o444)
        sync(stream.fileno())


def write_over(path: Path, content: bytes) -> None:
    """Replace a file's content, or make the file: afterwards it has the old content or the new, whole.

    Only one process at a time may do so with one path: what others left unfinished is removed.
    """
    for left in path.parent.glob(f".{escape(path.name)}.*"):
        left.unlink()
    temporary = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        write_new(temporary, [content])
        move(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def move(source: Path, target: Path) -> None:
    """Rename a synced file or folder on the same file system and make the new name durable.

    A file replaces the file at `target`; a folder needs `target` to be absent or empty (OSError).
    """
    source.rename(target)
    sync_folder(target.parent)


def make_folder(folder: Path) -> None:
    """Make a folder and the missing ones above it, each durable. Others may make them at the same time."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
        sync_folder(each.parent)


def remove_folder(folder: Path) -> None:
    """Remove a folder with all that is in it, as far as it goes; what stays is logged, for the next try."""
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        log.warning("%s could not be removed", folder)
