"""Where Tantivy's indexes lie, which one is live, and who may write.

    index/public.live                     the name of the live folder, replaced by rename
    index/public.lock                     held (flock) by who writes or rebuilds; freed by the kernel
    index/public-1-3.1.0-1-5f2c9a1b       a folder: index, versions, random part

A new index is built beside the live one and becomes it when `public.live` is renamed over the old.
"""

import fcntl
import logging
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.errors import SearchUnavailable
from schemas.query import IndexName

log = logging.getLogger(__name__)

WAIT_SECONDS = 900.0
"""How long a writer waits for another: as long as the rebuild of a large archive may take."""

_SAY_EVERY = 10.0
_LOOK_EVERY = 0.05


class Folders:
    """The folders of both indexes under `root`, in one version of what they hold."""

    def __init__(self, root: Path, version: str, *, wait_seconds: float = WAIT_SECONDS) -> None:
        self.root, self.version, self.wait_seconds = root, version, wait_seconds

    def live(self, index: IndexName) -> Path:
        """The folder that is searched and written. Raises SearchUnavailable where there is none of this
        version."""
        try:
            name = self._pointer(index).read_text(encoding="utf-8").strip()
        except FileNotFoundError as error:
            raise SearchUnavailable(f"There is no {index} search index yet; it has to be built.") from error
        except (OSError, UnicodeDecodeError) as error:
            raise SearchUnavailable(f"The {index} search index cannot be read: {error}") from error
        if not name.startswith(f"{index}-{self.version}-") or Path(name).name != name:
            raise SearchUnavailable(f"The {index} search index is of another version and has to be rebuilt.")
        return self.root / name

    @contextmanager
    def locked(self, index: IndexName) -> Iterator[None]:
        """Hold the right to write an index. Waits while another process has it, and says so; raises
        SearchUnavailable when that lasts too long."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / f"{index}.lock").open("w") as lock:
            for _ in self.patience(f"Another process writes the {index} search index"):
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                break
            yield

    def patience(self, why: str) -> Iterator[None]:
        """One turn for each try, with a pause between; raises SearchUnavailable after `wait_seconds`."""
        began = said = time.monotonic()
        while True:
            yield
            now = time.monotonic()
            if now - began > self.wait_seconds:
                raise SearchUnavailable(f"{why}, and did so for {now - began:.0f} s.")
            if now - said > _SAY_EVERY or said == began:
                log.info("%s; waiting.", why)
                said = now
            time.sleep(_LOOK_EVERY)

    def fresh(self, index: IndexName) -> Path:
        """An empty folder beside the live one. Only for who holds the lock."""
        folder = self.root / f"{index}-{self.version}-{secrets.token_hex(4)}"
        folder.mkdir(parents=True)
        return folder

    def switch(self, index: IndexName, folder: Path) -> None:
        """Make a folder the live one, for ever or not at all, and remove all others of that index.

        Whoever still searches an old one has its files open and goes on until the next search.
        """
        _sync(folder)
        pointer = self._pointer(index)
        draft = pointer.with_suffix(".draft")
        with draft.open("w", encoding="utf-8") as file:
            file.write(folder.name)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(pointer)
        _sync(self.root)
        self.sweep(index)

    def sweep(self, index: IndexName) -> None:
        """Remove the folders of an index that aren't live, also those that a killed rebuild left behind. Only
        for who holds the lock."""
        keep = self.live(index)
        for folder in self.root.glob(f"{index}-*"):
            if folder != keep:
                shutil.rmtree(folder)

    def _pointer(self, index: IndexName) -> Path:
        return self.root / f"{index}.live"


def _sync(folder: Path) -> None:
    # A rename is only safe from a power cut once its folder is synced.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
