"""What an index holds, beyond what a search finds: ids, numbers of changes, and what deleted documents lie
beside."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import tantivy

from archive.errors import SearchUnavailable
from search.tantivy_backend import layout
from search.tantivy_backend.facets import total
from search.tantivy_backend.soundness import segments

_TOGETHER = 200
"""Testimonies whose documents are looked at in one search."""


def read_ids(searcher: tantivy.Searcher) -> frozenset[str]:
    """Ids of all the documents."""
    return frozenset(_terms(searcher, layout.ID))


def read_changes(searcher: tantivy.Searcher) -> dict[str, int]:
    """The testimonies, each with the number of the change that it was made from."""
    changes = {}
    for term in _terms(searcher, layout.CHANGE):
        testimony, _, number = term.rpartition("@")
        changes[testimony] = int(number)
    return changes


def find_soiled(folder: Path, index: tantivy.Index) -> frozenset[str]:
    """The testimonies of which a document lies in one segment with a deleted one. Only for who holds the
    right to write.

    Tantivy merges when it likes and never on demand, and until then a segment keeps the words of what was
    deleted in it. But one in which everything is deleted goes at once, files and all: so once these are
    written again, elsewhere, no such word is left.
    """
    told = segments(folder)
    soiled = {segment.order for segment in told if segment.deleted}
    if not soiled:
        return frozenset()
    searcher = index.searcher()
    testimonies = sorted(_terms(searcher, layout.TESTIMONY))
    found, counted = set[str](), Counter[int]()
    for start in range(0, len(testimonies), _TOGETHER):
        addresses = _documents(index, searcher, testimonies[start : start + _TOGETHER])
        counted.update(address.segment_ord for address in addresses)
        beside = [address for address in addresses if address.segment_ord in soiled]
        numbers = set(searcher.fast_field_values(layout.NUMBER, beside)) if beside else set()
        found |= {one for one in testimonies[start : start + _TOGETHER] if layout.number(one) in numbers}
    if counted != Counter({each.order: each.documents - each.deleted for each in told}):
        raise SearchUnavailable(
            "Tantivy does not number its segments in the order of meta.json; nothing can be purged."
        )
    return frozenset(found)


def _documents(
    index: tantivy.Index, searcher: tantivy.Searcher, testimonies: Sequence[str]
) -> list[tantivy.DocAddress]:
    query = tantivy.Query.term_set_query(
        index.schema, layout.NUMBER, [layout.number(testimony) for testimony in testimonies]
    )
    count = total(searcher.search(query, limit=1))
    return [address for _, address in searcher.search(query, limit=max(1, count)).hits]


def _terms(searcher: tantivy.Searcher, field: str) -> Iterator[str]:
    # The filter leaves out what was removed and is not yet merged away.
    for term, _ in searcher.terms_with_prefix(field, "", tantivy.Query.all_query()):
        yield term
