"""Where Tantivy's indexes lie, which one is live, and who may write.

    index/public.live                     the name of the live folder, replaced by rename
    index/public.draft                    the name of the folder that is being made, if one is
    index/public.lock                     held (flock) by who writes the live one; freed by the kernel
    index/public.drafting                 the same for who makes another
    index/public.damaged                  a name and a reason: somebody met a damage in that folder
    index/public-1-3.1.0-2-5f2c9a1b       a folder: index, versions, random part

A new index is made beside the live one and becomes it when `public.draft` is renamed to `public.live`: one
step, after which it is live and no draft, or before which it is a draft and not live.
"""

import fcntl
import logging
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from archive.disks import writing_to
from archive.errors import IndexUnusable, SearchUnavailable
from archive.store.durable import sync, sync_folder
from schemas.query import IndexName

log = logging.getLogger(__name__)

WAIT_SECONDS = 900.0
"""How long a writer waits for another: as long as the purge of a large index may take."""

_SAY_EVERY = 10.0
_LOOK_EVERY = 0.05


class Folders:
    """The folders of both indexes under `root`, in one version of what they hold."""

    def __init__(self, root: Path, version: str, *, wait_seconds: float = WAIT_SECONDS) -> None:
        self.root, self.version, self.wait_seconds = root, version, wait_seconds

    def live(self, index: IndexName) -> Path:
        """The folder that is searched and written. Raises IndexUnusable where there is none of this
        version."""
        name = self._named(self._pointer(index, "live"))
        if name is None:
            raise IndexUnusable(f"There is no {index} search index yet; it has to be built.")
        if not name.isprintable() or not name or Path(name).name != name:
            raise IndexUnusable(f"The {index} search index is damaged: {index}.live names no folder.")
        if not self._is_current(index, name):
            raise IndexUnusable(f"The {index} search index is of another version and has to be rebuilt.")
        return self.root / name

    def draft(self, index: IndexName) -> Path | None:
        """The folder that is being made, if there is one of this version."""
        name = self._named(self._pointer(index, "draft"))
        if name is None or Path(name).name != name or not self._is_current(index, name):
            return None
        folder = self.root / name
        return folder if folder.is_dir() else None

    @contextmanager
    def locked(self, index: IndexName) -> Iterator[None]:
        """Hold the right to write an index. Waits while another process has it, and says so; raises
        SearchUnavailable when that lasts too long."""
        with self._opened(index, "lock") as lock:
            for _ in self.patience(f"Another process writes the {index} search index"):
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                break
            yield

    @contextmanager
    def drafting(self, index: IndexName) -> Iterator[None]:
        """Hold the right to make an index anew. Raises SearchUnavailable at once where another process has
        it: that one will be done first in any case."""
        with self._opened(index, "drafting") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise SearchUnavailable(
                    f"Another process is making the {index} search index anew already."
                ) from error
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
        """An empty folder beside the live one, named as the draft. Only for who may draft."""
        folder = self.root / f"{index}-{self.version}-{secrets.token_hex(4)}"
        with writing_to(self.root):
            folder.mkdir(parents=True)
            self._replace(self._pointer(index, "draft"), folder.name)
            self.sweep(index)
        return folder

    def switch(self, index: IndexName) -> None:
        """Make the draft the live one, for ever or not at all, and remove all others. Only for who may write
        and draft.

        Whoever still searches an old one has its files open and goes on until the next search.
        """
        draft = self.draft(index)
        if draft is None:
            raise IndexUnusable(f"The new {index} search index is gone.")
        with writing_to(self.root):
            sync_folder(draft)
            self._pointer(index, "draft").replace(self._pointer(index, "live"))
            sync_folder(self.root)
            self.withdraw_note(index)
            self.sweep(index)

    def sweep(self, index: IndexName) -> None:
        """Remove the folders of an index that are neither live nor the draft: what a killed process left
        behind. Only for who may draft."""
        keep = {self._named(self._pointer(index, kind)) for kind in ("live", "draft")}
        for folder in self.root.glob(f"{index}-*"):
            if folder.name not in keep:
                shutil.rmtree(folder)

    def note_damage(self, index: IndexName, folder: Path, reason: str) -> None:
        """Tell whoever checks the index next, in whatever process, that this one met a damage in it."""
        try:
            self._replace(self._pointer(index, "damaged"), f"{folder.name}\n{reason}")
        except OSError as error:
            log.warning("The damage could not be noted for the worker: %s", error)

    def is_noted(self, index: IndexName, folder: Path) -> bool:
        """Whether somebody met a damage in this folder."""
        noted = self._named(self._pointer(index, "damaged"))
        return noted is not None and noted.partition("\n")[0] == folder.name

    def withdraw_note(self, index: IndexName) -> None:
        """The damage is there no longer."""
        for kind in ("damaged", "damaged.new"):
            self._pointer(index, kind).unlink(missing_ok=True)

    def _opened(self, index: IndexName, kind: str) -> TextIO:
        with writing_to(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
            return self._pointer(index, kind).open("w")

    def _is_current(self, index: IndexName, name: str) -> bool:
        return name.startswith(f"{index}-{self.version}-")

    def _pointer(self, index: IndexName, kind: str) -> Path:
        return self.root / f"{index}.{kind}"

    def _named(self, pointer: Path) -> str | None:
        try:
            return pointer.read_bytes().decode(errors="replace").strip()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SearchUnavailable(f"{pointer.name} of the search index cannot be read: {error}") from error

    def _replace(self, pointer: Path, text: str) -> None:
        """Write a small file, for ever or not at all."""
        fresh = pointer.with_name(f"{pointer.name}.new")
        with fresh.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            sync(file.fileno())
        fresh.replace(pointer)
        sync_folder(self.root)
