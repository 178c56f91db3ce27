"""Makes segments out of recognised words: timed passages of one language, cut at sentence ends and pauses.

Every kept word is in exactly one segment, in its order, with its text as the engine wrote it; a segment's
text is nothing but its words' texts, joined and stripped. A machine names no speakers.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from schemas.recognition import RecognisedWord, WindowRecognition

LONGEST_MS = 30_000
_LONG_ENOUGH_MS = 10_000
"""From here on a segment ends with its sentence."""
_PAUSE_MS = 2_000
"""A pause as long as this ends a segment, in mid-sentence too."""
_BREATH_MS = 700
"""A pause as long as this between two sentences ends a segment: often somebody else goes on."""

_SENTENCE_ENDS = frozenset(".!?…。！？．｡؟۔।॥։׃‽")
_CLOSING = "\"'”’“»«›‹)]}」』〉》】"


@dataclass(frozen=True, slots=True)
class SegmentWord:
    """One word: `text` stands at `offset`, in Unicode code points, in the segment's text."""

    text: str
    offset: int
    start_ms: int
    end_ms: int
    probability: float


@dataclass(frozen=True, slots=True)
class MachineSegment:
    """A passage made by a recognition run; milliseconds from the start of the recording."""

    start_ms: int
    end_ms: int
    language: str
    text: str
    words: tuple[SegmentWord, ...]


def make_segments(windows: Iterable[WindowRecognition]) -> list[MachineSegment]:
    """The segments of a recording, from its windows in order. A window's border is a segment's too, so that
    windows of a run that goes on later give the same segments; and so is a change of language."""
    return [
        _segment(run, language)
        for window in windows
        for language, words in _by_language(window)
        for run in _cut([word for word in words if word.dropped is None])
        if any(word.text.strip() for word in run)
    ]


def _by_language(window: WindowRecognition) -> Iterator[tuple[str, list[RecognisedWord]]]:
    for language, passages in groupby(window.segments, lambda passage: passage.language or window.language):
        yield language, [word for passage in passages for word in passage.words]


def _cut(words: Sequence[RecognisedWord]) -> list[Sequence[RecognisedWord]]:
    pieces, start = [], 0
    for position in range(1, len(words)):
        before, word = words[position - 1], words[position]
        pause = word.start_ms - before.end_ms
        length = before.end_ms - words[start].start_ms
        if pause >= _PAUSE_MS or (
            _ends_sentence(before) and (pause >= _BREATH_MS or length >= _LONG_ENOUGH_MS)
        ):
            pieces.append(words[start:position])
            start = position
    if start < len(words):
        pieces.append(words[start:])
    return [part for piece in pieces for part in _shorten(piece)]


def _shorten(words: Sequence[RecognisedWord]) -> list[Sequence[RecognisedWord]]:
    """Cut what is longer than a segment may be: after a sentence, else at the longest pause, else anywhere
    between two words."""
    if len(words) < 2 or words[-1].end_ms - words[0].start_ms <= LONGEST_MS:
        return [words]

    def worth(position: int) -> tuple[bool, bool, int, int]:
        before, word = words[position - 1], words[position]
        fits = before.end_ms - words[0].start_ms <= LONGEST_MS
        return (
            fits or position == 1,
            _starts_word(word),
            (1000 if _ends_sentence(before) else 0) + word.start_ms - before.end_ms,
            position,
        )

    best = max(range(1, len(words)), key=worth)
    return [words[:best], *_shorten(words[best:])]


def _starts_word(word: RecognisedWord) -> bool:
    """Whether a written word starts here, and none is torn: `-five` belongs to the `twenty` before it. Where
    a language writes no spaces, a word may start anywhere."""
    return word.text[:1].isspace() or not word.text[:1].isascii()


def _ends_sentence(word: RecognisedWord) -> bool:
    text = word.text.rstrip().rstrip(_CLOSING)
    return text[-1:] in _SENTENCE_ENDS and text[-1:] != ""


def _segment(words: Sequence[RecognisedWord], language: str) -> MachineSegment:
    joined = "".join(word.text for word in words)
    cut_off = len(joined) - len(joined.lstrip())
    text = joined.strip()
    placed: list[SegmentWord] = []
    offset, earliest = -cut_off, 0
    for word in words:
        bare = word.text.strip()
        if bare:
            # Times may run backwards by a frame between the engine's passages; readers search them by halves.
            start = max(word.start_ms, earliest)
            placed.append(
                SegmentWord(
                    text=bare,
                    offset=offset + len(word.text) - len(word.text.lstrip()),
                    start_ms=start,
                    end_ms=max(start, word.end_ms),
                    probability=word.probability,
                )
            )
            earliest = start
        offset += len(word.text)
    return MachineSegment(
        start_ms=placed[0].start_ms,
        end_ms=max(word.end_ms for word in placed),
        language=language,
        text=text,
        words=tuple(placed),
    )
