"""Whisper by way of openai-whisper, the reference engine: official checkpoints, by PyTorch."""

import json
from pathlib import Path
from typing import Any, Final

import numba
import torch
import whisper
from whisper.tokenizer import LANGUAGES

from archive.errors import ProgramMissing, RecognitionFailed
from archive.settings import Settings
from ingest.media.sound import Floats
from ingest.transcription.ear import Ear
from ingest.transcription.engines import model_name, settle_compute_type
from ingest.transcription.languages import from_tag, to_tag
from ingest.transcription.manner import SEED, TEMPERATURES, kept_segment, kept_window
from ingest.transcription.openai_chunks import BEST_OF, THRESHOLDS, OpenAIChunks
from ingest.transcription.switches import FOLLOWING
from ingest.transcription.transcriber import Language
from ingest.transcription.windows import Window
from schemas.recognition import Engine, WindowRecognition


class OpenAIWhisper:
    """One model in one process, on one thread."""

    def __init__(self, settings: Settings, weights: Path) -> None:
        compute_type = settle_compute_type(settings)
        name = model_name(settings)
        torch.set_num_threads(1)
        numba.set_num_threads(1)
        if settings.device == "cuda" and not torch.cuda.is_available():
            raise ProgramMissing(
                "TESTIMONY_DEVICE is cuda, but PyTorch finds no graphics card that it can use"
            )
        try:
            self._model = whisper.load_model(str(weights), device=settings.device)
            heads = _set_alignment_heads(self._model, name, weights)
        # What a file that is no checkpoint makes of unpickling is anything.
        except Exception as error:
            raise ProgramMissing(
                f"recognition model {weights} cannot be loaded on {settings.device}: {error}"
            ) from error
        self._chunks: Final = OpenAIChunks(self._model, settings.beam_size, half=compute_type == "float16")
        self._codes: Final = list(LANGUAGES)[: self._model.num_languages] if self._multilingual else ["en"]
        self._engine: Final = Engine(
            name="openai-whisper",
            version=whisper.__version__,
            model=name,
            parameters={
                "beam_size": settings.beam_size,
                "best_of": BEST_OF,
                "temperature": list(TEMPERATURES),
                "thresholds": dict(THRESHOLDS),
                "condition_on_previous_text": False,
                "word_timestamps": True,
                "alignment_heads": heads,
                "task": "transcribe",
                "device": settings.device,
                "compute_type": compute_type,
                "torch": torch.__version__,
                "seed": SEED,
                "follows_languages": dict(FOLLOWING),
            },
        )

    @property
    def engine(self) -> Engine:
        """What hears."""
        return self._engine

    @property
    def _multilingual(self) -> bool:
        return bool(self._model.is_multilingual)

    def detect_language(self, sound: Floats) -> dict[str, float]:
        """Probabilities of all the model's languages; of an English-only one, English."""
        if not self._multilingual:
            return {"en": 1.0}
        if len(sound) == 0:
            return {}
        try:
            found = self._chunks.detect_language(sound)
        except RuntimeError as error:
            raise RecognitionFailed(f"language detection: {error}") from error
        return {to_tag(code): probability for code, probability in found.items()}

    def recognise(self, sound: Floats, window: Window, language: Language) -> WindowRecognition:
        """The words of one window. A language that was detected is followed into others; one that a person
        gave is kept to, and others are noted where they are heard."""
        ear = Ear(from_tag(language.tag, self._codes), follows=language.probability is not None)
        torch.manual_seed(SEED)
        try:
            # The ear is asked as each passage comes: it then is at the chunk that the passage is of.
            heard = [kept_segment(each, window, ear) for each in self._chunks.hear(sound, ear)]
        except (RuntimeError, ValueError, IndexError) as error:
            raise RecognitionFailed(
                f"openai-whisper gave up on {window.start_ms} to {window.end_ms} ms: {error}"
            ) from error
        return kept_window(window, language, self._engine, heard)


def _set_alignment_heads(model: Any, name: str, checkpoint: Path) -> str:
    """Tell a model which of its heads follow the words, and by whom that is known.

    A checkpoint does not say. Beside one that is not official, config.json may (`alignment_heads`, pairs of
    layer and head), as models in other forms have it; else the library takes the upper half of the layers, by
    which words are placed less well.
    """
    config = checkpoint.with_name("config.json")
    if config.is_file():
        heads = torch.zeros(model.dims.n_text_layer, model.dims.n_text_head, dtype=torch.bool)
        for layer, head in json.loads(config.read_text(encoding="utf-8"))["alignment_heads"]:
            heads[layer, head] = True
        model.register_buffer("alignment_heads", heads.to_sparse().to(model.device), persistent=False)
        return "config.json"
    if name in whisper._ALIGNMENT_HEADS:
        model.set_alignment_heads(whisper._ALIGNMENT_HEADS[name])
        return "official"
    return "upper half"
