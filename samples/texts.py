"""The words of the sample recordings, read from `samples/texts`: one file a recording."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
TEXTS = HERE / "texts"
COLLECTION = HERE / "collection"

PAUSE_MS = 420
"""Silence after a sentence that names no other."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One spoken sentence. `say` is how it is given to the voice, where that differs from `text`."""

    text: str
    say: str
    speaker: str
    pause_ms: int
    english: str | None
    """The same in English, where it is spoken in another language."""
    chapter: str | None
    """Title of the chapter that begins with this sentence: in a video, its title card."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A synthetic voice and its settings: `engine` is piper, espeak-ng or flite."""

    engine: str
    name: str
    speed: float
    pitch: int
    room: bool
    """A little reverberation: recognition hears a formant voice better with it."""


@dataclass(frozen=True, slots=True)
class Text:
    """What one recording says, by whom and in which file form."""

    file: str
    language: str
    captions: bool
    """Whether a WebVTT with the exact words goes beside the recording."""
    voices: dict[str, Voice]
    sentences: tuple[Sentence, ...]

    @property
    def words(self) -> str:
        """The reference text: all that is said."""
        return " ".join(sentence.text for sentence in self.sentences)


def read(path: Path) -> Text:
    """Read one text. Raises KeyError or ValueError where the file is not as it should be."""
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    voices = {
        speaker: Voice(
            v["engine"], v["name"], float(v.get("speed", 1.0)), int(v.get("pitch", 50)), bool(v.get("room"))
        )
        for speaker, v in data["voices"].items()
    }
    first = next(iter(voices))
    sentences = []
    for item in data["sentences"]:
        given = {"text": item} if isinstance(item, str) else item
        speaker = given.get("speaker", first)
        if speaker not in voices:
            raise ValueError(f"{path}: {speaker} has no voice")
        sentences.append(
            Sentence(
                text=given["text"],
                say=given.get("say", given["text"]),
                speaker=speaker,
                pause_ms=int(given.get("pause", PAUSE_MS)),
                english=given.get("en"),
                chapter=given.get("chapter"),
            )
        )
    return Text(data["file"], data["language"], bool(data.get("captions")), voices, tuple(sentences))


def read_all() -> list[Text]:
    """All texts, by file name."""
    return [read(path) for path in sorted(TEXTS.glob("*.yaml"))]
