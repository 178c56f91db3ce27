"""Words for a generated archive: as many as a large archive has, as often as words are in real text.

The words mean nothing: they are put together from syllables of six languages, in the scripts of those, so
that the analysis has to do what it does with real ones. Their frequency follows Zipf and Mandelbrot
(1 / (rank + 2.7)), and four in ten are forms of another word, as they are in running text.
"""

import itertools
import random
from dataclasses import dataclass, field

SIZE = 60_000
"""Different words of a language: some thousand hours of speech have so many."""

_OFFSET = 2.7


@dataclass(frozen=True, slots=True)
class _Sounds:
    onsets: str
    nuclei: str
    codas: str
    endings: str


_SOUNDS = {
    "en": _Sounds("b c d f g h l m n p r s t w br cl dr fl gr pl sh st th tr", "a e i o u ai ea ee oa ou",
                  "- - - n r s t l nd st ck ng", "s ed ing ly er"),
    "de": _Sounds("b d f g h k l m n p r s t w z bl dr fl gr kl pf sch st tr", "a e i o u ä ö ü au ei ie",
                  "- - - n r s t l ch nd st ng", "en er es e ung lich"),
    "pl": _Sounds("b c d g j k l ł m n p r s t w z ż cz dz prz rz st sz ś wy", "a e i o u y ą ę ó ie",
                  "- - - n k r s ch ć ść w", "ów ami ach em ego y"),
    "fr": _Sounds("b c d f g j l m n p r s t v bl ch cl gr pl pr qu tr", "a e i o u é è ai au eu oi ou",
                  "- - - n r s t l ge re", "s es er ait ement"),
    "he": _Sounds("ב ג ד ה ו ז ח ט י כ ל מ נ ס ע פ צ ק ר ש ת", "- - - ו י א", "- - ר ל ת ן ם", "ים ות ה"),
    "yi": _Sounds("ב ג ד ה װ ז ח ט י כ ל מ נ ס פ צ ק ר ש", "אַ אָ ע י ו ױ ײ", "- - ן ר ט ל ס", "ן ער ען ס"),
}  # fmt: skip

LANGUAGES = {"en": 45, "de": 20, "pl": 12, "fr": 8, "he": 8, "yi": 7}
"""Of a hundred testimonies so many are in each language."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of one language, the most frequent first."""

    language: str
    words: tuple[str, ...]
    weights: tuple[float, ...]
    """Summed, as `random.choices` wants them."""
    ranks: dict[str, int] = field(repr=False)

    @classmethod
    def of(cls, language: str, size: int = SIZE) -> "Vocabulary":
        """The same words in every run."""
        chance = random.Random(f"vocabulary {language}")  # noqa: S311 - words, no secrets
        sounds = _SOUNDS[language]
        parts = [_split(each) for each in (sounds.onsets, sounds.nuclei, sounds.codas)]
        endings = _split(sounds.endings)
        ranks: dict[str, int] = {}
        words: list[str] = []
        while len(words) < size:
            if len(words) > 100 and chance.random() < 0.4:
                word = chance.choice(words) + chance.choice(endings)
            else:
                # What is said often is short.
                syllables = 1 + (len(words) > 200) + (chance.random() < 0.2)
                word = "".join(chance.choice(part) for _ in range(syllables) for part in parts)
            if word and word not in ranks:
                ranks[word] = len(words)
                words.append(word)
        weights = itertools.accumulate(1 / (rank + 1 + _OFFSET) for rank in range(size))
        return cls(language, tuple(words), tuple(weights), ranks)

    def rank_of(self, frequency: float) -> int:
        """The rank of the word that makes up so much of a text."""
        rank = round(1 / (frequency * self.weights[-1]) - 1 - _OFFSET)
        return min(max(rank, 0), len(self.words) - 1)


def _split(sounds: str) -> list[str]:
    return ["" if each == "-" else each for each in sounds.split()]
