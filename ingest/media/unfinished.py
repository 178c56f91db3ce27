"""Files that are not whole yet: written under another name, synced and renamed, so that what stands under its
final name is whole."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path

from archive.disks import full, writing_to
from archive.errors import DiskRefused, ProgramFailed
from archive.store.durable import sync_file, sync_folder


def beside(target: Path) -> Path:
    return target.with_name(f".{target.name}.{secrets.token_hex(8)}.part")


def sweep(target: Path) -> None:
    """Remove what a process that died left beside `target`: whoever works on a recording does so alone."""
    for left in target.parent.glob(f".{escape(target.name)}.*.part"):
        left.unlink()


@contextmanager
def whole(target: Path) -> Iterator[Path]:
    """A name to write to; when the block ends well, what is there becomes `target`, on disk, whole. Raises
    DiskRefused where it does not fit."""
    unfinished = beside(target)
    try:
        with on_disk(target.parent):
            target.parent.mkdir(parents=True, exist_ok=True)
            sweep(target)
            yield unfinished
            if not unfinished.exists():
                raise ProgramFailed("ffmpeg", "wrote nothing")
            sync_file(unfinished)
            unfinished.replace(target)
            sync_folder(target.parent)  # or a power cut may take the new name back
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def on_disk(folder: Path) -> Iterator[None]:
    """Raise DiskRefused where the disk of `folder` does not take what this process or ffmpeg writes to it."""
    with writing_to(folder):
        try:
            yield
        except ProgramFailed as error:
            if any(_NO_ROOM in line for line in error.lines):
                raise DiskRefused(full(folder)) from error
            raise


_NO_ROOM = os.strerror(errno.ENOSPC)
"""ffmpeg says it in the same words: neither program has been told a language."""
