"""Disks that refuse: full, read-only, gone. Which one, and what helps, in a sentence."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.errors import DiskRefused
from schemas.legible import legible_name

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_READ_ONLY = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
_GONE = frozenset({errno.EIO, errno.ESTALE, errno.ENODEV, errno.ENXIO, errno.ENOTCONN, errno.EREMOTEIO})


def why(error: OSError, folder: Path) -> str:
    """What is the matter with the disk on which `folder` lies, or is to lie."""
    where = legible_name(folder)
    if error.errno in _FULL:
        return full(folder, error.strerror)
    if error.errno == errno.EROFS:
        return f"the disk of {where} is read-only: {error.strerror}"
    if error.errno in _READ_ONLY:
        return f"{where} may not be written: {error.strerror}"
    if error.errno in _GONE:
        return f"the disk of {where} does not answer: {error.strerror}"
    return f"{where}: {error.strerror or error}"


def full(folder: Path, said: str | None = None) -> str:
    """That a disk is full, and how much is free on it: a file of some size may still not fit."""
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    try:
        free = f"{shutil.disk_usage(there).free / 1_000_000:.1f} MB"
    except OSError:
        free = "nothing"
    return f"the disk of {legible_name(folder)} is full: {said or os.strerror(errno.ENOSPC)} ({free} free)"


@contextmanager
def writing_to(folder: Path) -> Iterator[None]:
    """Raise DiskRefused, which names `folder`, for whatever the system raises in the block."""
    try:
        yield
    except OSError as error:
        raise DiskRefused(why(error, folder)) from error
