"""Exact counts of facet values among the testimonies that were found."""

from typing import Any

from schemas.query import FACETS, FacetName, SearchQuery
from schemas.results import FacetValue
from search.documents import encodable
from search.elasticsearch_backend import layout
from search.elasticsearch_backend.compilation import Query, chosen


def filters(query: SearchQuery, *, but: FacetName | None = None) -> list[Query]:
    """What the chosen values leave, those of one facet left out."""
    return [
        chosen(name, query.filters.chosen(name))
        for name in FACETS
        if name != but and query.filters.chosen(name)
    ]


def request(query: SearchQuery) -> dict[str, Any]:
    """Aggregations over what the tree leaves: each facet among what the others' filters leave of it."""
    if not query.facet_values:
        return {}
    return {
        name: {
            "filter": {"bool": {"filter": filters(query, but=name)}},
            "aggs": {"values": _terms(name, query), **_chosen(name, query)},
        }
        for name in FACETS
    }


def read(query: SearchQuery, answer: dict[str, Any]) -> dict[FacetName, tuple[FacetValue, ...]]:
    """Each facet's most frequent values, and the chosen ones even where they count nothing."""
    if not query.facet_values:
        return {}
    counted: dict[FacetName, tuple[FacetValue, ...]] = {}
    for name in FACETS:
        buckets = {one["key"]: one["doc_count"] for one in answer[name]["values"]["buckets"]}
        if picked := query.filters.chosen(name):
            found = {one["key"]: one["doc_count"] for one in answer[name]["chosen"]["buckets"]}
            buckets |= {value: found.get(encodable(value), 0) for value in picked}
        ranked = sorted(buckets.items(), key=lambda item: (-item[1], item[0]))
        counted[name] = tuple(FacetValue(value=value, count=count) for value, count in ranked)
    return counted


def _terms(name: FacetName, query: SearchQuery) -> dict[str, Any]:
    # The most frequent first and equals by name is Elasticsearch's own order, and on one shard its counts
    # are exact.
    return {"terms": {"field": layout.FACET_FIELDS[name], "size": query.facet_values}}


def _chosen(name: FacetName, query: SearchQuery) -> dict[str, Any]:
    values = [encodable(value) for value in query.filters.chosen(name)]
    if not values:
        return {}
    found = {"field": layout.FACET_FIELDS[name], "size": len(values), "include": values}
    return {"chosen": {"terms": found}}
