"""The SearchBackend that keeps its indexes in a local folder."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import tantivy

from schemas.query import IndexName, SearchQuery
from search.analysis import ANALYSIS_VERSION
from search.backend import BackendPage
from search.tantivy_backend import layout
from search.tantivy_backend.batches import TantivyBatch, write_batch
from search.tantivy_backend.draft import TantivyDraft
from search.tantivy_backend.folders import WAIT_SECONDS, Folders
from search.tantivy_backend.holdings import find_soiled, read_changes, read_ids
from search.tantivy_backend.pages import Search
from search.tantivy_backend.views import Views, explained


class TantivyBackend:
    """Keeps both indexes under `folder`, which is made by the first draft. A writer waits `wait_seconds` for
    another before it gives up."""

    def __init__(self, folder: Path, *, wait_seconds: float = WAIT_SECONDS) -> None:
        version = f"{ANALYSIS_VERSION}-{layout.LAYOUT_VERSION}"
        self._folders = Folders(folder, version, wait_seconds=wait_seconds)
        self._schema = layout.build_schema()
        self._views = Views(self._folders, self._schema)

    def search(self, query: SearchQuery) -> BackendPage:
        with self._views.watched(query.index) as view:
            return Search(view, query).page()

    def check(self, index: IndexName) -> None:
        self._views.check(index)
        self.search(SearchQuery(index=index))

    def live(self, index: IndexName) -> str:
        return self._folders.live(index).name

    @contextmanager
    def writing(self, index: IndexName) -> Iterator[TantivyBatch]:
        with (
            self._folders.locked(index),
            write_batch(self._folders, index, self._folders.live(index)) as batch,
        ):
            yield batch

    @contextmanager
    def drafting(self, index: IndexName) -> Iterator[TantivyDraft]:
        with self._folders.drafting(index):
            draft = TantivyDraft(self._folders, self._schema, index)
            with closing(draft):
                yield draft

    def has_draft(self, index: IndexName) -> bool:
        return self._folders.draft(index) is not None

    def purge(self, index: IndexName) -> Collection[str]:
        with self._folders.locked(index), explained(index):
            folder = self._folders.live(index)
            return find_soiled(folder, tantivy.Index.open(str(folder)))

    def ids(self, index: IndexName) -> frozenset[str]:
        with self._views.watched(index) as view:
            return read_ids(view.searcher)

    def changes(self, index: IndexName) -> Mapping[str, int]:
        with self._views.watched(index) as view:
            return read_changes(view.searcher)

    def close(self) -> None:
        self._views.close()
