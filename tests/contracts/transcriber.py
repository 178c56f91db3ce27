"""What every `ingest.transcription.transcriber.Transcriber` promises; an engine's tests inherit
`TranscriberContract`. And a transcriber for all tests that need words but no ear: `Script`.

    RecogniserPool(Script(), processes=1)                    # neutral proverbs, a word every half second
    RecogniserPool(Script(words=[("Bread.", 0, 400)]), 1)    # these words, at these milliseconds
    run_worker(..., transcriber=Script(log=tmp_path / "log"))  # one line a recognised window

A `Script` is the factory that a pool or worker takes; it can be pickled.
"""

import hashlib
import json
import os
import pickle
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from archive.errors import LanguageUnknown, RecognitionFailed
from ingest.media.sound import SAMPLE_RATE, Floats
from ingest.transcription.transcriber import Language, Transcriber
from ingest.transcription.windows import Window
from schemas.recognition import Engine, RecognisedSegment, RecognisedWord, WindowRecognition

PROVERBS = (
    *("Still", "waters", "run", "deep.", "Many", "hands", "make", "light", "work.", "The", "early", "bird"),
    *("catches", "the", "worm.", "A", "rolling", "stone", "gathers", "no", "moss.", "Every", "cloud", "has"),
    *("a", "silver", "lining.", "Rain", "before", "seven,", "fine", "by", "eleven."),
)
WORD_EVERY_MS = 500
WORD_LASTS_MS = 400


@dataclass(frozen=True)
class Script:
    """What a scripted transcriber will say, and how it will behave; call it to have the transcriber.

    Without `words` (text, start, end in milliseconds of the recording) it says proverbs for as long as the
    recording lasts, a word each half second, in windows whose sound is not all zeros.
    """

    words: Sequence[tuple[str, int, int]] | None = None
    language: str = "en"
    fails_at: frozenset[int] = frozenset()
    """Windows over which it gives up with RecognitionFailed."""
    unknown: frozenset[str] = frozenset()
    """Languages (BCP 47) that it does not know."""
    dies_at: frozenset[int] = frozenset()
    """Windows over which its process ends without a word."""
    changes_to: Mapping[int, str] = field(default_factory=dict)
    """Language of each segment (a sentence) in these windows, by number, where it was detected."""
    unknown: frozenset[str] = frozenset()
    """Languages that it does not know."""
    takes_s: float = 0.0
    """How long it takes over each window."""
    log: Path | None = None
    """A file to which it adds a line for each window it has recognised: the number, its process, and a digest
    of the sound."""
    probability: float = 0.9

    def __call__(self) -> "ScriptedTranscriber":
        return ScriptedTranscriber(self)


class ScriptedTranscriber:
    """Says what its script says, whatever it hears."""

    def __init__(self, script: Script) -> None:
        self._script = script

    @property
    def engine(self) -> Engine:
        return Engine(name="script", version="1", model="proverbs", parameters={"every_ms": WORD_EVERY_MS})

    def detect_language(self, sound: Floats) -> dict[str, float]:
        return {self._script.language: 0.9, "de" if self._script.language != "de" else "en": 0.05}

    def recognise(self, sound: Floats, window: Window, language: Language) -> WindowRecognition:
        script = self._script
        if window.number in script.dies_at:
            os._exit(13)
        if language.tag in script.unknown:
            raise LanguageUnknown(f"the script does not know the language {language.tag!r}")
        if language.tag in script.unknown:
            raise LanguageUnknown(f"the script does not know the language {language.tag!r}")
        if window.number in script.fails_at:
            raise RecognitionFailed(f"the script gives up on window {window.number}")
        time.sleep(script.takes_s)
        words = [
            RecognisedWord(
                text=f" {text}",
                start_ms=start,
                end_ms=min(end, window.end_ms),
                probability=script.probability,
            )
            for text, start, end in self._words(sound, window)
        ]
        if script.log is not None:
            with script.log.open("a") as log:
                digest = hashlib.sha256(sound.tobytes()).hexdigest()[:16]
                log.write(f"{window.number} {os.getpid()} {digest}\n")
        return WindowRecognition(
            number=window.number,
            start_ms=window.start_ms,
            end_ms=window.end_ms,
            language=language.tag,
            language_probability=language.probability,
            engine=self.engine,
            segments=_segments(
                words, script.changes_to.get(window.number) if language.probability is not None else None
            ),
        )

    def _words(self, sound: Floats, window: Window) -> list[tuple[str, int, int]]:
        if self._script.words is not None:
            said = list(self._script.words)
        elif np.any(sound):
            said = [
                (
                    PROVERBS[count % len(PROVERBS)],
                    count * WORD_EVERY_MS,
                    count * WORD_EVERY_MS + WORD_LASTS_MS,
                )
                for count in range(window.end_ms // WORD_EVERY_MS + 1)
            ]
        else:
            said = []
        return [word for word in said if window.start_ms <= word[1] < window.end_ms]


def _segments(words: list[RecognisedWord], language: str | None) -> tuple[RecognisedSegment, ...]:
    """A segment a sentence."""
    segments: list[list[RecognisedWord]] = [[]]
    for word in words:
        segments[-1].append(word)
        if word.text.endswith((".", "!", "?")):
            segments.append([])
    return tuple(
        RecognisedSegment(
            start_ms=each[0].start_ms,
            end_ms=max(word.end_ms for word in each),
            words=tuple(each),
            average_log_probability=-0.2,
            no_speech_probability=0.01,
            temperature=0.0,
            compression_ratio=1.2,
            language=language,
        )
        for each in segments
        if each
    )


@dataclass(frozen=True)
class Spoken:
    """Sound in which something is said."""

    sound: Floats
    language: str
    fewest_words: int

    @property
    def window(self) -> Window:
        return Window(1, 0, len(self.sound) * 1000 // SAMPLE_RATE)


class TranscriberContract:
    """Tests that take the fixtures `factory` (picklable), `transcriber` (made by it) and `spoken`."""

    def hear(self, transcriber: Transcriber, spoken: Spoken, start_ms: int = 0) -> WindowRecognition:
        window = Window(3, start_ms, start_ms + spoken.window.end_ms)
        return transcriber.recognise(spoken.sound, window, Language(spoken.language, 0.75))

    def test_it_says_what_it_is(self, transcriber: Transcriber) -> None:
        engine = transcriber.engine
        assert engine.name
        assert engine.version
        assert engine.model
        assert json.loads(json.dumps(engine.parameters)) == engine.parameters

    def test_the_answer_is_that_of_the_window(self, transcriber: Transcriber, spoken: Spoken) -> None:
        heard = self.hear(transcriber, spoken, start_ms=20_000)
        assert (heard.number, heard.start_ms) == (3, 20_000)
        assert heard.end_ms == 20_000 + spoken.window.end_ms
        assert (heard.language, heard.language_probability) == (spoken.language, 0.75)
        assert heard.engine == transcriber.engine

    def test_words_stand_in_order_within_the_window(self, transcriber: Transcriber, spoken: Spoken) -> None:
        heard = self.hear(transcriber, spoken, start_ms=20_000)
        assert len(heard.words) >= spoken.fewest_words
        for segment in heard.segments:
            assert heard.start_ms <= segment.start_ms <= segment.end_ms <= heard.end_ms
            assert segment.words
            assert segment.text.strip()
            for word in segment.words:
                assert heard.start_ms <= word.start_ms <= word.end_ms <= heard.end_ms
                assert word.dropped is None
        starts = [segment.start_ms for segment in heard.segments]
        assert starts == sorted(starts)

    def test_no_language_but_the_given_one(self, transcriber: Transcriber, spoken: Spoken) -> None:
        heard = transcriber.recognise(spoken.sound, spoken.window, Language(spoken.language))
        assert {segment.language for segment in heard.segments} == {None}

    def test_the_same_sound_gives_the_same_bytes(self, transcriber: Transcriber, spoken: Spoken) -> None:
        first = self.hear(transcriber, spoken).to_bytes()
        noise = np.random.default_rng(1).normal(0, 0.05, 3 * SAMPLE_RATE).astype(np.float32)
        transcriber.recognise(noise, Window(1, 0, 3000), Language("en"))
        assert self.hear(transcriber, spoken).to_bytes() == first

    def test_what_it_heard_can_be_kept(self, transcriber: Transcriber, spoken: Spoken) -> None:
        heard = self.hear(transcriber, spoken)
        again = WindowRecognition.from_bytes(heard.to_bytes())
        assert again == heard
        assert again.to_bytes() == heard.to_bytes()

    def test_no_sound_is_no_words(self, transcriber: Transcriber, spoken: Spoken) -> None:
        nothing = np.zeros(0, dtype=np.float32)
        heard = transcriber.recognise(nothing, Window(1, 5000, 5000), Language(spoken.language))
        assert heard.words == () or all(word.start_ms == 5000 for word in heard.words)
        assert heard.language_probability is None

    def test_the_language_is_heard(self, transcriber: Transcriber, spoken: Spoken) -> None:
        found = transcriber.detect_language(spoken.sound)
        assert max(found, key=lambda tag: found[tag]) == spoken.language
        assert all(0 <= probability <= 1 for probability in found.values())
        assert sum(found.values()) <= 1.001

    def test_its_factory_travels(self, factory: Callable[[], Transcriber], transcriber: Transcriber) -> None:
        again = pickle.loads(pickle.dumps(factory))()  # noqa: S301 - its own pickle
        assert again.engine == transcriber.engine


def sound_of(seconds: float, level: float = 0.1, seed: int = 0) -> Floats:
    """Noise for transcribers that do not listen."""
    return np.random.default_rng(seed).normal(0, level, round(seconds * SAMPLE_RATE)).astype(np.float32)


def write_sound(path: Path, sound: Floats) -> Path:
    """Sound as `decode` writes it."""
    np.clip(np.round(sound * 32767), -32768, 32767).astype("<i2").tofile(path)
    return path
