"""Writing into a folder: Tantivy's writer is opened for a batch and let go after its commit."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import tantivy

from schemas.query import IndexName
from search.documents import Documents
from search.tantivy_backend import layout
from search.tantivy_backend.folders import Folders
from search.tantivy_backend.views import explained

_WRITER_BYTES = 64_000_000


class TantivyBatch:
    """Writes of one commit."""

    def __init__(self, index: IndexName, folder: Path, writer: tantivy.IndexWriter) -> None:
        self._index, self._folder, self._writer = index, folder, writer

    def replace(self, documents: Documents, written: Collection[str] = ()) -> None:
        """As in the Protocol."""
        self.remove(documents.testimony.id, written)
        with explained(self._index, self._folder):
            for row in layout.rows(documents):
                self._writer.add_document(row)

    def remove(self, testimony: str, written: Collection[str] = ()) -> None:
        """As in the Protocol."""
        # Every document has its testimony's id, so what was written last needn't be known.
        with explained(self._index, self._folder):
            self._writer.delete_documents_by_term(layout.TESTIMONY, testimony)


class Pen:
    """A writer for the index in a folder, from its first batch until it is laid down. Tantivy merges segments
    meanwhile."""

    def __init__(self, folders: Folders, index: IndexName, folder: Path) -> None:
        self._folders, self._index, self._folder = folders, index, folder
        self._writer: tantivy.IndexWriter | None = None

    @contextmanager
    def writing(self) -> Iterator[TantivyBatch]:
        """A batch: committed when the block ends, undone when it raises."""
        with explained(self._index, self._folder):
            if self._writer is None:
                self._writer = _writer(self._folders, tantivy.Index.open(str(self._folder)))
                # What a writer left that was killed before its commit: the next one is given the same names
                # for its lists of removed documents, and fails on a file that is there already, for ever.
                self._writer.garbage_collect_files()
            writer = self._writer
        try:
            yield TantivyBatch(self._index, self._folder, writer)
            with explained(self._index, self._folder):
                writer.commit()
        except BaseException:
            with explained(self._index, self._folder):
                writer.rollback()
            raise

    def lay_down(self) -> None:
        """Wait until everything is merged that is being merged, and let go of Tantivy's own lock."""
        writer, self._writer = self._writer, None
        if writer is not None:
            with explained(self._index, self._folder):
                writer.wait_merging_threads()


@contextmanager
def write_batch(folders: Folders, index: IndexName, folder: Path) -> Iterator[TantivyBatch]:
    """One batch for the index in a folder: committed when the block ends, undone when it raises."""
    pen = Pen(folders, index, folder)
    try:
        with pen.writing() as batch:
            yield batch
    finally:
        pen.lay_down()


def _writer(folders: Folders, opened: tantivy.Index) -> tantivy.IndexWriter:
    for _ in folders.patience("Another program writes the search index"):
        try:
            # One thread: a batch becomes one segment, not as many as there are cores.
            return opened.writer(_WRITER_BYTES, 1)
        except ValueError as error:
            if "LockBusy" not in str(error):
                raise
    raise AssertionError("patience ends by raising")
