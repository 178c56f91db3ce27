"""Words that no voice said, and sounds that got no words.

Whisper writes "You" over digital silence and whole sentences over music (of eleven pieces of music two got
sentences, three a word or two). A word is marked as dropped, never deleted, and only when two witnesses agree
that nobody spoke:

- voice detection and the level: over the word's whole span there is neither speech nor a sound that stands
  out from the recording's floor; or
- voice detection and the engine: over the whole span of the passage there is no speech, and the engine itself
  gave it a low probability. Level cannot clear music: it is loud.

Of 3,090 words in real speech at -40 and -55 dB, in noise as loud as the voice, hoarse and whispered, this
drops 8: in a hoarse voice turned down until three bits were left of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from ingest.transcription.voice import FRAME_MS, Voice
from ingest.transcription.windows import Frames, runs
from schemas.recognition import RecognisedSegment, RecognisedWord, WindowRecognition

SILENT = "no voice: neither voice detection nor level finds one here"
DOUBTED = "no voice: voice detection finds none in this passage, and the engine doubts it"
NO_LETTERS = "no word: the passage is punctuation alone"

_NO_SPEECH = 0.2
"""No frame above this: no speech. Music and noise came to 0.18 around invented words."""
_STANDS_OUT_DB = 5.0
"""Loudest frames of steady noise reach 4 dB over the floor, those of a word in noise as loud as itself 6."""
_AROUND_WORD_MS = 250
_AROUND_PASSAGE_MS = 500
"""Whisper's times are that uncertain; a voice so near may be the word's."""
_DOUBT = -0.65
"""Average log probability below which the engine doubts. Invented: -0.67 to -2.03. Hoarse, whispered, noisy
speech without a clear voice to it: down to -0.59."""

_WORDLESS_VOICE_MS = 1_500
_WORDLESS_SOUND_MS = 4_000
_SOUND_OVER_FLOOR_DB = 12.0
_WORD_REACH_MS = 750
"""How far around its two ends a word accounts for sound; one stretched over half a minute does not."""


@dataclass(frozen=True, slots=True)
class Wordless:
    """A stretch for the archivist's ear: sound, but no words."""

    start_ms: int
    end_ms: int
    voice: bool
    """Whether voice detection hears speech in it; otherwise it is loud, and that is all that is known."""


def mark_dropped(recognition: WindowRecognition, voice: Voice) -> WindowRecognition:
    """The same recognition, with a reason on every word that is not to be part of the transcript."""
    floor = voice.floor
    segments = tuple(_mark_segment(segment, voice, floor) for segment in recognition.segments)
    return recognition.model_copy(update={"segments": segments})


def _mark_segment(segment: RecognisedSegment, voice: Voice, floor: float) -> RecognisedSegment:
    if not segment.words:
        return segment
    start = min(segment.start_ms, *(word.start_ms for word in segment.words))
    end = max(segment.end_ms, *(word.end_ms for word in segment.words))
    whole: str | None = None
    if not any(character.isalnum() for character in segment.text):
        whole = NO_LETTERS
    elif (
        segment.average_log_probability is not None
        and segment.average_log_probability < _DOUBT
        and voice.most_likely(start - _AROUND_PASSAGE_MS, end + _AROUND_PASSAGE_MS) < _NO_SPEECH
    ):
        whole = DOUBTED
    words = tuple(
        word.model_copy(update={"dropped": (SILENT if _is_silent(word, voice, floor) else whole)})
        for word in segment.words
    )
    return segment.model_copy(update={"words": words})


def _is_silent(word: RecognisedWord, voice: Voice, floor: float) -> bool:
    start, end = word.start_ms - _AROUND_WORD_MS, word.end_ms + _AROUND_WORD_MS
    return voice.most_likely(start, end) < _NO_SPEECH and voice.loudest(start, end) < floor + _STANDS_OUT_DB


def find_wordless(voice: Voice, words: Iterable[RecognisedWord]) -> list[Wordless]:
    """Stretches of a recording that hold a voice or another loud sound, but none of the kept `words`."""
    silent = voice.probability >= 0  # all frames: true where no word accounts for the sound
    for word in words:
        if word.dropped is None:
            for time in (word.start_ms, word.end_ms):
                silent[voice.frames(time - _WORD_REACH_MS, time + _WORD_REACH_MS)] = False
    spoken = _bridged((voice.probability >= 0.5) & silent, silent)
    found = [Wordless(a, b, True) for a, b in runs(spoken) if b - a >= _WORDLESS_VOICE_MS]
    loud = _bridged((voice.level > voice.floor + _SOUND_OVER_FLOOR_DB) & silent, silent)
    found += [
        Wordless(a, b, False)
        for a, b in runs(loud)
        if b - a >= _WORDLESS_SOUND_MS and not any(v.start_ms < b and a < v.end_ms for v in found if v.voice)
    ]
    return sorted(found, key=lambda stretch: stretch.start_ms)


def _bridged(frames: Frames, within: Frames) -> Frames:
    """`frames` with gaps of up to half a second closed, as far as `within` holds."""
    closed = frames.copy()
    marks = runs(frames)
    for (_, end), (start, _) in pairwise(marks):
        if start - end <= 500:
            gap = slice(end // FRAME_MS, start // FRAME_MS)
            closed[gap] = within[gap]
    return closed
