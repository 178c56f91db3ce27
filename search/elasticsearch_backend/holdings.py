"""What an index holds, beyond what a search finds."""

import time
from collections.abc import Collection, Iterator
from typing import Any

from elasticsearch import Elasticsearch

from archive.errors import SearchUnavailable
from search.documents import encodable
from search.elasticsearch_backend import layout
from search.elasticsearch_backend.connection import Connection

_AT_ONCE = 10_000
_KEPT_FOR = "2m"


def read_ids(client: Elasticsearch, target: str) -> frozenset[str]:
    """Ids of all the documents."""
    return frozenset(one for (one,) in _scan(client, target, {"match_all": {}}, layout.ID))


def read_changes(client: Elasticsearch, target: str) -> dict[str, int]:
    """The testimonies, each with the number of the change that it was made from."""
    query = {"term": {layout.KIND_OF_DOCUMENT: "testimony"}}
    return {one: int(change) for one, change in _scan(client, target, query, layout.ID, layout.CHANGE)}


def read_documents(client: Elasticsearch, target: str, testimonies: Collection[str]) -> list[tuple[str, str]]:
    """Testimony and id of every document of these testimonies."""
    query = {"terms": {layout.TESTIMONY: [encodable(one) for one in sorted(testimonies)]}}
    found = _scan(client, target, query, layout.TESTIMONY, layout.ID)
    return [(testimony, document) for testimony, document in found]


def expunge(
    connection: Connection, what: str, target: str, *, wait_seconds: float, merge_seconds: float
) -> None:
    """Leave nothing of what was deleted or replaced in the files of an index, on any machine.

    Elasticsearch keeps deleted documents for copies that may fall behind, and moves that line about twice a
    minute; so this asks until nothing deleted is left. The flush empties the log of what was written, too.
    """
    client = connection.patient(merge_seconds)
    until = time.monotonic() + wait_seconds
    while True:
        client.indices.flush(index=target, force=True, wait_if_ongoing=True)
        client.indices.forcemerge(index=target, only_expunge_deletes=True)
        client.indices.refresh(index=target)
        left = _deleted(client, target)
        if not left:
            return
        if time.monotonic() > until:
            raise SearchUnavailable(
                f"Elasticsearch keeps {left} deleted documents of the {what} after {wait_seconds:.0f} s."
            )
        time.sleep(1.0)


def _deleted(client: Elasticsearch, target: str) -> int:
    indices = client.indices.segments(index=target)["indices"]
    return sum(
        int(segment["deleted_docs"])
        for one in indices.values()
        for copies in one["shards"].values()
        for copy in copies
        for segment in copy["segments"].values()
    )


def _scan(client: Elasticsearch, target: str, query: dict[str, Any], *fields: str) -> Iterator[list[Any]]:
    """These fields of every document, at one moment."""
    pit = client.open_point_in_time(index=target, keep_alive=_KEPT_FOR)["id"]
    after: dict[str, Any] = {}
    try:
        while True:
            answer = client.search(
                pit={"id": pit, "keep_alive": _KEPT_FOR},
                query=query,
                size=_AT_ONCE,
                sort=["_shard_doc"],
                track_total_hits=False,
                allow_partial_search_results=False,
                source=False,
                stored_fields="_none_",
                docvalue_fields=[{"field": field} for field in fields],
                **after,
            )
            pit, hits = answer["pit_id"], answer["hits"]["hits"]
            for hit in hits:
                yield [hit["fields"][field][0] for field in fields]
            if len(hits) < _AT_ONCE:
                return
            after = {"search_after": hits[-1]["sort"]}
    finally:
        client.close_point_in_time(id=pit)
