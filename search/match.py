"""What a query means, in plain Python, on a reading: the definition that every engine is tested against.

A token matches a word if it has its exact form, or one of its stems: a token has the stem of its own
language, and the word, whose language nobody knows, the stem of each language. So `Mutter` matches `Mütter`
in a German passage and only `Mutter` in a Hebrew one. Tokens match a phrase if they have its exact forms, one
after another, in one stream and without a gap between them; passages follow one another without a gap unless
`gap_before` says so. The description's texts are tokens too, with a gap round each.

A leaf holds if it matches anywhere in the testimony; `And`, `Or` and `Not` join what holds in the testimony.
Marked are the tokens that a positive leaf matched, which is one under no `Not` (or under two). A passage
counts if it has a mark. No tree at all matches everything and marks nothing.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from archive.reading import Passage, Reading
from schemas.query import And, Node, Not, Or
from search import leaves
from search.analysis import Token, tokens
from search.description import FIELDS, described, description_languages
from search.documents import stretches


@dataclass(frozen=True, slots=True)
class MarkedPassage:
    """A passage and the found words in it: [from, to) in its text, code points, in order."""

    passage: Passage
    stream: str
    """The stream's kind: `original` or `translation`."""
    marks: tuple[tuple[int, int], ...]
    joined: frozenset[str] = frozenset()
    """Passages (ids) that share a phrase with this one."""


@dataclass(frozen=True, slots=True)
class Match:
    """Where a testimony holds what was asked for."""

    fields: tuple[str, ...]
    passages: tuple[MarkedPassage, ...]
    """In the order of the reading."""


@dataclass(slots=True)
class _Words:
    """Tokens that follow one another, each with the place in `passages` of the passage it stands in."""

    tokens: list[Token] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    stream: str = ""
    passages: Sequence[Passage] = ()

    def occurrences(self, leaf: leaves.Leaf) -> Iterator[range]:
        """Positions of the tokens, wherever the leaf matches."""
        if isinstance(leaf, leaves.Word):
            for at, token in enumerate(self.tokens):
                if token.exact == leaf.exact or not leaf.stems.isdisjoint(token.stems):
                    yield range(at, at + 1)
            return
        first, length = leaf.exacts[0], len(leaf.exacts)
        for at in range(len(self.tokens) - length + 1):
            if self.tokens[at].exact == first and leaf.exacts == tuple(
                token.exact for token in self.tokens[at : at + length]
            ):
                yield range(at, at + length)


def match(tree: Node | None, reading: Reading) -> Match | None:
    """Where a testimony holds what is asked for, all of it; None where it doesn't match."""
    if tree is None:
        return Match((), ())
    description = _description(reading)
    spoken = [_words(stream.kind, together) for stream, together in stretches(reading)]
    if not _holds(tree, [*(words for _, words in description), *spoken]):
        return None
    wanted = leaves.positive(tree)
    return Match(_fields(wanted, description), tuple(_marked(wanted, spoken)))


def mark(tree: Node | None, reading: Reading, passages: Collection[str]) -> Match:
    """The marks in some passages (ids) of a testimony that is known to match, and in those into which a
    phrase runs from there; and the fields. As `match` has them, but without going through the whole text."""
    wanted = leaves.positive(tree)
    context = max((leaf.weight for leaf in wanted), default=1) - 1
    chosen = set(passages)
    marked = list(_marked(wanted, _near(reading, chosen, context)))
    # A second round: a passage that a phrase runs into is to have all its marks, its neighbours' share too.
    joined = {other for one in marked if one.passage.id in passages for other in one.joined}
    if not joined <= chosen:
        chosen |= joined
        marked = list(_marked(wanted, _near(reading, chosen, context)))
    found = tuple(one for one in marked if one.passage.id in chosen)
    return Match(_fields(wanted, _description(reading)), found)


def _holds(node: Node, texts: Sequence[_Words]) -> bool:
    if isinstance(node, And):
        return all(_holds(part, texts) for part in node.parts)
    if isinstance(node, Or):
        return any(_holds(part, texts) for part in node.parts)
    if isinstance(node, Not):
        return not _holds(node.part, texts)
    leaf = leaves.leaf(node)
    return leaf is not None and any(True for words in texts for _ in words.occurrences(leaf))


def _description(reading: Reading) -> list[tuple[str, _Words]]:
    languages = description_languages(reading)
    return [(name, _Words(tokens(text, *languages))) for name, text in described(reading)]


def _fields(wanted: Sequence[leaves.Leaf], description: Sequence[tuple[str, _Words]]) -> tuple[str, ...]:
    found = {name for name, words in description for leaf in wanted for _ in words.occurrences(leaf)}
    return tuple(name for name in FIELDS if name in found)


def _words(stream: str, passages: Sequence[Passage]) -> _Words:
    words = _Words(stream=stream, passages=passages)
    for place, passage in enumerate(passages):
        found = tokens(passage.text, passage.language)
        words.tokens.extend(found)
        words.places.extend([place] * len(found))
    return words


def _marked(wanted: Sequence[leaves.Leaf], spoken: Iterable[_Words]) -> Iterator[MarkedPassage]:
    for words in spoken:
        positions: set[int] = set()
        joined: dict[int, set[str]] = {}
        for leaf in wanted:
            for found in words.occurrences(leaf):
                positions.update(found)
                places = {words.places[at] for at in found}
                for place in places if len(places) > 1 else ():
                    joined.setdefault(place, set()).update(
                        words.passages[other].id for other in places if other != place
                    )
        marks: dict[int, list[tuple[int, int]]] = {}
        for at in sorted(positions):
            token = words.tokens[at]
            marks.setdefault(words.places[at], []).append((token.start, token.end))
        for place, found_marks in marks.items():
            yield MarkedPassage(
                words.passages[place],
                words.stream,
                tuple(found_marks),
                frozenset(joined.get(place, ())),
            )


def _near(reading: Reading, chosen: Collection[str], context: int) -> list[_Words]:
    """The chosen passages, each with so many around it that `context` words lie on either side."""
    near: list[_Words] = []
    for stream, together in stretches(reading):
        kept: set[int] = set()
        for place, passage in enumerate(together):
            if passage.id not in chosen:
                continue
            kept.add(place)
            for step in (-1, 1):
                there, missing = place + step, context
                while missing > 0 and 0 <= there < len(together):
                    kept.add(there)
                    missing -= len(tokens(together[there].text, together[there].language))
                    there += step
        # Numbers that grow by one have the same distance from their rank.
        for _, group in groupby(enumerate(sorted(kept)), key=lambda pair: pair[1] - pair[0]):
            near.append(_words(stream.kind, [together[place] for _, place in group]))
    return near
