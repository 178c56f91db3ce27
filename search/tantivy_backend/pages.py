"""One search, on one view of an index from beginning to end."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import tantivy

from schemas.query import SearchQuery
from search import leaves
from search.backend import BEST_PASSAGES, REORDERED, BackendPage, FoundIds
from search.tantivy_backend import layout
from search.tantivy_backend.facets import count_by_number, count_facets, count_found, total
from search.tantivy_backend.views import View

_PASSAGES_READ = 1_000
"""Of the passages of several testimonies, the best so many are gathered at once; Tantivy can't group."""


@dataclass(slots=True)
class _Passages:
    """The passages of one testimony (by its number) that were found: how many, and the best."""

    count: int = 0
    best: list[tantivy.DocAddress] = field(default_factory=list)


class Search:
    """Finds one page. Testimonies' documents decide what is found and counted; the first 200 by their score
    are put in the order of their best passages."""

    def __init__(self, view: View, query: SearchQuery) -> None:
        self._searcher, self._compiler, self._query = view.searcher, view.compiler, query
        self._wanted = leaves.positive(query.tree)
        self._matching = view.compiler.testimonies(query)

    def page(self) -> BackendPage:
        """Ids and counts."""
        offset = (self._query.page - 1) * self._query.size
        found = count_found(self._searcher, self._matching)
        hits: tuple[FoundIds, ...] = ()
        if offset < found:
            hits = self._best_first(offset) if self._wanted else self._newest_first(offset)
        return BackendPage(found, hits, count_facets(self._searcher, self._compiler, self._query))

    def _newest_first(self, offset: int) -> tuple[FoundIds, ...]:
        newest = self._searcher.search(
            self._matching,
            limit=self._query.size,
            offset=offset,
            count=False,
            order_by_field=layout.ADDED,
        )
        return tuple(FoundIds(self._id(address)) for _, address in newest.hits)

    def _best_first(self, offset: int) -> tuple[FoundIds, ...]:
        size = self._query.size
        shown: list[tantivy.DocAddress] = []
        gathered: dict[int, _Passages] | None = None
        if offset < REORDERED:
            ranked, gathered = self._reordered(self._equals_newest_first(0, REORDERED))
            shown = ranked[offset : offset + size]
        if offset + size > REORDERED:
            start = max(offset, REORDERED)
            shown += self._by_own_score(start, offset + size - start)
            gathered = None
        numbers = self._numbers(shown)
        if gathered is None:
            gathered = self._completed(numbers)
        return tuple(
            self._found(address, gathered.get(number, _Passages()))
            for address, number in zip(shown, numbers, strict=True)
        )

    def _equals_newest_first(self, offset: int, limit: int) -> list[tantivy.DocAddress]:
        """As `_by_own_score`, but that equals don't stand in the order in which they were last written: that
        would tell of changes which nobody may see."""
        found = self._searcher.search(self._matching, limit=limit, offset=offset, count=False).hits
        addresses = [address for _, address in found]
        added = self._searcher.fast_field_values(layout.ADDED, addresses)
        ranked = zip(found, added, self._numbers(addresses), strict=True)
        return [
            address
            for (_, address), _, _ in sorted(ranked, key=lambda one: (-one[0][0], -(one[1] or 0), one[2]))
        ]

    def _by_own_score(self, offset: int, limit: int) -> list[tantivy.DocAddress]:
        best = self._searcher.search(self._matching, limit=limit, offset=offset, count=False)
        return [address for _, address in best.hits]

    def _reordered(
        self, addresses: Sequence[tantivy.DocAddress]
    ) -> tuple[list[tantivy.DocAddress], dict[int, _Passages] | None]:
        """The same testimonies, those with the best passages first; and their passages, if all were read."""
        numbers = self._numbers(addresses)
        gathered, whole = self._gathered(numbers)
        ranks = {number: rank for rank, number in enumerate(gathered)}
        # Sorting is stable: those found by their description alone, or by passages beyond those read, keep
        # their order behind the others.
        order = sorted(range(len(addresses)), key=lambda at: ranks.get(numbers[at], len(ranks)))
        return [addresses[at] for at in order], gathered if whole else None

    def _gathered(
        self, numbers: Sequence[int], limit: int = _PASSAGES_READ
    ) -> tuple[dict[int, _Passages], bool]:
        """Passages by testimony, in the order of the best of each, equals in that of `numbers`; and whether
        these are all."""
        best = self._searcher.search(self._compiler.passages(self._wanted, numbers), limit=limit)
        addresses = [address for _, address in best.hits]
        places = {number: place for place, number in enumerate(numbers)}
        scored = zip(best.hits, self._numbers(addresses), strict=True)
        gathered: dict[int, _Passages] = {}
        for (_, address), number in sorted(scored, key=lambda one: (-one[0][0], places[one[1]])):
            passages = gathered.setdefault(number, _Passages())
            passages.count += 1
            if len(passages.best) < BEST_PASSAGES:
                passages.best.append(address)
        return gathered, total(best) == len(addresses)

    def _completed(self, numbers: Sequence[int]) -> dict[int, _Passages]:
        """The passages of the testimonies shown, counted exactly."""
        gathered, whole = self._gathered(numbers)
        if whole:
            return gathered
        counts = count_by_number(self._searcher, self._compiler.passages(self._wanted, numbers))
        for number, count in counts.items():
            passages = gathered.setdefault(number, _Passages())
            if len(passages.best) < min(count, BEST_PASSAGES):
                passages.best = self._gathered([number], BEST_PASSAGES)[0][number].best
            passages.count = count
        return gathered

    def _found(self, address: tantivy.DocAddress, passages: _Passages) -> FoundIds:
        return FoundIds(self._id(address), passages.count, tuple(self._id(one) for one in passages.best))

    def _numbers(self, addresses: Sequence[tantivy.DocAddress]) -> list[int]:
        return [int(value or 0) for value in self._searcher.fast_field_values(layout.NUMBER, list(addresses))]

    def _id(self, address: tantivy.DocAddress) -> str:
        return str(self._searcher.doc(address).get_first(layout.ID))
