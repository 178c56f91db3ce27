"""The SearchBackend that keeps its indexes in a local folder."""

import shutil
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import tantivy

from schemas.query import IndexName, SearchQuery
from search.analysis import ANALYSIS_VERSION
from search.backend import BackendPage
from search.documents import Documents
from search.tantivy_backend import layout
from search.tantivy_backend.folders import WAIT_SECONDS, Folders
from search.tantivy_backend.pages import Search
from search.tantivy_backend.views import Views, explained

_WRITER_BYTES = 64_000_000


class TantivyBackend:
    """Keeps both indexes under `folder`, which is made by the first rebuild. A writer waits `wait_seconds`
    for another before it gives up."""

    def __init__(self, folder: Path, *, wait_seconds: float = WAIT_SECONDS) -> None:
        version = f"{ANALYSIS_VERSION}-{layout.LAYOUT_VERSION}"
        self._folders = Folders(folder, version, wait_seconds=wait_seconds)
        self._schema = layout.build_schema()
        self._views = Views(self._folders, self._schema)

    def search(self, query: SearchQuery) -> BackendPage:
        view = self._views.newest(query.index)
        with explained(query.index):
            return Search(view, query).page()

    def check(self, index: IndexName) -> None:
        view = self._views.newest(index)
        with explained(index):
            # Opening reads only the ends of the files; a damage within shows where something is looked up.
            Search(view, SearchQuery(index=index)).page()

    @contextmanager
    def writing(self, index: IndexName) -> Iterator["_Batch"]:
        with self._folders.locked(index):
            with explained(index):
                live = tantivy.Index.open(str(self._folders.live(index)))
            with self._batch(index, live) as batch:
                yield batch

    @contextmanager
    def rebuilding(self, index: IndexName) -> Iterator["_Batch"]:
        with self._folders.locked(index):
            folder = self._folders.fresh(index)
            try:
                with explained(index):
                    fresh = tantivy.Index(self._schema, str(folder), reuse=False)
                with self._batch(index, fresh) as batch:
                    yield batch
            except BaseException:
                shutil.rmtree(folder)
                raise
            self._folders.switch(index, folder)

    def purge(self, index: IndexName, everything: Callable[[], Iterable[Documents]]) -> None:
        # Tantivy merges when it likes and never on demand; until then a removed word stays in its files.
        with self.rebuilding(index) as batch:
            for documents in everything():
                batch.replace(documents)

    def ids(self, index: IndexName) -> frozenset[str]:
        view = self._views.newest(index)
        with explained(index):
            # The filter leaves out what was removed and not yet merged away.
            terms = view.searcher.terms_with_prefix(layout.ID, "", tantivy.Query.all_query())
        return frozenset(term for term, _ in terms)

    def close(self) -> None:
        self._views.close()

    @contextmanager
    def _batch(self, index: IndexName, opened: tantivy.Index) -> Iterator["_Batch"]:
        with explained(index):
            writer = self._writer(opened)
            # What a writer left that was killed before its commit: the next one is given the same names for
            # its lists of removed documents, and fails on a file that is there already, for ever.
            writer.garbage_collect_files()
        try:
            yield _Batch(index, writer)
            with explained(index):
                writer.commit()
        except BaseException:
            writer.rollback()
            raise
        finally:
            # Lets go of Tantivy's own lock, whatever happened.
            writer.wait_merging_threads()

    def _writer(self, opened: tantivy.Index) -> tantivy.IndexWriter:
        for _ in self._folders.patience("Another program writes the search index"):
            try:
                # One thread: a batch becomes one segment, not as many as there are cores.
                return opened.writer(_WRITER_BYTES, 1)
            except ValueError as error:
                if "LockBusy" not in str(error):
                    raise
        raise AssertionError("patience ends by raising")


class _Batch:
    def __init__(self, index: IndexName, writer: tantivy.IndexWriter) -> None:
        self._index, self._writer = index, writer

    def replace(self, documents: Documents, written: Collection[str] = ()) -> None:
        self.remove(documents.testimony.id, written)
        with explained(self._index):
            for row in layout.rows(documents):
                self._writer.add_document(row)

    def remove(self, testimony: str, written: Collection[str] = ()) -> None:
        # Every document has its testimony's id, so what was written last needn't be known.
        with explained(self._index):
            self._writer.delete_documents_by_term(layout.TESTIMONY, testimony)
