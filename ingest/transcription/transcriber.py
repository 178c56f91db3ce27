"""The Transcriber seam: an engine that turns the sound of one window into words with times.

`tests/contracts/transcriber.py` is what every engine has to pass.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from archive.settings import Settings
from ingest.media.sound import Floats
from ingest.transcription.engines import settle_compute_type
from ingest.transcription.weights import find_weights
from ingest.transcription.windows import Window
from schemas.recognition import Engine, WindowRecognition


@dataclass(frozen=True, slots=True)
class Language:
    """A language as BCP 47 tag, and how sure its detection was: None where a person gave it."""

    tag: str
    probability: float | None = None


class Transcriber(Protocol):
    """What every engine promises. One belongs to one process, and to one thread at a time.

    Sound is mono, 16,000 samples a second, 32-bit floats between -1 and 1.
    """

    @property
    def engine(self) -> Engine:
        """Name and version of the engine, its model, and all parameters that decide what it hears."""

    def detect_language(self, sound: Floats) -> dict[str, float]:
        """How likely each language is (BCP 47 tag -> probability) in up to 30 s of sound; longer is cut.

        The probabilities add up to at most 1; languages that are out of the question may be missing.
        """

    def recognise(self, sound: Floats, window: Window, language: Language) -> WindowRecognition:
        """What is said in `sound`, which is that of `window`; times count from the start of the recording.

        The same sound, window and language give the same answer to the byte, whatever was recognised before:
        a run that goes on after a crash gives the text of an unbroken one. Nothing heard is no segment.
        A language that was detected may change within the window: segments in another one say so. One that a
        person gave (probability None) does not; where others are heard, segments say that (`also_heard`).
        Raises RecognitionFailed where the engine gives up, LanguageUnknown where it does not know the
        language.
        """


def create_transcriber(settings: Settings) -> Transcriber:
    """The engine that the settings choose, its model loaded.

    Raises ProgramMissing where the engine or the weights cannot be had, ChecksumMismatch where they are not
    what they should be, WrongInput for a number type that the engine does not have.
    """
    return create_factory(settings)()


def create_factory(settings: Settings) -> "TranscriberFactory":
    """What makes the engine that the settings choose in other processes, its weights found and checked once.
    Raises as `create_transcriber`."""
    settle_compute_type(settings)
    return TranscriberFactory(settings, find_weights(settings))


@dataclass(frozen=True, slots=True)
class TranscriberFactory:
    """Makes the engine in another process: picklable, with the weights found and checked beforehand, once."""

    settings: Settings
    weights: Path

    def __call__(self) -> Transcriber:
        """Load the model."""
        if self.settings.engine == "openai-whisper":
            from ingest.transcription.openai_whisper import OpenAIWhisper

            return OpenAIWhisper(self.settings, self.weights)
        from ingest.transcription.faster_whisper import FasterWhisper

        return FasterWhisper(self.settings, self.weights)
