"""Folders in which versions are built, beside the objects: one a writer, who holds its lock."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from archive.store.durable import remove_folder, sync_folder
from archive.store.locks import hold, hold_if_free
from archive.store.storage_root import StorageRoot


@contextmanager
def own_build(root: StorageRoot, name: str) -> Iterator[Path]:
    """A folder for a version of the object that lies in a folder of that name: not there yet, nobody else's,
    and gone when the block ends. Its lock is no object's: in those there is no dot. Raises OSError."""
    build = root.builds / f"{name}.{uuid4().hex}"
    with hold(root.locks / build.name):
        try:
            yield build
        finally:
            if build.exists():  # nothing came of it: without power it is not to come back
                remove_folder(build)
                sync_folder(root.builds)


def sweep(root: StorageRoot) -> None:
    """Remove what dead writers left: locks that nobody holds, and their builds. Raises OSError."""
    for lock in root.locks.iterdir():
        with hold_if_free(lock):
            pass  # letting go of a lock removes it
    for build in root.builds.iterdir():
        with hold_if_free(root.locks / build.name) as dead:
            if dead:
                remove_folder(build)
