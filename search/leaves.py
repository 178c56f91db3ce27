"""What the leaves of a query tree look for, in the forms that tokens have: read by `match` and by backends.

A word is found in the form typed, or by its stem where the text's language has a stemmer: `Mutter` finds
`Mütter` in a German passage. A phrase is found in its very words (but for what `forms.exact` levels).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from schemas.query import And, Node, Not, Or, Phrase, Term
from search.analysis import tokens
from search.forms import stems


@dataclass(frozen=True, slots=True)
class Word:
    """A token matches if its exact form is this one, or if it has one of these stems."""

    exact: str
    stems: frozenset[str]

    @property
    def weight(self) -> int:
        """How many words it counts for, where a passage with more of them is better."""
        return 1


@dataclass(frozen=True, slots=True)
class Sequence:
    """Tokens match if their exact forms are these, one after another without a gap."""

    exacts: tuple[str, ...]

    @property
    def weight(self) -> int:
        """How many words it counts for, where a passage with more of them is better."""
        return len(self.exacts)


Leaf = Word | Sequence


def leaf(node: Term | Phrase) -> Leaf | None:
    """What a term or phrase looks for; None, which is found nowhere, where there is no word in it."""
    words = (node.word,) if isinstance(node, Term) else node.words
    found = [(token.exact, word[token.start : token.end]) for word in words for token in tokens(word)]
    if not found:
        return None
    if isinstance(node, Term) and len(found) == 1:
        return Word(found[0][0], stems(found[0][1]))
    return Sequence(tuple(exact for exact, _ in found))


def positive(tree: Node | None) -> tuple[Leaf, ...]:
    """The distinct leaves that are asked for, not excluded: those whose words are marked and make passages
    count."""
    return tuple(dict.fromkeys(_positive(tree, True))) if tree else ()


def _positive(node: Node, wanted: bool) -> Iterator[Leaf]:
    if isinstance(node, Not):
        yield from _positive(node.part, not wanted)
    elif isinstance(node, And | Or):
        for part in node.parts:
            yield from _positive(part, wanted)
    elif wanted and (found := leaf(node)):
        yield found
