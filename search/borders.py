"""The words around a passage's borders, as terms of its document: so a phrase that runs over a border is
found without reading the passages beside. Every engine writes them and asks for them.
"""

from collections.abc import Iterator, Sequence

from search.documents import NEIGHBOURS, PassageDocument


def edge(side: str, distance: int, exact: str) -> str:
    """The term that says which word stands at a distance from the beginning (side `b`) or the end (`e`) of a
    passage: 0 is the first word after that border, -1 the last before it. A phrase over the border is then
    simply so many such terms."""
    return f"{side}{distance}:{exact}"


def edges(document: PassageDocument) -> Iterator[str]:
    """All the terms of a passage."""
    words = (*document.before, *document.run.exacts, *document.after)
    begin = len(document.before)
    for side, border in (("b", begin), ("e", begin + len(document.run.exacts))):
        for at in range(max(0, border - NEIGHBOURS), min(len(words), border + NEIGHBOURS)):
            yield edge(side, at - border, words[at])


def crossings(exacts: Sequence[str]) -> Iterator[list[str]]:
    """The ways in which a phrase begins before one of a passage's borders and ends behind it, cut at each
    place: terms that stand there all together. Of a phrase longer than the borders know, the words next to
    them are looked at."""
    for side in ("b", "e"):
        for cut in range(1, len(exacts)):
            yield [
                edge(side, at - cut, exact)
                for at, exact in enumerate(exacts)
                if -NEIGHBOURS <= at - cut < NEIGHBOURS
            ]
