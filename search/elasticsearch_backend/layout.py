"""How documents lie in an Elasticsearch index: its mapping, its settings, and the conversion into it.

Both kinds of document lie in one index, in fields of their own, so that no statistics are mixed and one
refresh shows both. Tokens are indexed as they are (`whitespace`); each run is one value of a field, and
between two values lies a gap. Nothing is stored: what is read of a document is in doc values.
"""

from collections.abc import Iterator
from typing import Any

from schemas.query import FacetName
from search.borders import edges
from search.documents import Documents, PassageDocument, Run, TestimonyDocument, encodable

LAYOUT_VERSION = "1"
"""Part of the indexes' names. Grows with every change here."""

ID = "id"
TESTIMONY = "testimony"
KIND_OF_DOCUMENT = "document"
CHANGE = "change"
ADDED = "added"
PLACE = "place"
WHOLE_EXACT, WHOLE_STEM = "whole_exact", "whole_stem"
PASSAGE_EXACT, PASSAGE_STEM, PASSAGE_EDGES = "passage_exact", "passage_stem", "passage_edges"

FACET_FIELDS: dict[FacetName, str] = {
    "collection": "facet_collection",
    "language": "facet_language",
    "place": "facet_place",
    "year": "facet_year",
    "kind": "facet_kind",
}

_GAP_WORDS = 1_000
"""Positions between two runs: more than any search for nearness will ever bridge."""

_LONGEST_VALUE = 8_000
"""Code points of a facet's value that is counted; Lucene refuses a term of more than 32,766 bytes."""


def _words(**more: Any) -> dict[str, Any]:
    return {"type": "text", "analyzer": "whitespace", **more}


MAPPING: dict[str, Any] = {
    "dynamic": "strict",
    # What was said is kept in the record alone; a search gives ids.
    "_source": {"enabled": False},
    "properties": {
        ID: {"type": "keyword"},
        TESTIMONY: {"type": "keyword"},
        KIND_OF_DOCUMENT: {"type": "keyword"},
        CHANGE: {"type": "long"},
        ADDED: {"type": "long"},
        PLACE: {"type": "integer"},
        **{name: {"type": "keyword", "ignore_above": _LONGEST_VALUE} for name in FACET_FIELDS.values()},
        # Phrases need positions of exact forms alone.
        WHOLE_EXACT: _words(position_increment_gap=_GAP_WORDS),
        WHOLE_STEM: _words(index_options="freqs"),
        PASSAGE_EXACT: _words(),
        PASSAGE_STEM: _words(index_options="freqs"),
        PASSAGE_EDGES: _words(index_options="docs", norms=False),
    },
}

SETTINGS: dict[str, Any] = {
    # One shard, so that facets are exact: 60,000 testimonies of two hours are some 20 million documents.
    "number_of_shards": 1,
    "auto_expand_replicas": "0-1",
    # What is written is seen when a batch ends, and not before.
    "refresh_interval": "-1",
    "translog.durability": "request",
    # A deleted word is to go, however few were deleted beside it (Elasticsearch's default lets a tenth stay).
    "merge.policy.expunge_deletes_allowed": 0,
    "max_result_window": 2_000_000,
}


def rows(documents: Documents) -> Iterator[tuple[str, dict[str, Any]]]:
    """Id and document of a testimony's passages, and of the testimony last: until it is in, nothing of what
    is new is found."""
    for place, passage in enumerate(documents.passages):
        yield passage.id, _passage(passage, place)
    yield documents.testimony.id, _testimony(documents.testimony)


def _testimony(document: TestimonyDocument) -> dict[str, Any]:
    facets: dict[FacetName, tuple[str, ...]] = {
        "collection": (document.collection,),
        "language": document.languages,
        "place": document.places,
        "year": document.years,
        "kind": (document.kind,),
    }
    return {
        ID: document.id,
        TESTIMONY: document.id,
        KIND_OF_DOCUMENT: "testimony",
        CHANGE: document.change,
        ADDED: document.added,
        **{FACET_FIELDS[name]: [encodable(value) for value in values] for name, values in facets.items()},
        WHOLE_EXACT: [" ".join(run.exacts) for run in document.runs],
        WHOLE_STEM: [_stems(run) for run in document.runs],
    }


def _passage(document: PassageDocument, place: int) -> dict[str, Any]:
    return {
        ID: document.id,
        TESTIMONY: document.testimony,
        KIND_OF_DOCUMENT: "passage",
        PLACE: place,
        PASSAGE_EXACT: " ".join(document.run.exacts),
        PASSAGE_STEM: _stems(document.run),
        PASSAGE_EDGES: " ".join(edges(document)),
    }


def _stems(run: Run) -> str:
    return " ".join(stem for stems in run.stems for stem in stems)
