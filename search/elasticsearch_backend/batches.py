"""Writing: a batch is kept until its block ends, and then sent. Elasticsearch undoes nothing, so nothing is
sent before; and since an index is refreshed only at the end, nothing is found before all is in.

Of a batch that was sent in part (the server was killed, or the connection cut) something is written that is
found from the next batch on at the latest, and nobody remembered it. So a batch first waits for what is still
being written of an earlier one, then looks at what the index really holds of its testimonies, and deletes
what they no longer have: the next delivery of the same testimony makes good whatever the last one left.
"""

import logging
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

from elasticsearch import ApiError

from archive.errors import SearchUnavailable, WriteDoubtful
from schemas.query import IndexName
from search.documents import Documents
from search.elasticsearch_backend import layout
from search.elasticsearch_backend.connection import Connection, read_refusal
from search.elasticsearch_backend.holdings import read_documents
from search.elasticsearch_backend.leases import Lease
from search.elasticsearch_backend.spool import Operation, Spool

log = logging.getLogger(__name__)

_PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Seconds before what Elasticsearch had no room for is sent again."""

_STILL_WRITING_SECONDS = 120.0
"""How long an earlier request may still be at work."""


class ElasticsearchBatch:
    """Writes that are sent together."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._new: dict[str, frozenset[str]] = {}
        self._old: dict[str, set[str]] = {}

    def replace(self, documents: Documents, written: Collection[str] = ()) -> None:
        """As in the Protocol."""
        self._note(documents.testimony.id, documents.ids, written)
        for document_id, row in layout.rows(documents):
            self._spool.put(document_id, row)

    def remove(self, testimony: str, written: Collection[str] = ()) -> None:
        """As in the Protocol."""
        self._note(testimony, frozenset(), written)

    @property
    def testimonies(self) -> Collection[str]:
        """Those that it writes or removes."""
        return self._new.keys()

    def drop(self, held: Collection[tuple[str, str]]) -> None:
        """Delete what these testimonies no longer have of what the index holds (testimony, document) or was
        told in this batch or before."""
        for testimony, document in held:
            self._old[testimony].add(document)
        for testimony, old in self._old.items():
            for document in sorted(old - self._new[testimony]):
                self._spool.delete(document)

    def _note(self, testimony: str, new: frozenset[str], written: Collection[str]) -> None:
        self._old.setdefault(testimony, set()).update(written, self._new.get(testimony, ()))
        self._new[testimony] = new


@contextmanager
def write_batch(
    connection: Connection, index: IndexName, alias: str, lease: Lease
) -> Iterator[ElasticsearchBatch]:
    """One batch for the index behind an alias: sent when the block ends; nothing is when it raises. Only for
    who holds the right to write it."""
    with closing(Spool()) as spool:
        batch = ElasticsearchBatch(spool)
        yield batch
        if not batch.testimonies:
            return
        sender = _Sender(connection, f"{index} search index", alias, lease)
        with sender.surely(), connection.explained(f"{index} search index"):
            sender.settle()
            batch.drop(read_documents(connection.asking, alias, batch.testimonies))
            for operations in spool.requests():
                sender.send(operations)
            sender.refresh()


@dataclass(frozen=True, slots=True)
class _Refused:
    """What Elasticsearch did not do, and why."""

    operation: Operation
    status: int
    id: str
    told: Mapping[str, Any] = field(default_factory=dict)

    @property
    def for_now(self) -> bool:
        """Whether there was no room for it, and soon may be. (A full disk has the same status.)"""
        return self.status == 429 and self.told.get("type") != "cluster_block_exception"


class _Sender:
    """Sends to one alias, and accounts for every answer."""

    def __init__(self, connection: Connection, what: str, alias: str, lease: Lease) -> None:
        self._connection, self._what, self._alias, self._lease = connection, what, alias, lease
        self._sent = False

    @contextmanager
    def surely(self) -> Iterator[None]:
        """Raise WriteDoubtful where the right to write was another's before all that was sent had arrived: a
        machine that is frozen between looking and sending wakes up after others have written."""
        try:
            yield
        except SearchUnavailable as error:
            if self._sent and not self._is_confirmed():
                raise WriteDoubtful(str(error)) from error
            raise
        if self._sent and not self._is_confirmed():
            raise WriteDoubtful(f"Another process may have written the {self._what} at the same time.")

    def _is_confirmed(self) -> bool:
        try:
            self._lease.confirm()
        except SearchUnavailable as error:
            log.debug("%s", error)
            return False
        return True

    def settle(self) -> None:
        """Wait until no earlier request writes this index any more: one that its sender gave up may be at
        work still, and would put old words in the place of new ones. Then have all found that was written."""
        name = next(iter(self._connection.asking.indices.get_alias(name=self._alias).body))
        until = time.monotonic() + _STILL_WRITING_SECONDS
        while self._is_written(name):
            if time.monotonic() > until:
                raise SearchUnavailable(f"Elasticsearch is still at an earlier write of the {self._what}.")
            time.sleep(0.2)
        self.refresh()

    def send(self, operations: list[Operation]) -> None:
        """Send these until each has been accepted. Raises SearchUnavailable or IndexUnusable, saying how many
        were refused and why."""
        for pause in (*_PAUSES, None):
            self._lease.insist()
            self._sent = True
            refused = self._refused(operations)
            if not refused:
                return
            again = [one.operation for one in refused if one.for_now]
            if pause is None or len(again) < len(refused):
                raise self._explained(refused, len(operations))
            log.info("Elasticsearch had no room for %d of %d documents.", len(again), len(operations))
            operations = again
            time.sleep(pause)

    def refresh(self) -> None:
        """Have everything found that was written."""
        answer = self._connection.writing.indices.refresh(index=self._alias)
        if failed := answer["_shards"]["failed"]:
            raise SearchUnavailable(f"{failed} copies of the {self._what} could not be refreshed.")

    def _refused(self, operations: list[Operation]) -> list[_Refused]:
        lines: list[Any] = [line for operation in operations for line in operation if line is not None]
        # An alias that is gone must not come back as an index that nobody described.
        try:
            answer = self._connection.writing.bulk(
                index=self._alias, operations=lines, require_alias=True, timeout="30s"
            )
        except ApiError as error:
            if error.status_code != 429:
                raise
            return [_Refused(operation, 429, "all of them") for operation in operations]
        refused = []
        items = answer["items"]
        if len(items) != len(operations):
            raise SearchUnavailable(
                f"Elasticsearch answered for {len(items)} of {len(operations)} documents of the {self._what}."
            )
        for operation, item in zip(operations, items, strict=True):
            (told,) = item.values()
            if "error" in told:
                refused.append(_Refused(operation, told["status"], told["_id"], told["error"]))
        return refused

    def _explained(self, refused: list[_Refused], total: int) -> SearchUnavailable:
        for one in refused:
            log.error(
                "Elasticsearch refused document %s (%d): %s", one.id, one.status, one.told.get("reason")
            )
        first = next((one for one in refused if not one.for_now), refused[0])
        error = read_refusal("Elasticsearch", self._what, first.status, first.told)
        return type(error)(f"{len(refused)} of {total} documents were refused, {first.id} first. {error}")

    def _is_written(self, name: str) -> bool:
        # The client warns of its method for this: what tasks tell may change from release to release.
        told = self._connection.asking.perform_request(
            "GET",
            "/_tasks",
            params={"actions": "indices:data/write/bulk*", "detailed": "true", "group_by": "none"},
            headers={"accept": "application/json"},
        ).body
        names = (f"[{name}]", f"[{self._alias}]")
        return any(one in task.get("description", "") for task in told["tasks"] for one in names)
