"""From a neutral query to Tantivy's: which testimonies match, and which of their passages."""

from collections.abc import Collection, Iterable, Sequence

import tantivy
from tantivy import Occur, Query

from schemas.query import FACETS, And, FacetName, Node, Not, Or, SearchQuery
from search import leaves
from search.borders import crossings
from search.documents import encodable
from search.tantivy_backend import layout

_EXACT_COUNTS = 2.0
"""The very form that was typed is worth so many times a word of the same stem."""

_WORD_COUNTS = 1_000.0
"""Added for each word of the query that a passage holds: more than any score, so that most of the words comes
first and the score decides among equals."""


class Compiler:
    """Makes queries for one index, which holds stems in these languages."""

    def __init__(self, schema: tantivy.Schema, languages: Collection[str]) -> None:
        self._schema, self._languages = schema, languages
        self._testimonies = _silent(self._term(layout.KIND_OF_DOCUMENT, "testimony"))

    def testimonies(self, query: SearchQuery, *, without_filter: FacetName | None = None) -> Query:
        """Testimonies that match the tree and the filters (but for one facet's) and aren't left out."""
        clauses = [(Occur.Must, self._testimonies)]
        if query.tree is not None:
            clauses.append((Occur.Must, self._node(query.tree)))
        for name in FACETS:
            chosen = query.filters.chosen(name)
            if chosen and name != without_filter:
                values = [encodable(value) for value in chosen]
                clauses.append((Occur.Must, _silent(self._any(layout.FACET_FIELDS[name], values))))
        if query.without:
            left_out = [encodable(testimony) for testimony in sorted(query.without)]
            clauses.append((Occur.MustNot, self._any(layout.TESTIMONY, left_out)))
        return Query.boolean_query(clauses)

    def value(self, name: FacetName, value: str) -> Query:
        """Testimonies with this value in a facet."""
        return _silent(self._term(layout.FACET_FIELDS[name], encodable(value)))

    def passages(self, wanted: Iterable[leaves.Leaf], numbers: Sequence[int]) -> Query:
        """Passages with anything that is wanted, of the testimonies with these numbers, best first."""
        among = _silent(self._any(layout.NUMBER, numbers))
        return Query.boolean_query([(Occur.Must, self._passage(wanted)), (Occur.Must, among)])

    def _node(self, node: Node) -> Query:
        if isinstance(node, And):
            clauses = [
                (Occur.MustNot, self._node(part.part))
                if isinstance(part, Not)
                else (Occur.Must, self._node(part))
                for part in node.parts
            ]
            if all(occur == Occur.MustNot for occur, _ in clauses):
                # Exclusions alone would match nothing.
                clauses.append((Occur.Must, _silent(Query.all_query())))
            return Query.boolean_query(clauses)
        if isinstance(node, Or):
            return self._either([self._node(part) for part in node.parts])
        if isinstance(node, Not):
            return self._node(And(parts=(node,)))
        leaf = leaves.leaf(node)
        if leaf is None:
            return Query.empty_query()
        if isinstance(leaf, leaves.Word):
            return self._word(leaf, layout.WHOLE_EXACT, layout.WHOLE_STEM)
        return self._sequence(leaf.exacts, layout.WHOLE_EXACT)

    def _passage(self, wanted: Iterable[leaves.Leaf]) -> Query:
        options = []
        for leaf in wanted:
            if isinstance(leaf, leaves.Word):
                found = self._word(leaf, layout.PASSAGE_EXACT, layout.PASSAGE_STEM)
                options.append(found)
            else:
                # A phrase is there or not; to look for it once more for its score would cost as much again.
                inside = self._sequence(leaf.exacts, layout.PASSAGE_EXACT)
                found = self._either([inside, *self._over_borders(leaf.exacts)])
            options.append(Query.const_score_query(found, _WORD_COUNTS * leaf.weight))
        return self._either(options)

    def _word(self, word: leaves.Word, exact_field: str, stem_field: str) -> Query:
        exact = Query.boost_query(self._term(exact_field, word.exact), _EXACT_COUNTS)
        held = sorted(stem for stem in word.stems if stem.partition(":")[0] in self._languages)
        stems = [self._term(stem_field, stem) for stem in held]
        # The best of them, not the sum: a word in three languages is not three words.
        return Query.disjunction_max_query([exact, *stems])

    def _sequence(self, exacts: Sequence[str], field: str) -> Query:
        if len(exacts) == 1:
            return self._term(field, exacts[0])
        return Query.phrase_query(self._schema, field, list(exacts))

    def _over_borders(self, exacts: Sequence[str]) -> list[Query]:
        return [
            Query.boolean_query([(Occur.Must, self._term(layout.PASSAGE_EDGES, term)) for term in terms])
            for terms in crossings(exacts)
        ]

    def _either(self, options: Sequence[Query]) -> Query:
        return Query.boolean_query([(Occur.Should, option) for option in options])

    def _term(self, field: str, value: str) -> Query:
        return Query.term_query(self._schema, field, value)

    def _any(self, field: str, values: Sequence[str] | Sequence[int]) -> Query:
        return Query.term_set_query(self._schema, field, values)


def _silent(query: Query) -> Query:
    """A query that restricts and adds nothing to the score."""
    return Query.const_score_query(query, 0.0)
