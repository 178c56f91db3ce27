"""Locks between processes and threads that the kernel frees when their holder dies.

A lock is a file held with flock. It is removed when it is let go, so that a folder of locks stays small;
whoever then holds the removed file notices and tries again on the new one.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def hold(path: Path) -> Iterator[None]:
    """Hold a lock, waiting until nobody else does. Its folder must be there. Raises OSError."""
    descriptor = _lock(path, fcntl.LOCK_EX)
    try:
        yield
    finally:
        _release(path, descriptor)


@contextmanager
def hold_if_free(path: Path) -> Iterator[bool]:
    """Hold a lock where nobody else does; gives whether it is held."""
    try:
        descriptor = _lock(path, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
        return
    try:
        yield True
    finally:
        _release(path, descriptor)


def is_held(path: Path) -> bool:
    """Whether anybody holds a lock now. A `hold_if_free` at this very moment may find it taken by us.

    One that is there and that we may not open is another user's, who removes it when it is let go: held.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    except PermissionError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _lock(path: Path, operation: int) -> int:
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(descriptor, operation)
            if _is_at(descriptor, path):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # its last holder removed it while we waited


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _release(path: Path, descriptor: int) -> None:
    try:
        path.unlink(missing_ok=True)
    finally:
        os.close(descriptor)
