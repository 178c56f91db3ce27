"""Whisper by way of faster-whisper: the one module that imports it, and converts at once to our schemas.

No hotwords, no prompt, no text of the window before: nothing is put into its ear. No voice detection in
front either: it took a hoarse speaker for silence. The temperature fallback stays: without it a loop ran
to an error of 221 %.
"""

import math
import threading
from pathlib import Path
from typing import Final

import ctranslate2  # type: ignore[import-untyped]  # ships no types
import faster_whisper
from faster_whisper.transcribe import Segment, Word
from tqdm import tqdm

from archive.errors import ProgramMissing, RecognitionFailed
from archive.settings import Settings
from ingest.media.sound import Floats
from ingest.transcription.following import Ear, FollowingWhisper
from ingest.transcription.heap import give_back
from ingest.transcription.languages import from_tag, to_tag
from ingest.transcription.switches import FOLLOWING
from ingest.transcription.transcriber import Language
from ingest.transcription.windows import Window
from schemas.recognition import Engine, RecognisedSegment, RecognisedWord, WindowRecognition

_SEED = 27_01_1945
"""Any number will do; one is needed for the same sound to give the same text."""
_TEMPERATURES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_DIGITS = 6  # of probabilities that are kept for ever; the engine's own are 32-bit floats


class FasterWhisper:
    """One model in one process, on one thread."""

    def __init__(self, settings: Settings, weights: Path) -> None:
        self._weights: Final = weights
        self._options: Final = {
            "beam_size": settings.beam_size,
            "temperature": list(_TEMPERATURES),
            "condition_on_previous_text": False,
            "word_timestamps": True,
            "vad_filter": False,
            "task": "transcribe",
        }
        self._device: Final = {"device": settings.device, "compute_type": settings.compute_type}
        self._engine: Final = Engine(
            name="faster-whisper",
            version=faster_whisper.__version__,
            model=Path(settings.model).name,
            parameters={
                **self._options,
                **self._device,
                "ctranslate2": ctranslate2.__version__,
                "seed": _SEED,
                "follows_languages": FOLLOWING,
            },
        )
        # The library's progress bars would have a semaphore, which a process that is killed leaves behind.
        tqdm.set_lock(threading.RLock())
        ctranslate2.set_random_seed(_SEED)
        try:
            self._model = FollowingWhisper(str(weights), cpu_threads=1, num_workers=1, **self._device)
        except (RuntimeError, ValueError, OSError) as error:
            raise ProgramMissing(
                f"recognition model in {weights} cannot be loaded on {settings.device} "
                f"as {settings.compute_type}: {error}"
            ) from error

    @property
    def engine(self) -> Engine:
        """What hears."""
        return self._engine

    def detect_language(self, sound: Floats) -> dict[str, float]:
        """Probabilities of all the model's languages; of an English-only one, English."""
        if not self._model.model.is_multilingual:
            return {"en": 1.0}
        if len(sound) == 0:
            return {}
        try:
            _, _, found = self._model.detect_language(sound)
        except RuntimeError as error:
            raise RecognitionFailed(f"language detection: {error}") from error
        return {to_tag(code): float(probability) for code, probability in found}

    def recognise(self, sound: Floats, window: Window, language: Language) -> WindowRecognition:
        """The words of one window. A language that was detected is followed into others; one that a person
        gave is kept to, and others are noted where they are heard."""
        code = from_tag(language.tag, self._model.supported_languages)
        self._reset()
        ear = Ear(code, follows=language.probability is not None)
        self._model.ear = ear if self._model.model.is_multilingual else None
        try:
            found, _ = self._model.transcribe(sound, language=code, **self._options)
            # The ear is asked as each segment comes: it then is at the chunk that the segment is of.
            segments = [_convert(segment, window, ear) for segment in found] if len(sound) else []
        except (RuntimeError, ValueError, IndexError) as error:
            raise RecognitionFailed(
                f"faster-whisper gave up on {window.start_ms} to {window.end_ms} ms: {error}"
            ) from error
        finally:
            self._model.ear = None
        return WindowRecognition(
            number=window.number,
            start_ms=window.start_ms,
            end_ms=window.end_ms,
            language=language.tag,
            language_probability=_rounded(language.probability),
            engine=self._engine,
            segments=tuple(segments),
        )

    def _reset(self) -> None:
        """Back to the first number of the seed, where the window before has drawn any.

        The generator belongs to a thread of the model's, and can be wound back only with that thread: a new
        model takes 0.3 s. The old one goes first: with both there at once, and the heap in pieces from then
        on, a recogniser that heard three hours reached 1.1 GB.
        """
        if self._model.sampled:
            self._model.model = None
            give_back()
            ctranslate2.set_random_seed(_SEED)
            self._model.model = ctranslate2.models.Whisper(
                str(self._weights), intra_threads=1, inter_threads=1, **self._device
            )
            self._model.sampled = False


def _convert(segment: Segment, window: Window, ear: Ear) -> RecognisedSegment:
    heard = segment.words or [_unaligned(segment)]
    words = [
        RecognisedWord(
            text=word.word,
            start_ms=(start := _within(word.start, window)),
            end_ms=max(start, _within(word.end, window)),
            probability=min(1.0, max(0.0, round(float(word.probability), _DIGITS))),
        )
        for word in heard
    ]
    start = _within(segment.start, window)
    return RecognisedSegment(
        start_ms=start,
        end_ms=max(start, _within(segment.end, window)),
        words=tuple(words),
        average_log_probability=_rounded(segment.avg_logprob),
        no_speech_probability=_rounded(segment.no_speech_prob),
        temperature=_rounded(segment.temperature),
        compression_ratio=_rounded(segment.compression_ratio),
        language=to_tag(ear.spoken) if ear.spoken not in ("", ear.own) else None,
        also_heard=tuple(to_tag(code) for code in ear.also_heard),
    )


def _unaligned(segment: Segment) -> Word:
    """A passage whose words the engine could not place, as one: no text is lost."""
    probability = math.exp(min(0.0, segment.avg_logprob))
    return Word(start=segment.start, end=segment.end, word=segment.text, probability=probability)


def _within(seconds: float, window: Window) -> int:
    """Milliseconds of the recording; the engine counts up to 30 s past the end of its sound."""
    return min(window.end_ms, window.start_ms + max(0, round(float(seconds) * 1000)))


def _rounded(value: float | None) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    return round(float(value), _DIGITS)
