"""How every engine is asked to hear, and what it answers, in our schemas.

No hotwords, no prompt, no text of the window before: nothing is put into its ear. No voice detection in
front either: it took a hoarse speaker for silence. The temperature fallback stays: without it a loop ran to
an error of 221 %.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ingest.transcription.ear import Ear
from ingest.transcription.languages import to_tag
from ingest.transcription.transcriber import Language
from ingest.transcription.windows import Window
from schemas.recognition import Engine, RecognisedSegment, RecognisedWord, WindowRecognition

SEED: Final = 27_01_1945
"""Any number will do; one is needed for the same sound to give the same text."""
TEMPERATURES: Final = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_DIGITS = 6  # of probabilities that are kept for ever; the engines' own are 32-bit floats


@dataclass(frozen=True, slots=True)
class Spoken:
    """A word with its spaces and punctuation; seconds from the start of the window."""

    text: str
    start: float
    end: float
    probability: float


@dataclass(frozen=True, slots=True)
class Passage:
    """What an engine wrote in one go, and what it thought of it; seconds from the start of the window."""

    start: float
    end: float
    text: str
    words: tuple[Spoken, ...]
    """Empty where the engine could not place them."""
    average_log_probability: float
    no_speech_probability: float | None
    temperature: float | None
    compression_ratio: float | None


def kept_window(
    window: Window, language: Language, engine: Engine, segments: Iterable[RecognisedSegment]
) -> WindowRecognition:
    """What an engine heard in a window."""
    return WindowRecognition(
        number=window.number,
        start_ms=window.start_ms,
        end_ms=window.end_ms,
        language=language.tag,
        language_probability=_rounded(language.probability),
        engine=engine,
        segments=tuple(segments),
    )


def kept_segment(passage: Passage, window: Window, ear: Ear) -> RecognisedSegment:
    """A passage as it is kept. `ear` is that of the window, and still at the chunk that the passage is of."""
    words = [
        RecognisedWord(
            text=word.text,
            start_ms=(start := _within(word.start, window)),
            end_ms=max(start, _within(word.end, window)),
            probability=min(1.0, max(0.0, round(float(word.probability), _DIGITS))),
        )
        for word in passage.words or (_unplaced(passage),)
    ]
    start = _within(passage.start, window)
    return RecognisedSegment(
        start_ms=start,
        end_ms=max(start, _within(passage.end, window)),
        words=tuple(words),
        average_log_probability=_rounded(passage.average_log_probability),
        no_speech_probability=_rounded(passage.no_speech_probability),
        temperature=_rounded(passage.temperature),
        compression_ratio=_rounded(passage.compression_ratio),
        language=to_tag(ear.spoken) if ear.spoken not in ("", ear.own) else None,
        also_heard=tuple(to_tag(code) for code in ear.also_heard),
    )


def _unplaced(passage: Passage) -> Spoken:
    """A passage whose words the engine could not place, as one: no text is lost."""
    probability = math.exp(min(0.0, passage.average_log_probability))
    return Spoken(passage.text, passage.start, passage.end, probability)


def _within(seconds: float, window: Window) -> int:
    """Milliseconds of the recording; engines count up to 30 s past the end of their sound."""
    return min(window.end_ms, window.start_ms + max(0, round(float(seconds) * 1000)))


def _rounded(value: float | None) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    return round(float(value), _DIGITS)
