"""An index that is being made beside the live one."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from archive.errors import IndexUnusable
from schemas.query import IndexName
from search.elasticsearch_backend.batches import ElasticsearchBatch, write_batch
from search.elasticsearch_backend.connection import Connection
from search.elasticsearch_backend.holdings import expunge, read_changes, read_ids
from search.elasticsearch_backend.indices import Indices
from search.elasticsearch_backend.leases import Lease, Leases


@dataclass(frozen=True, slots=True)
class Tools:
    """What the engine and its drafts work with."""

    connection: Connection
    indices: Indices
    leases: Leases
    purge_seconds: float
    merge_seconds: float

    @contextmanager
    def locked(self, index: IndexName) -> Iterator[Lease]:
        """Hold the right to write an index."""
        why = f"Another process writes the {index} search index"
        with self.leases.held(f"{index}.writing", why) as lease:
            yield lease

    def purge(self, index: IndexName, target: str) -> Collection[str]:
        """Have the engine let go of what was deleted; nothing has to be written again."""
        what = f"{index} search index"
        with self.connection.explained(what):
            expunge(
                self.connection,
                what,
                target,
                wait_seconds=self.purge_seconds,
                merge_seconds=self.merge_seconds,
            )
        return ()


class ElasticsearchDraft:
    """The index that `index` is made anew in: the one that is there, if it is whole, else an empty one. Only
    for who may draft."""

    def __init__(self, tools: Tools, index: IndexName, lease: Lease) -> None:
        self._tools, self._index, self._lease = tools, index, lease
        self._writer: Lease | None = None
        name = tools.indices.draft(index)
        if name is not None and self._is_whole(name):
            self._name = name
            tools.indices.sweep(index)
        else:
            self._name = tools.indices.fresh(index)

    @property
    def name(self) -> str:
        """As in the Protocol."""
        return self._name

    @contextmanager
    def writing(self) -> Iterator[ElasticsearchBatch]:
        """As in the Protocol."""
        alias = self._tools.indices.draft_alias(self._index)
        with write_batch(self._tools.connection, self._index, alias, self._lease) as batch:
            yield batch

    def purge(self) -> Collection[str]:
        """As in the Protocol."""
        return self._tools.purge(self._index, self._name)

    def ids(self) -> frozenset[str]:
        """As in the Protocol."""
        with self._tools.connection.explained(f"new {self._index} search index"):
            return read_ids(self._tools.connection.asking, self._name)

    def changes(self) -> Mapping[str, int]:
        """As in the Protocol."""
        with self._tools.connection.explained(f"new {self._index} search index"):
            return read_changes(self._tools.connection.asking, self._name)

    def restart(self) -> None:
        """As in the Protocol."""
        self._lease.insist()
        self._name = self._tools.indices.fresh(self._index)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """As in the Protocol."""
        with self._tools.locked(self._index) as lease:
            self._writer = lease
            try:
                yield
            finally:
                self._writer = None

    def switch(self) -> None:
        """As in the Protocol."""
        if self._writer is None:
            raise AssertionError("a draft is switched to inside of `alone`")
        self._tools.indices.examine(self._index, self._name)
        self._writer.insist()
        self._lease.insist()
        self._tools.indices.switch(self._index, self._name)

    def _is_whole(self, name: str) -> bool:
        try:
            self._tools.indices.examine(self._index, name)
            with self._tools.connection.explained(f"{self._index} search index"):
                self._tools.connection.asking.count(index=name)
        except IndexUnusable:
            return False
        return True
