"""What a search looks at: one index as it was last committed, by whatever process."""

import logging
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import tantivy

from archive.disks import why
from archive.errors import IndexUnusable, SearchUnavailable
from schemas.query import IndexName
from search.forms import STEM_LANGUAGES
from search.tantivy_backend import layout
from search.tantivy_backend.compilation import Compiler
from search.tantivy_backend.folders import Folders
from search.tantivy_backend.soundness import Look, Soundness, damaged, look

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class View:
    """One commit of one index; it stays as it is while others write."""

    folder: Path
    searcher: tantivy.Searcher
    compiler: Compiler


@dataclass(slots=True)
class _Opened:
    folder: Path
    index: tantivy.Index
    commit: Look
    looks: dict[str, Look]
    view: View


class Views:
    """Opens the live indexes, and opens them anew when they were committed to or switched. Whatever is looked
    at was found to be sound."""

    def __init__(self, folders: Folders, schema: tantivy.Schema) -> None:
        self._folders, self._schema = folders, schema
        self._opened: dict[IndexName, _Opened] = {}
        self._soundness = Soundness()
        self._lock = threading.Lock()

    def newest(self, index: IndexName) -> View:
        """The index as it is now. Raises IndexUnusable where none of this version is there and whole."""
        with self._lock, explained(index):
            try:
                return self._newest(index)
            except (ValueError, OSError, IndexUnusable) as error:
                # Between reading its name and opening it, the live folder may have been switched away.
                self._opened.pop(index, None)
                log.debug("the %s search index is looked for once more: %s", index, error)
                return self._newest(index)

    def check(self, index: IndexName) -> None:
        """Look at the files anew, as a process would that has none of them open."""
        with self._lock, explained(index):
            folder = self._folders.live(index)
            noted = self._folders.is_noted(index, folder)
            if noted:
                self._soundness.forget(folder)
                self._opened.pop(index, None)
            self._soundness.verify(folder)
            tantivy.Index.open(str(folder))
        if noted:
            self._folders.withdraw_note(index)

    @contextmanager
    def watched(self, index: IndexName) -> Iterator[View]:
        """The index as it is now, for a search. Where that panics, whoever checks the index next is told."""
        view = self.newest(index)
        try:
            with explained(index):
                yield view
        except IndexUnusable as error:
            self._folders.note_damage(index, view.folder, str(error))
            with self._lock:
                self._opened.pop(index, None)
            raise

    def close(self) -> None:
        """Let go of all files."""
        with self._lock:
            self._opened.clear()

    def _newest(self, index: IndexName) -> View:
        folder = self._folders.live(index)
        commit = look(folder / "meta.json")
        known = self._opened.get(index)
        if known is not None and known.folder == folder:
            if known.commit == commit:
                for name, before in known.looks.items():
                    if look(folder / name) != before:
                        raise damaged(folder / name, "is not as it was written")
                return known.view
            looks = self._soundness.verify(folder)
            known.index.reload()
            known.commit, known.looks, known.view = commit, looks, self._view(folder, known.index)
            return known.view
        looks = self._soundness.verify(folder)
        opened = tantivy.Index.open(str(folder))
        opened.config_reader("manual")
        self._opened[index] = _Opened(folder, opened, commit, looks, self._view(folder, opened))
        return self._opened[index].view

    def _view(self, folder: Path, opened: tantivy.Index) -> View:
        searcher = opened.searcher()
        # A query without a language asks for the stems of these alone: five terms a word instead of thirty.
        held = frozenset(
            language
            for language in STEM_LANGUAGES
            if searcher.terms_with_prefix(layout.WHOLE_STEM, f"{language}:", limit=1)
        )
        return View(folder, searcher, Compiler(self._schema, held))


_REFUSED = re.compile(r"\(os error (5|28|30|116|122)\)")
"""EIO, ENOSPC, EROFS, ESTALE, EDQUOT, as Rust says them on Linux."""


@contextmanager
def explained(index: IndexName, folder: Path | None = None) -> Iterator[None]:
    """An error of ours for whatever Tantivy raises: ValueError for nearly everything, and panics that are no
    Exception. Its files were found to be sound before, so what it can't open is damaged in another way; but
    for a disk (that of `folder`) that refuses, of which making the index anew would be no cure."""
    try:
        yield
    except ValueError as error:
        if folder is not None and (refused := _REFUSED.search(str(error))) is not None:
            reason = why(OSError(int(refused[1]), os.strerror(int(refused[1]))), folder)
            raise SearchUnavailable(f"The {index} search index cannot be written: {reason}") from error
        raise IndexUnusable(f"The {index} search index cannot be used: {error}") from error
    except OSError as error:
        raise SearchUnavailable(f"The {index} search index cannot be reached: {error}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise IndexUnusable(f"The {index} search index is damaged: {error}") from error
