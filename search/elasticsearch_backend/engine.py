"""The SearchBackend that keeps its indexes in Elasticsearch."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from elasticsearch import NotFoundError

from archive.settings import Settings
from schemas.query import IndexName, SearchQuery
from search.analysis import ANALYSIS_VERSION
from search.backend import BackendPage
from search.elasticsearch_backend import layout
from search.elasticsearch_backend.batches import ElasticsearchBatch, write_batch
from search.elasticsearch_backend.connection import ANSWER_SECONDS, WRITE_SECONDS, Connection
from search.elasticsearch_backend.draft import ElasticsearchDraft, Tools
from search.elasticsearch_backend.holdings import read_changes, read_ids
from search.elasticsearch_backend.indices import Indices
from search.elasticsearch_backend.leases import Leases
from search.elasticsearch_backend.pages import Search

WAIT_SECONDS = 900.0
"""How long a writer waits for another, and how long merging away what was deleted may take."""

PURGE_SECONDS = 180.0
"""How long Elasticsearch may keep deleted documents for copies that fall behind: it looks twice a minute."""


class ElasticsearchBackend:
    """Keeps both indexes in the Elasticsearch that the settings name. A writer waits `wait_seconds` for
    another; a search takes `answer_seconds` at most."""

    def __init__(
        self,
        settings: Settings,
        *,
        wait_seconds: float = WAIT_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
        write_seconds: float = WRITE_SECONDS,
    ) -> None:
        prefix = settings.elasticsearch_prefix
        self._connection = Connection(settings, answer_seconds=answer_seconds, write_seconds=write_seconds)
        self._indices = Indices(self._connection, prefix, f"{ANALYSIS_VERSION}-{layout.LAYOUT_VERSION}")
        leases = Leases(self._connection, prefix, wait_seconds=wait_seconds)
        self._tools = Tools(self._connection, self._indices, leases, PURGE_SECONDS, WAIT_SECONDS)

    def search(self, query: SearchQuery) -> BackendPage:
        with self._live(query.index) as alias:
            return Search(self._connection.asking, alias, query).page()

    def check(self, index: IndexName) -> None:
        self._indices.examine(index, self._indices.live(index))
        with self._live(index) as alias:
            self._connection.asking.search(index=alias, size=0, allow_partial_search_results=False)

    def live(self, index: IndexName) -> str:
        return self._indices.live(index)

    @contextmanager
    def writing(self, index: IndexName) -> Iterator[ElasticsearchBatch]:
        with self._tools.locked(index) as lease:
            self._indices.live(index)
            alias = self._indices.live_alias(index)
            with write_batch(self._connection, index, alias, lease) as batch:
                yield batch

    @contextmanager
    def drafting(self, index: IndexName) -> Iterator[ElasticsearchDraft]:
        why = f"Another process is making the {index} search index anew already."
        with self._tools.leases.held_at_once(f"{index}.drafting", why) as lease:
            yield ElasticsearchDraft(self._tools, index, lease)

    def has_draft(self, index: IndexName) -> bool:
        return self._indices.draft(index) is not None

    def purge(self, index: IndexName) -> Collection[str]:
        return self._tools.purge(index, self._indices.live(index))

    def ids(self, index: IndexName) -> frozenset[str]:
        with self._live(index) as alias:
            return read_ids(self._connection.asking, alias)

    def changes(self, index: IndexName) -> Mapping[str, int]:
        with self._live(index) as alias:
            return read_changes(self._connection.asking, alias)

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def _live(self, index: IndexName) -> Iterator[str]:
        """The alias of the live index, for what only reads it."""
        with self._connection.explained(f"{index} search index"):
            try:
                yield self._indices.live_alias(index)
            except NotFoundError as error:
                raise self._indices.missing(index) from error
