"""What is asked of a generated archive: words as rare or common as wanted, and what they are joined to."""

import random
from collections.abc import Callable, Iterator
from itertools import pairwise

from bench.generated import generate_testimony, vocabulary

QUESTIONS = 20
"""Different ones of each kind, so that no cache answers for the engine."""

_WORDS_OF_PASSAGE = 60
_RARE, _MIDDLING, _COMMON = 1 / 5_000, 1 / 100, 1 / 4
"""In so many of the passages of a language is such a word, about."""


def make_questions() -> dict[str, list[str]]:
    """Queries as people type them, by their kind."""
    rare, middling, common = (_words(share) for share in (_RARE, _MIDDLING, _COMMON))
    pairs = list(zip(middling, reversed(middling), strict=True))
    return {
        "rare word": rare,
        "middling word": middling,
        "common word": common,
        "two words": [f"{one} {other}" for one, other in pairs],
        "phrase": list(_phrases(lambda rank: 20 <= rank < 2_000)),
        "phrase of common words": list(_phrases(lambda rank: rank < 20)),
        "exclusion": [f"{one} -{other}" for one, other in zip(common, middling, strict=True)],
    }


def _words(share: float) -> list[str]:
    """English words of which each is in about this share of the English passages."""
    words = vocabulary("en")
    rank = words.rank_of(1 - (1 - share) ** (1 / _WORDS_OF_PASSAGE))
    first = max(0, rank - QUESTIONS // 2)
    return list(words.words[first : first + QUESTIONS])


def _phrases(wanted: Callable[[int], bool]) -> Iterator[str]:
    """Two words that somebody said one after the other, both of the ranks that are wanted."""
    ranks = vocabulary("en").ranks
    numbers = (number for number in range(10_000))
    found: dict[str, None] = {}
    chance = random.Random("phrases")  # noqa: S311 - the same questions each time
    while len(found) < QUESTIONS:
        testimony = generate_testimony(next(numbers), passages=20)
        if testimony.language != "en":
            continue
        (passages,) = testimony.recordings
        said = chance.choice(passages).text.lower().replace(",", "").split(" ")
        for one, other in pairwise(said):
            if one in ranks and other in ranks and wanted(ranks[one]) and wanted(ranks[other]):
                found[f'"{one} {other}"'] = None
                break
    yield from found
