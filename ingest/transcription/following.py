"""Whisper that follows its speakers from one language into another.

faster-whisper hears a window in chunks of up to half a minute, each in the language of the window. This one
asks, chunk by chunk, what is spoken, in what the encoder has made of it already; a chunk in another language
is heard in that, and one in which the language changes is heard up to the change (`switches`), so that the
next begins there. What it overrides are steps of WhisperModel.generate_segments (1.2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import faster_whisper
import numpy as np
from faster_whisper.transcribe import get_ctranslate2_storage

from ingest.media.sound import Floats
from ingest.transcription.heap import give_back
from ingest.transcription.switches import (
    GLANCE_S,
    PROOF,
    SHORT_SLICE_S,
    SLICE_S,
    SURE,
    Probabilities,
    Stretch,
    find_change,
    find_stretches,
    hear_short,
)

_STATES_A_SECOND = 50  # of the encoder's output
_FRAMES_A_SECOND = 100  # of what goes into it
_SEARCH_S = 4
"""Around the place where a change is supposed, it is searched for in short slices."""
_AROUND_CHANGE_S = 1.0
"""The quietest moment within this of the change is where the chunk ends."""
_QUIET_FRAMES = 20
_SILENCE_FRAMES = 200
"""What follows the last words of a chunk that was cut, and is longer, is heard again."""


@dataclass(slots=True)
class Ear:
    """How a window is heard, and what of it at the moment. Languages are the engine's codes."""

    own: str
    """The window's language."""
    follows: bool
    """Whether the language may change; else other languages are only noticed."""
    spoken: str = ""
    """The language in which the chunk at hand is written."""
    also_heard: tuple[str, ...] = ()
    """What else was heard in it, and not followed."""
    frames: int | None = None
    """How much of the chunk is heard, where its language changes."""
    expected: str | None = None
    """What was proven to begin where the chunk before was cut."""


_TOGETHER = 8
"""Slices that are asked about at once: all 26 of a chunk took 170 MB more."""


class FollowingWhisper(faster_whisper.WhisperModel):  # type: ignore[misc]  # the library has no types
    """Remembers, too, whether it drew lots: above temperature 0 words are sampled."""

    sampled = False
    ear: Ear | None = None
    """None: it hears as the library does."""
    _no_speech_threshold: float | None = None

    def encode(self, features: Floats) -> Any:
        """The encoder's output for a chunk, up to the first change of language in it."""
        give_back()
        output = super().encode(features)
        ear = self.ear
        if ear is None:
            return output
        ear.spoken, ear.also_heard, ear.frames = ear.own, (), None
        expected, ear.expected = ear.expected, None
        length = _length(features)
        seconds = length // _FRAMES_A_SECOND
        glances = self._slices(features, output, _spread(seconds), GLANCE_S)
        if all(glance.get(ear.own, 0.0) >= SURE for glance in glances):
            return output
        starts = range(seconds - SLICE_S + 1)
        if len(starts) >= PROOF:
            slices = self._slices(features, output, starts, SLICE_S)
            stretches = find_stretches(slices, ear.own, expected)
        else:
            (whole,) = self._languages(output)
            stretches = [Stretch(hear_short(whole, ear.own, expected), 0)]
        if not ear.follows:
            ear.also_heard = tuple(sorted({stretch.language for stretch in stretches} - {ear.own}))
            return output
        ear.spoken = stretches[0].language
        if len(stretches) > 1:
            ear.expected = stretches[1].language
            ear.frames = self._find_change(features, output, stretches, length)
            heard = features.copy()
            heard[:, ear.frames :] = 0  # as the library fills up a short chunk
            output = super().encode(heard)
        return output

    def generate_with_fallback(
        self, encoder_output: Any, prompt: list[int], tokenizer: Any, options: Any
    ) -> Any:
        """The text of a chunk, in its language."""
        if self.ear is not None:
            tokenizer.language = tokenizer.tokenizer.token_to_id(f"<|{self.ear.spoken}|>")
            tokenizer.language_code = self.ear.spoken
            prompt = self.get_prompt(tokenizer, [], without_timestamps=options.without_timestamps)
            if options.no_speech_threshold is None:
                options.no_speech_threshold = self._no_speech_threshold
        before, self.sampled = self.sampled, True  # also where it breaks off
        result = super().generate_with_fallback(encoder_output, prompt, tokenizer, options)
        self.sampled = before or result[2] > 0
        if self.ear is not None and self.ear.frames is not None:
            # A chunk without speech is skipped whole; what comes after the change would be lost.
            self._no_speech_threshold = options.no_speech_threshold
            options.no_speech_threshold = None
        return result

    def _split_segments_by_timestamps(
        self, *args: Any, segment_size: int, segment_duration: float, seek: int, **others: Any
    ) -> Any:
        size = self._heard_of(segment_size)
        duration = segment_duration * size / segment_size
        segments, further, ends = super()._split_segments_by_timestamps(
            *args, segment_size=size, segment_duration=duration, seek=seek, **others
        )
        if size < segment_size and ends and segments:
            # The library takes it that nothing is said after the last words. Eleven seconds of speech were.
            last = round(segments[-1]["end"] * _FRAMES_A_SECOND)
            if seek < last < further - _SILENCE_FRAMES:
                further = last
        return segments, further, ends

    def add_word_timestamps(
        self, segments: Any, tokenizer: Any, encoder_output: Any, num_frames: int, *args: Any, **others: Any
    ) -> Any:
        """Times of the words, within what was heard."""
        return super().add_word_timestamps(
            segments, tokenizer, encoder_output, self._heard_of(num_frames), *args, **others
        )

    def _heard_of(self, frames: int) -> int:
        return frames if self.ear is None or self.ear.frames is None else min(frames, self.ear.frames)

    def _find_change(self, features: Floats, output: Any, stretches: list[Stretch], length: int) -> int:
        """The frame at which the second stretch begins."""
        before, after = stretches[:2]
        first = max(0, after.start_s - _SEARCH_S)
        last = min(length // _FRAMES_A_SECOND - SHORT_SLICE_S, after.start_s + _SEARCH_S - SHORT_SLICE_S)
        slices = self._slices(features, output, range(first, last + 1), SHORT_SLICE_S)
        return _quietest(features, first + find_change(slices, before.language, after.language), length)

    def _slices(
        self, features: Floats, output: Any, seconds: Sequence[int], slice_s: int
    ) -> list[Probabilities]:
        """What is spoken in slices of the encoder's output that begin at some seconds."""
        if output.device != "cpu":  # what lies on a graphics card cannot be cut here
            output = self.model.encode(get_ctranslate2_storage(features[None]), to_cpu=True)
        states, length = np.asarray(output), slice_s * _STATES_A_SECOND
        starts = [second * _STATES_A_SECOND for second in seconds]
        slices = [states[0, start : start + length] for start in starts]
        heard: list[Probabilities] = []
        for first in range(0, len(slices), _TOGETHER):
            together = np.stack(slices[first : first + _TOGETHER])
            heard += self._languages(get_ctranslate2_storage(together))
        return heard

    def _languages(self, output: Any) -> list[Probabilities]:
        return [
            {token[2:-2]: float(probability) for token, probability in heard}
            for heard in self.model.detect_language(output)
        ]


def _spread(seconds: int) -> list[int]:
    """Where glances at a chunk begin: over all of it, each overlapping the one before by half."""
    last = max(0, seconds - GLANCE_S)
    return [*range(0, last, GLANCE_S // 2), last]


def _length(features: Floats) -> int:
    """Frames of a chunk before it was filled up with zeros."""
    return int(np.flatnonzero(features.any(axis=0)).max(initial=-1)) + 1


def _quietest(features: Floats, second: int, length: int) -> int:
    """The frame in the middle of the quietest moment around a second."""
    first = round((second - _AROUND_CHANGE_S) * _FRAMES_A_SECOND)
    last = min(length, round((second + _AROUND_CHANGE_S) * _FRAMES_A_SECOND))
    loudness = features[:, first:last].mean(axis=0)
    moments = np.convolve(loudness, np.ones(_QUIET_FRAMES), mode="valid")
    return first + int(moments.argmin()) + _QUIET_FRAMES // 2  # never 0: the next chunk begins further on
