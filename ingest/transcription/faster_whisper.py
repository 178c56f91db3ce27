"""Whisper by way of faster-whisper: the one module that imports it, and converts at once to our schemas."""

import threading
from pathlib import Path
from typing import Final

import ctranslate2  # type: ignore[import-untyped]  # ships no types
import faster_whisper
from faster_whisper.transcribe import Segment
from tqdm import tqdm

from archive.errors import ProgramMissing, RecognitionFailed
from archive.settings import Settings
from ingest.media.sound import Floats
from ingest.transcription.ear import Ear
from ingest.transcription.engines import model_name, settle_compute_type
from ingest.transcription.following import FollowingWhisper
from ingest.transcription.heap import give_back
from ingest.transcription.languages import from_tag, to_tag
from ingest.transcription.manner import SEED, TEMPERATURES, Passage, Spoken, kept_segment, kept_window
from ingest.transcription.switches import FOLLOWING
from ingest.transcription.transcriber import Language
from ingest.transcription.windows import Window
from schemas.recognition import Engine, WindowRecognition


class FasterWhisper:
    """One model in one process, on one thread."""

    def __init__(self, settings: Settings, weights: Path) -> None:
        self._weights: Final = weights
        self._options: Final = {
            "beam_size": settings.beam_size,
            "temperature": list(TEMPERATURES),
            "condition_on_previous_text": False,
            "word_timestamps": True,
            "vad_filter": False,
            "task": "transcribe",
        }
        self._device: Final = {"device": settings.device, "compute_type": settle_compute_type(settings)}
        self._engine: Final = Engine(
            name="faster-whisper",
            version=faster_whisper.__version__,
            model=model_name(settings),
            parameters={
                **self._options,
                **self._device,
                "ctranslate2": ctranslate2.__version__,
                "seed": SEED,
                "follows_languages": FOLLOWING,
            },
        )
        # The library's progress bars would have a semaphore, which a process that is killed leaves behind.
        tqdm.set_lock(threading.RLock())
        ctranslate2.set_random_seed(SEED)
        try:
            self._model = FollowingWhisper(str(weights), cpu_threads=1, num_workers=1, **self._device)
        except (RuntimeError, ValueError, OSError) as error:
            raise ProgramMissing(
                f"recognition model in {weights} cannot be loaded on {settings.device} "
                f"as {self._device['compute_type']}: {error}"
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
            segments = [kept_segment(_passage(each), window, ear) for each in found] if len(sound) else []
        except (RuntimeError, ValueError, IndexError) as error:
            raise RecognitionFailed(
                f"faster-whisper gave up on {window.start_ms} to {window.end_ms} ms: {error}"
            ) from error
        finally:
            self._model.ear = None
        return kept_window(window, language, self._engine, segments)

    def _reset(self) -> None:
        """Back to the first number of the seed, where the window before has drawn any.

        The generator belongs to a thread of the model's, and can be wound back only with that thread: a new
        model takes 0.3 s. The old one goes first: with both there at once, and the heap in pieces from then
        on, a recogniser that heard three hours reached 1.1 GB.
        """
        if self._model.sampled:
            self._model.model = None
            give_back()
            ctranslate2.set_random_seed(SEED)
            self._model.model = ctranslate2.models.Whisper(
                str(self._weights), intra_threads=1, inter_threads=1, **self._device
            )
            self._model.sampled = False


def _passage(segment: Segment) -> Passage:
    return Passage(
        start=segment.start,
        end=segment.end,
        text=segment.text,
        words=tuple(
            Spoken(word.word, word.start, word.end, word.probability) for word in segment.words or ()
        ),
        average_log_probability=segment.avg_logprob,
        no_speech_probability=segment.no_speech_prob,
        temperature=segment.temperature,
        compression_ratio=segment.compression_ratio,
    )
