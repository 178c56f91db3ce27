"""An archive that was never recorded: as large and as varied as a real one, with nothing in it that anybody
said. Every testimony is the same in every run, whichever others are made.

What is named are rivers and gauging stations; who speaks is an interviewer or an interviewee and has no name.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from archive.reading import Word
from bench.vocabulary import LANGUAGES, Vocabulary

PASSAGES = 200
"""Of a testimony: an hour and forty minutes in passages of half a minute."""

RECORDING = 100
"""Passages of one recording."""

_WORDS = (35, 85)
"""Of a passage, at least and at most."""
_SENTENCE = (5, 18)
_WORD_MS, _PAUSE_MS, _PASSAGE_PAUSE_MS = 340, 60, 900
_THEMES = 200
_THEME_SHARE = 0.15
"""Every testimony has words of its own, which come back in it: real words are not spread evenly."""

_RIVERS = (
    "Aare", "Adda", "Adige", "Aller", "Argen", "Bode", "Bug", "Chiese", "Drau", "Dunajec", "Eider",
    "Elbe", "Ems", "Fulda", "Garonne", "Glomma", "Havel", "Iller", "Inn", "Isar", "Isonzo", "Jagst",
    "Kocher", "Lahn", "Lech", "Leine", "Loire", "Main", "Mosel", "Mur", "Narew", "Neckar", "Noteć",
    "Odra", "Oglio", "Oker", "Oise", "Piave", "Pilica", "Po", "Prosna", "Rhein", "Rhône", "Ruhr",
    "Saale", "Saar", "San", "Saône", "Seine", "Sieg", "Spree", "Tauber", "Ticino", "Traun", "Warta",
    "Werra", "Weser", "Wieprz", "Wisła",
)  # fmt: skip
_STATIONS = 50
"""Gauging stations of a river: some three thousand places in all."""
_KINDS = ("interview", "interview", "interview", "conversation", "statement")
_SUBJECTS = (
    "rivers",
    "weather",
    "bridges",
    "ice",
    "floods",
    "mills",
    "ferries",
    "clocks",
    "bread",
    "libraries",
)
COLLECTIONS = {f"gauges-{number}": f"River gauges, series {number}" for number in range(1, 13)}


@dataclass(frozen=True, slots=True)
class GeneratedPassage:
    """What one says without a pause. Times in ms of its recording."""

    speaker: str
    text: str
    words: tuple[Word, ...]

    @property
    def start_ms(self) -> int:
        """Where its first word begins."""
        return self.words[0].start_ms or 0

    @property
    def end_ms(self) -> int:
        """Where its last word ends."""
        return self.words[-1].end_ms or 0


@dataclass(frozen=True, slots=True)
class GeneratedTestimony:
    """A testimony with the passages of each of its recordings."""

    number: int
    title: str
    collection: str
    kind: str
    year: int
    language: str
    places: tuple[str, ...]
    subjects: tuple[str, ...]
    summary: str
    recordings: tuple[tuple[GeneratedPassage, ...], ...]


@cache
def vocabulary(language: str) -> Vocabulary:
    """The words of a language, made once."""
    return Vocabulary.of(language)


def generate(count: int, *, passages: int = PASSAGES) -> Iterator[GeneratedTestimony]:
    """So many testimonies, one after the other."""
    return (generate_testimony(number, passages=passages) for number in range(count))


def generate_testimony(number: int, *, passages: int = PASSAGES) -> GeneratedTestimony:
    """The testimony of that number."""
    chance = random.Random(f"testimony {number}")  # noqa: S311 - the same text each time
    (language,) = chance.choices(list(LANGUAGES), list(LANGUAGES.values()))
    words = vocabulary(language)
    themes = chance.sample(words.words, _THEMES)
    rivers = chance.sample(_RIVERS, chance.randint(1, 3))
    lengths = [min(RECORDING, passages - start) for start in range(0, passages, RECORDING)]
    return GeneratedTestimony(
        number=number,
        title=f"Observers at the {rivers[0]}, no. {number + 1}",
        collection=chance.choice(list(COLLECTIONS)),
        kind=chance.choice(_KINDS),
        year=chance.randint(1946, 2019),
        language=language,
        places=tuple(f"{river} gauge {chance.randint(1, _STATIONS)}" for river in rivers),
        subjects=tuple(chance.sample(_SUBJECTS, 3)),
        summary=" ".join(_sentence(chance, words, themes) for _ in range(3)),
        recordings=tuple(_recording(chance, words, themes, length) for length in lengths),
    )


def _recording(
    chance: random.Random, words: Vocabulary, themes: Sequence[str], length: int
) -> tuple[GeneratedPassage, ...]:
    made = []
    at = 0
    for place in range(length):
        speaker = "interviewer" if place % 5 == 0 else "interviewee"
        passage = _passage(chance, words, themes, speaker, at)
        made.append(passage)
        at = passage.end_ms + _PASSAGE_PAUSE_MS
    return tuple(made)


def _passage(
    chance: random.Random, words: Vocabulary, themes: Sequence[str], speaker: str, at: int
) -> GeneratedPassage:
    wanted = chance.randint(*_WORDS)
    sentences: list[str] = []
    count = 0
    while count < wanted:
        sentences.append(_sentence(chance, words, themes))
        count += sentences[-1].count(" ") + 1
    text = " ".join(sentences)
    timed, offset = [], 0
    for part in text.split(" "):
        timed.append(Word(part, offset, at, at + _WORD_MS, 0.9))
        offset += len(part) + 1
        at += _WORD_MS + _PAUSE_MS
    return GeneratedPassage(speaker, text, tuple(timed))


def _sentence(chance: random.Random, words: Vocabulary, themes: Sequence[str]) -> str:
    length = chance.randint(*_SENTENCE)
    said = chance.choices(words.words, cum_weights=words.weights, k=length)
    for place in range(length):
        if chance.random() < _THEME_SHARE:
            said[place] = chance.choice(themes)
    if length > 10:
        said[length // 2] += ","
    return f"{said[0].capitalize()} {' '.join(said[1:])}."
