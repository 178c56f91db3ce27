"""From a neutral query to Elasticsearch's: which testimonies match, and which of their passages."""

from collections.abc import Iterable, Sequence
from typing import Any

from schemas.query import And, FacetName, Node, Not, Or, SearchQuery
from search import leaves
from search.borders import crossings
from search.documents import encodable
from search.elasticsearch_backend import layout

_EXACT_COUNTS = 2.0
"""The very form that was typed is worth so many times a word of the same stem."""

_WORD_COUNTS = 1_000.0
"""Given for each word of the query that a passage holds: most of the words comes first."""

Query = dict[str, Any]

_ALL: Query = {"match_all": {"boost": 0.0}}
_NONE: Query = {"match_none": {}}


def testimonies(query: SearchQuery) -> Query:
    """Testimonies that match the tree and aren't left out; the filters come on top."""
    found: Query = {"filter": [_term(layout.KIND_OF_DOCUMENT, "testimony")]}
    if query.tree is not None:
        found["must"] = [_node(query.tree)]
    if query.without:
        left_out = [encodable(testimony) for testimony in sorted(query.without)]
        found["must_not"] = [{"terms": {layout.TESTIMONY: left_out}}]
    return {"bool": found}


def chosen(name: FacetName, values: Sequence[str]) -> Query:
    """Testimonies with one of these values in a facet."""
    return {"terms": {layout.FACET_FIELDS[name]: [encodable(value) for value in values]}}


def passages(wanted: Iterable[leaves.Leaf], among: Sequence[str]) -> Query:
    """Passages with anything that is wanted, of these testimonies; the score is how much of it."""
    options = []
    for leaf in wanted:
        if isinstance(leaf, leaves.Word):
            stems = {"terms": {layout.PASSAGE_STEM: sorted(leaf.stems)}}
            found = _either([_term(layout.PASSAGE_EXACT, leaf.exact), stems])
        else:
            # A phrase is there or not; to look for it once more for its score would cost as much again.
            over_borders = [_all_of(terms) for terms in crossings(leaf.exacts)]
            found = _either([_sequence(leaf.exacts, layout.PASSAGE_EXACT), *over_borders])
        options.append({"constant_score": {"filter": found, "boost": _WORD_COUNTS * leaf.weight}})
    of_these = {"terms": {layout.TESTIMONY: list(among)}}
    return {"bool": {"filter": [of_these], "should": options, "minimum_should_match": 1}}


def _node(node: Node) -> Query:
    if isinstance(node, And):
        must = [_node(part) for part in node.parts if not isinstance(part, Not)]
        must_not = [_node(part.part) for part in node.parts if isinstance(part, Not)]
        return {"bool": {"must": must or [_ALL], "must_not": must_not}}
    if isinstance(node, Or):
        return _either([_node(part) for part in node.parts])
    if isinstance(node, Not):
        return _node(And(parts=(node,)))
    leaf = leaves.leaf(node)
    if leaf is None:
        return _NONE
    if isinstance(leaf, leaves.Word):
        exact = {"term": {layout.WHOLE_EXACT: {"value": leaf.exact, "boost": _EXACT_COUNTS}}}
        stems = [_term(layout.WHOLE_STEM, stem) for stem in sorted(leaf.stems)]
        # The best of them, not the sum: a word in three languages is not three words.
        return {"dis_max": {"queries": [exact, *stems]}}
    return _sequence(leaf.exacts, layout.WHOLE_EXACT)


def _sequence(exacts: Sequence[str], field: str) -> Query:
    if len(exacts) == 1:
        return _term(field, exacts[0])
    return {"match_phrase": {field: {"query": " ".join(exacts), "analyzer": "whitespace"}}}


def _all_of(edges: Iterable[str]) -> Query:
    return {"bool": {"filter": [_term(layout.PASSAGE_EDGES, edge) for edge in edges]}}


def _either(options: Sequence[Query]) -> Query:
    return {"bool": {"should": list(options), "minimum_should_match": 1}} if options else _NONE


def _term(field: str, value: str) -> Query:
    return {"term": {field: value}}
