"""Exact counts of facet values among the testimonies that were found."""

from collections.abc import Sequence
from typing import Any

import tantivy
from tantivy import Occur, Query

from schemas.query import FACETS, FacetName, SearchQuery
from schemas.results import FacetValue
from search.tantivy_backend import layout
from search.tantivy_backend.compilation import Compiler

# Tantivy gives up at 65,000 buckets in one answer, so five facets may have this many each.
_BUCKETS = 10_000
# Counts are wrong over several segments unless each hands over all its values (42 of 50 buckets with 3,000
# places), so this must be above the number of distinct values.
_SEGMENT_BUCKETS = 100_000_000


def count_facets(
    searcher: tantivy.Searcher, compiler: Compiler, query: SearchQuery
) -> dict[FacetName, tuple[FacetValue, ...]]:
    """Each facet's most frequent values, and the chosen ones even where they count nothing, among what the
    query and the filters of the other facets leave."""
    if not query.facet_values:
        return {}
    filtered = [name for name in FACETS if query.filters.chosen(name)]
    rest = [name for name in FACETS if name not in filtered]
    buckets = _buckets(searcher, compiler.testimonies(query), rest)
    counted = {}
    for name in FACETS:
        if name in filtered:
            among = compiler.testimonies(query, without_filter=name)
            buckets |= _buckets(searcher, among, [name])
            for value in query.filters.chosen(name):
                if value not in buckets[name]:
                    one = Query.boolean_query(
                        [(Occur.Must, among), (Occur.Must, compiler.value(name, value))]
                    )
                    buckets[name][value] = count_found(searcher, one)
        ranked = sorted(buckets[name].items(), key=lambda item: (-item[1], item[0]))
        chosen = query.filters.chosen(name)
        counted[name] = tuple(
            FacetValue(value=value, count=count)
            for rank, (value, count) in enumerate(ranked)
            if rank < query.facet_values or value in chosen
        )
    return counted


def count_found(searcher: tantivy.Searcher, query: Query) -> int:
    """Exactly how many documents a query finds."""
    return total(searcher.search(query, limit=1))


def count_by_number(searcher: tantivy.Searcher, query: Query) -> dict[int, int]:
    """Exactly how many documents a query finds of each testimony, by the testimony's number."""
    request = {
        "numbers": {"terms": {"field": layout.NUMBER, "size": _BUCKETS, "segment_size": _SEGMENT_BUCKETS}}
    }
    buckets = searcher.aggregate(query, request)["numbers"]["buckets"]
    return {int(bucket["key"]): bucket["doc_count"] for bucket in buckets}


def total(result: tantivy.SearchResult) -> int:
    """Exactly how many documents were found, also beyond those that the result lists."""
    count: int = result.count  # type: ignore[attr-defined]  # Tantivy's stubs lack it
    return count


def _buckets(
    searcher: tantivy.Searcher, among: Query, names: Sequence[FacetName]
) -> dict[FacetName, dict[str, int]]:
    if not names:
        return {}
    request: dict[str, Any] = {
        name: {
            "terms": {
                "field": layout.FACET_FIELDS[name],
                "size": _BUCKETS,
                "segment_size": _SEGMENT_BUCKETS,
            }
        }
        for name in names
    }
    answer = searcher.aggregate(among, request)
    return {
        name: {bucket["key"]: bucket["doc_count"] for bucket in answer[name]["buckets"]} for name in names
    }
