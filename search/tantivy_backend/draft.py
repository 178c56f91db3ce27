"""An index that is being made beside the live one."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import tantivy

from archive.errors import IndexUnusable
from schemas.query import IndexName
from search.tantivy_backend.batches import Pen, TantivyBatch
from search.tantivy_backend.folders import Folders
from search.tantivy_backend.holdings import find_soiled, read_changes, read_ids
from search.tantivy_backend.soundness import Soundness
from search.tantivy_backend.views import explained


class TantivyDraft:
    """The folder that `index` is made anew in: the one that is there, if it is whole, else an empty one. Only
    for who may draft."""

    def __init__(self, folders: Folders, schema: tantivy.Schema, index: IndexName) -> None:
        self._folders, self._schema, self._index = folders, schema, index
        self._soundness = Soundness()
        folder = folders.draft(index)
        if folder is not None and self._is_whole(folder):
            self._folder = folder
            folders.sweep(index)
        else:
            self._folder = self._fresh()
        # What was committed is remembered before all is merged: one pen for all batches.
        self._pen = Pen(folders, index, self._folder)

    def close(self) -> None:
        """Let go of its files; it stays as it is."""
        self._pen.lay_down()

    @property
    def name(self) -> str:
        """As in the Protocol."""
        return self._folder.name

    @contextmanager
    def writing(self) -> Iterator[TantivyBatch]:
        """As in the Protocol."""
        with self._pen.writing() as batch:
            yield batch

    def purge(self) -> Collection[str]:
        """As in the Protocol."""
        with explained(self._index):
            return find_soiled(self._folder, self._opened())

    def ids(self) -> frozenset[str]:
        """As in the Protocol."""
        with explained(self._index):
            return read_ids(self._opened().searcher())

    def changes(self) -> Mapping[str, int]:
        """As in the Protocol."""
        with explained(self._index):
            return read_changes(self._opened().searcher())

    def restart(self) -> None:
        """As in the Protocol."""
        self._pen.lay_down()
        self._folder = self._fresh()
        self._pen = Pen(self._folders, self._index, self._folder)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """As in the Protocol."""
        with self._folders.locked(self._index):
            yield

    def switch(self) -> None:
        """As in the Protocol."""
        self._pen.lay_down()
        with explained(self._index):
            self._soundness.verify(self._folder)
            self._folders.switch(self._index)

    def _is_whole(self, folder: Path) -> bool:
        try:
            with explained(self._index):
                self._soundness.verify(folder)
                tantivy.Index.open(str(folder))
        except IndexUnusable:
            return False
        return True

    def _fresh(self) -> Path:
        with explained(self._index, self._folders.root):
            folder = self._folders.fresh(self._index)
            tantivy.Index(self._schema, str(folder), reuse=False)
        return folder

    def _opened(self) -> tantivy.Index:
        # While segments are merged, files go that a commit names.
        self._pen.lay_down()
        return tantivy.Index.open(str(self._folder))
