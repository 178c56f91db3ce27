"""Words that no voice said, and sounds that got no words.

Whisper writes "You" over digital silence and whole sentences over music: of eleven pieces two got a sentence
and two a few words. A word is marked as dropped, never deleted, and only when two witnesses agree that nobody
spoke:

- voice detection and the level: over the word's whole span there is neither speech nor a sound that stands
  out from the recording's floor; or
- voice detection and the engine: over the whole span of the passage there is no speech, and the engine
  itself doubts what it wrote. Level cannot witness here: music is loud.

Of 58 words invented over music this drops all; of 3,090 words heard in real speech, as it was, 40 and 55 dB
quieter, in noise as loud as itself, hoarse and whispered, it drops 4: of a hoarse voice that was turned down
until three bits were left of it. The limits below were chosen on these same recordings; others may do worse.
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
"""No frame above this: no speech. Around words invented over music it was 0.18 at most."""
_STANDS_OUT_DB = 5.0
"""Steady noise varies by less. The faintest words in noise stood out by 4 to 6 dB; detection heard those."""
_AROUND_WORD_MS = 250
_AROUND_PASSAGE_MS = 500
"""Whisper's times are that uncertain; a voice so near may be the word's."""
_DOUBT = -0.4
"""Average log probability below which the engine doubts; as it does where it had to draw lots (temperature
above 0). Words invented over music, real and synthetic, had -0.51 to -2.03; clear speech has about -0.25."""

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
        _is_doubted(segment)
        and voice.most_likely(start - _AROUND_PASSAGE_MS, end + _AROUND_PASSAGE_MS) < _NO_SPEECH
    ):
        whole = DOUBTED
    words = tuple(
        word.model_copy(update={"dropped": (SILENT if _is_silent(word, voice, floor) else whole)})
        for word in segment.words
    )
    return segment.model_copy(update={"words": words})


def _is_doubted(segment: RecognisedSegment) -> bool:
    probability = segment.average_log_probability
    return (probability is not None and probability < _DOUBT) or bool(segment.temperature)


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
