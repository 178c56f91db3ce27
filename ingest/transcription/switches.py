"""Where a speaker changes from one language to another, within the half minute that Whisper hears at once.

Whisper is told one language, and turns whatever it hears into it: a passage in another one becomes a
translation, words that nobody spoke. A wrong switch invents as much, so a language needs proof. The figures
and what they rest on: docs/decisions/languages-of-a-recording.md.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, TypeAlias

from schemas.recognition import WindowRecognition

GLANCE_S = 10
"""Length of the slices in which a chunk is looked at first. Looked at whole, half a minute counted as German
with 0.98 though 12 s of it were French."""
SLICE_S = 5
"""Length of a slice; slices begin a second after each other."""
SHORT_SLICE_S = 3
"""Length of the slices in which the change itself is looked for."""
SURE = 0.9
"""A chunk whose every glance is the recording's language with at least this is not looked into further. A
slice counts for another language from here on, too."""
SURE_OF_LITTLE = 0.95
"""What a chunk too short for a proof by slices has to reach."""
PROOF = 3
"""So many slices running, seven seconds of sound. Where nobody switched, three in a row had 0.84 at most."""
_CHANGE_COSTS = 3.0
"""In the natural logarithm of a slice's probability: one doubtful slice is no change and back."""
_LEAST = 1e-3

FOLLOWING: Final[dict[str, float]] = {
    "sure": SURE,
    "sure_of_little": SURE_OF_LITTLE,
    "glance_s": GLANCE_S,
    "slice_s": SLICE_S,
    "slices": PROOF,
    "change_costs": _CHANGE_COSTS,
}
"""The figures above, to be kept with what was heard by them."""

Probabilities: TypeAlias = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Stretch:
    """One language, from second `start_s` of a chunk to the next stretch; that may be 3 s off."""

    language: str
    start_s: int


def find_stretches(slices: Sequence[Probabilities], own: str, expected: str | None = None) -> list[Stretch]:
    """The languages of a chunk in order, from the probabilities of its slices; at least one stretch.

    `own` is the recording's language, which needs no proof. Nor does `expected`, at the start: the chunk
    before was cut where this language was proven to begin.
    """
    proven = _proven(slices) | ({expected} if expected else set())
    if not proven - {own}:
        return [Stretch(own, 0)]
    path = _likeliest(slices, [own, *sorted(proven - {own})])
    found: list[Stretch] = []
    first = 0
    for likeliest, run in groupby(path):
        end = first + len(list(run))
        # What is proven elsewhere in the chunk is not proven here.
        known = _proven(slices[first:end]) | ({expected} if len(found) < 2 else set())
        language = likeliest if likeliest in known else own
        if not found:
            found.append(Stretch(language, 0))
        elif found[-1].language != language:
            # Between the middles of the last slice before and the first after.
            found.append(Stretch(language, first + SLICE_S // 2))
        first = end
    return found


def find_change(slices: Sequence[Probabilities], before: str, after: str) -> int:
    """Where, in seconds from the start of the first of some short slices, one language gives way to another;
    it may be 1 s off."""

    def worth(position: int) -> float:
        heard = [(each, before) for each in slices[:position]] + [(each, after) for each in slices[position:]]
        return sum(math.log(max(_LEAST, each.get(language, 0.0))) for each, language in heard)

    # Of ten changes, the first slice mostly in the language after had begun 1 s before, give or take 1.
    return max(range(len(slices) + 1), key=worth) + 1


def hear_short(whole: Probabilities, own: str, expected: str | None = None) -> str:
    """The language of a chunk too short for slices: its own, unless another one is all but certain, or was
    `expected` and is the likeliest."""
    likeliest = max(whole, key=lambda language: whole[language], default=own)
    sure = likeliest == expected or whole.get(likeliest, 0.0) >= SURE_OF_LITTLE
    return likeliest if sure else own


def _proven(slices: Sequence[Probabilities]) -> set[str]:
    return {
        language
        for first in range(len(slices) - PROOF + 1)
        for language, probability in slices[first].items()
        if probability >= SURE
        and all(each.get(language, 0.0) >= SURE for each in slices[first : first + PROOF])
    }


def _likeliest(slices: Sequence[Probabilities], languages: Sequence[str]) -> list[str]:
    """One language a slice, by the likeliest path (Viterbi) in which each change has its cost."""
    worth = dict.fromkeys(languages, 0.0)
    came_from: list[dict[str, str]] = []
    for heard in slices:
        best = max(languages, key=lambda language: worth[language])
        before = {
            language: language if worth[language] >= worth[best] - _CHANGE_COSTS else best
            for language in languages
        }
        worth = {
            language: worth[before[language]]
            - (0.0 if before[language] == language else _CHANGE_COSTS)
            + math.log(max(_LEAST, heard.get(language, 0.0)))
            for language in languages
        }
        came_from.append(before)
    path = [max(languages, key=lambda language: worth[language])]
    for before in reversed(came_from[1:]):
        path.append(before[path[-1]])
    return path[::-1]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A stretch for the archivist's ear; milliseconds of the recording, languages as BCP 47 tags."""

    start_ms: int
    end_ms: int
    languages: tuple[str, ...]
    """What it is written in, and what else is, or may be, spoken there."""


_AROUND_CHANGE_MS = 2_000


def find_changes(windows: Iterable[WindowRecognition]) -> list[Doubt]:
    """Where two languages meet (the change may be 1 s off, and words there translated or misheard), and
    passages written in the language that a person gave, though another one was heard there."""
    passages = [
        (segment, segment.language or window.language)
        for window in windows
        for segment in window.segments
        if any(word.dropped is None for word in segment.words)
    ]
    found = []
    for number, (segment, language) in enumerate(passages):
        if segment.also_heard:
            found.append(Doubt(segment.start_ms, segment.end_ms, (language, *segment.also_heard)))
        elif number and passages[number - 1][1] != language:
            before, its_language = passages[number - 1]
            start = max(before.start_ms, min(before.end_ms, segment.start_ms) - _AROUND_CHANGE_MS)
            end = min(segment.end_ms, max(before.end_ms, segment.start_ms) + _AROUND_CHANGE_MS)
            found.append(Doubt(start, end, (its_language, language)))
    return found
