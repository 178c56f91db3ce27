"""How documents lie in a Tantivy index: its fields, and the conversion into them.

Both kinds of document lie in one index, so that a commit shows both or neither, in fields of their own, so
that no statistics are mixed. Tokens come in as they are, separated by spaces: handing Tantivy every token as
an object of its own took 180 ms for 30,000 words, one string 3 ms.
"""

import hashlib
from collections.abc import Iterable, Iterator

import tantivy

from schemas.query import FacetName
from search.borders import edges
from search.documents import Documents, PassageDocument, Run, TestimonyDocument, encodable

LAYOUT_VERSION = "2"
"""Part of the folders' names. Grows with every change here."""

ID = "id"
TESTIMONY = "testimony"
NUMBER = "number"
CHANGE = "change"
KIND_OF_DOCUMENT = "document"
ADDED = "added"
WHOLE_EXACT, WHOLE_STEM = "whole_exact", "whole_stem"
PASSAGE_EXACT, PASSAGE_STEM, PASSAGE_EDGES = "passage_exact", "passage_stem", "passage_edges"

FACET_FIELDS: dict[FacetName, str] = {
    "collection": "collection",
    "language": "language",
    "place": "place",
    "year": "year",
    "kind": "kind",
}

_GAP_WORDS = 1_000
"""Positions between two runs: more than any search for nearness will ever bridge."""

# Positions follow on from one value of a field to the next, so a value of one token far from its beginning
# pushes the next run away. No token of ours has a space in it, so nobody ever searches for this one.
_GAP = tantivy.PreTokenizedString("", [tantivy.Token(" ", _GAP_WORDS, 0, 1)])


def build_schema() -> tantivy.Schema:
    """The fields. Phrases need positions of exact forms alone; the rest does without them."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field(ID, stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(TESTIMONY, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(KIND_OF_DOCUMENT, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(CHANGE, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field(NUMBER, indexed=True, fast=True)
    builder.add_integer_field(ADDED, fast=True)
    for field in FACET_FIELDS.values():
        builder.add_text_field(field, tokenizer_name="raw", index_option="basic", fast=True)
    for field in (WHOLE_EXACT, PASSAGE_EXACT):
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="position")
    for field in (WHOLE_STEM, PASSAGE_STEM):
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field(PASSAGE_EDGES, tokenizer_name="whitespace", index_option="basic")
    return builder.build()


def number(testimony: str) -> int:
    """A number for a testimony's id, which passages are gathered by without reading their ids.

    63 bits of a digest: among the 200 that are compared at a time two never share one.
    """
    return int.from_bytes(hashlib.blake2b(testimony.encode(), digest_size=8).digest()) >> 1


def rows(documents: Documents) -> Iterator[tantivy.Document]:
    """Tantivy's documents for a testimony and its passages."""
    yield _testimony(documents.testimony)
    for passage in documents.passages:
        yield _passage(passage)


def _testimony(document: TestimonyDocument) -> tantivy.Document:
    row = _row("testimony", document.id, document.id)
    row.add_text(CHANGE, f"{document.id}@{document.change}")
    row.add_integer(ADDED, document.added)
    facets: dict[FacetName, Iterable[str]] = {
        "collection": (document.collection,),
        "language": document.languages,
        "place": document.places,
        "year": document.years,
        "kind": (document.kind,),
    }
    for name, values in facets.items():
        for value in values:
            row.add_text(FACET_FIELDS[name], encodable(value))
    for count, run in enumerate(document.runs):
        if count:
            row.add_pre_tokenized_text(WHOLE_EXACT, _GAP)
        row.add_text(WHOLE_EXACT, " ".join(run.exacts))
        row.add_text(WHOLE_STEM, _stems(run))
    return row


def _passage(document: PassageDocument) -> tantivy.Document:
    row = _row("passage", document.testimony, document.id)
    row.add_text(PASSAGE_EXACT, " ".join(document.run.exacts))
    row.add_text(PASSAGE_STEM, _stems(document.run))
    row.add_text(PASSAGE_EDGES, " ".join(edges(document)))
    return row


def _row(kind: str, testimony: str, document: str) -> tantivy.Document:
    row = tantivy.Document()
    row.add_text(KIND_OF_DOCUMENT, kind)
    row.add_text(TESTIMONY, testimony)
    row.add_text(ID, document)
    row.add_integer(NUMBER, number(testimony))
    return row


def _stems(run: Run) -> str:
    return " ".join(stem for stems in run.stems for stem in stems)
