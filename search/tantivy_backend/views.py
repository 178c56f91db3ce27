"""What a search looks at: one index as it was last committed, by whatever process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import tantivy

from archive.errors import SearchUnavailable
from schemas.query import IndexName
from search.forms import STEM_LANGUAGES
from search.tantivy_backend import layout
from search.tantivy_backend.compilation import Compiler
from search.tantivy_backend.folders import Folders


@dataclass(frozen=True, slots=True)
class View:
    """One commit of one index; it stays as it is while others write."""

    searcher: tantivy.Searcher
    compiler: Compiler


@dataclass(slots=True)
class _Opened:
    folder: Path
    index: tantivy.Index
    commit: tuple[int, int, int]
    view: View


class Views:
    """Opens the live indexes, and opens them anew when they were committed to or switched."""

    def __init__(self, folders: Folders, schema: tantivy.Schema) -> None:
        self._folders, self._schema = folders, schema
        self._opened: dict[IndexName, _Opened] = {}
        self._lock = threading.Lock()

    def newest(self, index: IndexName) -> View:
        """The index as it is now. Raises SearchUnavailable where none of this version can be opened."""
        with self._lock, explained(index):
            try:
                return self._newest(index)
            except (ValueError, OSError):
                # Between reading its name and opening it, the live folder may have been switched away.
                self._opened.pop(index, None)
                return self._newest(index)

    def close(self) -> None:
        """Let go of all files."""
        with self._lock:
            self._opened.clear()

    def _newest(self, index: IndexName) -> View:
        folder = self._folders.live(index)
        commit = _commit(folder)
        known = self._opened.get(index)
        if known is None or known.folder != folder:
            opened = tantivy.Index.open(str(folder))
            opened.config_reader("manual")
            known = self._opened[index] = _Opened(folder, opened, commit, self._view(opened))
        elif known.commit != commit:
            known.index.reload()
            known.commit, known.view = commit, self._view(known.index)
        return known.view

    def _view(self, opened: tantivy.Index) -> View:
        searcher = opened.searcher()
        # A query without a language asks for the stems of these alone: five terms a word instead of thirty.
        held = frozenset(
            language
            for language in STEM_LANGUAGES
            if searcher.terms_with_prefix(layout.WHOLE_STEM, f"{language}:", limit=1)
        )
        return View(searcher, Compiler(self._schema, held))


def _commit(folder: Path) -> tuple[int, int, int]:
    """What tells one commit from the next: Tantivy renames a new list of segments over the old one."""
    status = (folder / "meta.json").stat()
    return status.st_ino, status.st_mtime_ns, status.st_size


@contextmanager
def explained(index: IndexName) -> Iterator[None]:
    """SearchUnavailable for whatever Tantivy raises: ValueError for nearly everything, and panics that are no
    Exception."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise SearchUnavailable(f"The {index} search index cannot be used: {error}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise SearchUnavailable(f"The {index} search index is damaged: {error}") from error
