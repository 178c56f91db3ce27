"""What language each chunk is heard in: how every engine follows its speakers from one into another.

Whisper hears a window in chunks of up to half a minute, each in one language. The ear asks, chunk by chunk,
what is spoken, in what the encoder has made of it already; a chunk in another language is heard in that, and
one in which the language changes is heard up to the change (`switches`), so that the next begins there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ingest.media.sound import Floats
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

STATES_A_SECOND = 50  # of the encoder's output
FRAMES_A_SECOND = 100  # of what goes into it
_TOGETHER = 8
"""Slices that are asked about at once: all 26 of a chunk took 170 MB more."""
_SEARCH_S = 4
"""Around the place where a change is supposed, it is searched for in short slices."""
_AROUND_CHANGE_S = 1.0
"""The quietest moment within this of the change is where the chunk ends."""
_QUIET_FRAMES = 20
_SILENCE_FRAMES = 200
"""What follows the last words of a chunk that was cut, and is longer, is heard again."""


class Chunk(Protocol):
    """Up to half a minute of a window, as an engine has it in hand."""

    @property
    def length(self) -> int:
        """Its frames, before it was filled up."""

    def loudness(self, first: int, last: int) -> Floats:
        """How loud some of its frames are, on any scale."""

    def slices(self, seconds: Sequence[int], slice_s: int) -> list[Probabilities]:
        """What is spoken in slices of the encoder's output that begin at some seconds."""

    def whole(self) -> Probabilities:
        """What is spoken in all of it."""


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

    def listen(self, chunk: Chunk) -> None:
        """Decide in what language the next chunk is heard, and how much of it."""
        self.spoken, self.also_heard, self.frames = self.own, (), None
        expected, self.expected = self.expected, None
        seconds = chunk.length // FRAMES_A_SECOND
        glances = _ask(chunk, _spread(seconds), GLANCE_S)
        if all(glance.get(self.own, 0.0) >= SURE for glance in glances):
            return
        starts = range(seconds - SLICE_S + 1)
        if len(starts) >= PROOF:
            stretches = find_stretches(_ask(chunk, starts, SLICE_S), self.own, expected)
        else:
            stretches = [Stretch(hear_short(chunk.whole(), self.own, expected), 0)]
        if not self.follows:
            self.also_heard = tuple(sorted({stretch.language for stretch in stretches} - {self.own}))
            return
        self.spoken = stretches[0].language
        if len(stretches) > 1:
            self.expected = stretches[1].language
            self.frames = _find_change(chunk, stretches[0], stretches[1])

    def heard_of(self, frames: int) -> int:
        """How many of a chunk's frames are heard."""
        return frames if self.frames is None else min(frames, self.frames)

    def go_on(self, seek: int, last_word: int, end: int) -> int:
        """Where to go on after a chunk that was heard up to `end`, in frames of the window. Engines take it
        that nothing is said after its last words; in one that was cut, eleven seconds of speech were."""
        again = self.frames is not None and seek < last_word < end - _SILENCE_FRAMES
        return last_word if again else end


def _ask(chunk: Chunk, seconds: Sequence[int], slice_s: int) -> list[Probabilities]:
    together = [seconds[first : first + _TOGETHER] for first in range(0, len(seconds), _TOGETHER)]
    return [heard for some in together for heard in chunk.slices(some, slice_s)]


def _find_change(chunk: Chunk, before: Stretch, after: Stretch) -> int:
    """The frame at which the second stretch begins."""
    first = max(0, after.start_s - _SEARCH_S)
    last = min(chunk.length // FRAMES_A_SECOND - SHORT_SLICE_S, after.start_s + _SEARCH_S - SHORT_SLICE_S)
    slices = _ask(chunk, range(first, last + 1), SHORT_SLICE_S)
    return _quietest(chunk, first + find_change(slices, before.language, after.language))


def _quietest(chunk: Chunk, second: int) -> int:
    """The frame in the middle of the quietest moment around a second."""
    first = round((second - _AROUND_CHANGE_S) * FRAMES_A_SECOND)
    last = min(chunk.length, round((second + _AROUND_CHANGE_S) * FRAMES_A_SECOND))
    moments = np.convolve(chunk.loudness(first, last), np.ones(_QUIET_FRAMES), mode="valid")
    return first + int(moments.argmin()) + _QUIET_FRAMES // 2  # never 0: the next chunk begins further on


def _spread(seconds: int) -> list[int]:
    """Where glances at a chunk begin: over all of it, each overlapping the one before by half."""
    last = max(0, seconds - GLANCE_S)
    return [*range(0, last, GLANCE_S // 2), last]
