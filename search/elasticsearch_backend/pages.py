"""One search: three requests at most."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from elasticsearch import Elasticsearch

from schemas.query import SearchQuery
from search import leaves
from search.backend import BEST_PASSAGES, REORDERED, BackendPage, FoundIds
from search.elasticsearch_backend import facets, layout
from search.elasticsearch_backend.compilation import passages, testimonies

_BARE: dict[str, Any] = {"_source": False, "stored_fields": "_none_"}
"""Nothing is read of a hit but what it is sorted by: that is its id."""


@dataclass(frozen=True, slots=True)
class _Passages:
    """The passages of one testimony that were found: how many, the best, and what the first is worth."""

    count: int = 0
    best: tuple[str, ...] = ()
    score: float = 0.0


class Search:
    """Finds one page in `target`, an index or alias. Testimonies' documents decide what is found and counted;
    the first 200 by their score are put in the order of their best passages.

    A commit may come between the requests: each testimony's passages are then those of before or after it.
    """

    def __init__(self, client: Elasticsearch, target: str, query: SearchQuery) -> None:
        self._client, self._target, self._query = client, target, query
        self._wanted = leaves.positive(query.tree)
        # Copies of an index may differ in scores, so one search and its pages ask one of them.
        self._preference = f"query-{zlib.crc32(repr(query.tree).encode('utf-8', 'replace')):x}"

    def page(self) -> BackendPage:
        """Ids and counts."""
        first, last = (self._query.page - 1) * self._query.size, self._query.page * self._query.size
        reordered = bool(self._wanted) and first < REORDERED
        start, end = (0, max(REORDERED, last)) if reordered else (first, last)
        answer = self._testimonies(start, end - start)
        found = [str(hit["sort"][-1]) for hit in answer["hits"]["hits"]]
        total = int(answer["hits"]["total"]["value"])
        best: dict[str, _Passages] = {}
        if reordered:
            among = found[:REORDERED]
            if total <= last - first:  # all of them are shown
                best = self._passages(among)
                scores = {testimony: one.score for testimony, one in best.items()}
            else:
                scores = self._best_scores(among) if among[first:] else {}
            # Sorting is stable: those found by their description alone keep their order behind the others.
            among = sorted(among, key=lambda testimony: -scores.get(testimony, 0.0))
            found = [*among, *found[REORDERED:]][first:last]
        if self._wanted and not best:
            best = self._passages(found)
        hits = tuple(
            FoundIds(testimony, one.count, one.best)
            for testimony in found
            for one in [best.get(testimony, _Passages())]
        )
        return BackendPage(total, hits, facets.read(self._query, answer.get("aggregations", {})))

    def _testimonies(self, start: int, size: int) -> dict[str, Any]:
        """Those that match, best first and equals newest first; or all, newest first."""
        newest = [{layout.ADDED: "desc"}, {layout.ID: "asc"}]
        request: dict[str, Any] = {
            "query": testimonies(self._query),
            "from": start,
            "size": size,
            "sort": [{"_score": "desc"}, *newest] if self._wanted else newest,
            "track_total_hits": True,
            "aggs": facets.request(self._query),
        }
        if self._query.filters.active:
            # Facets count what other filters leave, so filters come after the query that they count by.
            request["post_filter"] = {"bool": {"filter": facets.filters(self._query)}}
        return self._ask(request)

    def _best_scores(self, among: Sequence[str]) -> dict[str, float]:
        """What the best passage of each is worth."""
        request = {
            "query": passages(self._wanted, among),
            "size": len(among),
            "collapse": {"field": layout.TESTIMONY},
            "track_total_hits": False,
        }
        hits = self._ask(request)["hits"]["hits"]
        return {str(hit["fields"][layout.TESTIMONY][0]): float(hit["_score"]) for hit in hits}

    def _passages(self, among: Sequence[str]) -> dict[str, _Passages]:
        """The passages of each, counted exactly; equals as they were spoken."""
        if not among:
            return {}
        order = [{"_score": "desc"}, {layout.PLACE: "asc"}, {layout.ID: "asc"}]
        best = {"top_hits": {"size": BEST_PASSAGES, "sort": order, **_BARE}}
        request = {
            "query": passages(self._wanted, among),
            "size": 0,
            "track_total_hits": False,
            "aggs": {
                "by": {
                    "terms": {"field": layout.TESTIMONY, "size": len(among)},
                    "aggs": {"best": best},
                }
            },
        }
        found = {}
        for bucket in self._ask(request)["aggregations"]["by"]["buckets"]:
            sorts = [hit["sort"] for hit in bucket["best"]["hits"]["hits"]]
            ids = tuple(str(sort[-1]) for sort in sorts)
            found[str(bucket["key"])] = _Passages(int(bucket["doc_count"]), ids, float(sorts[0][0]))
        return found

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        answer = self._client.search(
            index=self._target,
            body={**_BARE, **request},
            preference=self._preference,
            allow_partial_search_results=False,
        )
        return dict(answer.body)
