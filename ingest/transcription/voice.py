"""Where in a recording there is a voice: by voice detection (silero, as faster-whisper has it) and by level.

Voice detection hears loudness before it hears a voice: it found none in a hoarse speaker at -19 dBFS, and
none at all in clear speech at -75 dBFS, of which Whisper heard as many words as at full level. So it listens
to a copy in which the loudest moment of any seven seconds is brought to one level. Then every passage that
Whisper wrote of real speech (3,090 words: as it was, quiet, whispered, in noise) had a frame above 0.5 in it;
in 27 minutes of music one frame in a hundred at most was above 0.1. It decides nothing alone: it chooses
where windows are cut (`windows`), and a word goes only when a second witness agrees (`hallucination`).
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ingest.media.sound import SAMPLE_RATE, Floats, SampleFile, Samples, as_float

FRAME = 512
"""Samples that silero judges at once."""
FRAME_MS = 32
assert FRAME * 1000 == FRAME_MS * SAMPLE_RATE  # noqa: S101 - times count on it

_PIECE = 60 * SAMPLE_RATE // FRAME * FRAME  # samples looked at together: memory stays bounded for any length
_WARM_UP = 64  # frames before a piece that silero hears but is not asked about, so that pieces join unheard
_REACH = 110  # frames to each side whose loudest sets the gain: seven seconds, longer than a pause for breath
_TARGET_DB = -23.0  # loudness of speech in broadcasting (EBU R 128), for want of a better guess at silero's
_MOST_GAIN_DB = 60.0
_NOTHING_DB = -90.0  # below the least that 16 bits can hold: digital silence
_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Voice:
    """What was found in each frame of 32 ms of a recording."""

    probability: Floats
    """That it is speech, 0 to 1."""
    level: Floats
    """Loudness in dBFS (root mean square)."""

    @property
    def floor(self) -> float:
        """Level of the recording where nothing is said: its quietest tenth, digital silence left out."""
        heard = self.level[self.level > _NOTHING_DB]
        return float(np.percentile(heard, 10)) if heard.size else _NOTHING_DB

    def frames(self, start_ms: int, end_ms: int) -> slice:
        """The frames that a stretch touches, at least one."""
        first = min(max(0, start_ms // FRAME_MS), max(0, len(self.level) - 1))
        return slice(first, max(first + 1, -(-end_ms // FRAME_MS)))

    def most_likely(self, start_ms: int, end_ms: int) -> float:
        """Highest probability of speech within a stretch."""
        return float(self.probability[self.frames(start_ms, end_ms)].max(initial=0.0))

    def loudest(self, start_ms: int, end_ms: int) -> float:
        """Highest level within a stretch, in dBFS."""
        return float(self.level[self.frames(start_ms, end_ms)].max(initial=_NOTHING_DB - 30))


def measure_voice(sound: Path) -> Voice:
    """Find the voice in a file of samples as `decode` writes it.

    Takes about 7 s of one processor for an hour; memory for a minute of sound, whatever the length.
    """
    samples = SampleFile(sound)
    frames = -(-len(samples) // FRAME)
    level = np.empty(frames, dtype=np.float32)
    for start in range(0, len(samples), _PIECE):
        piece = _padded(samples[start : start + _PIECE]).reshape(-1, FRAME)
        power = np.square(piece, dtype=np.float32).mean(axis=1)
        level[start // FRAME : start // FRAME + len(piece)] = 10 * np.log10(power + _TINY)
    gain = np.clip(_TARGET_DB - _running_maximum(level), 0, _MOST_GAIN_DB)
    return Voice(_detect(samples, gain), level)


def _detect(samples: SampleFile, gain: Floats) -> Floats:
    from faster_whisper.vad import get_vad_model

    model = get_vad_model()
    probability = np.empty(len(gain), dtype=np.float32)
    step = _PIECE // FRAME
    for first in range(0, len(gain), step):
        begin = max(0, first - _WARM_UP)
        piece = _padded(samples[begin * FRAME : (first + step) * FRAME])
        frames = len(piece) // FRAME
        decibels = np.interp(
            np.arange(len(piece)) / FRAME, np.arange(frames) + 0.5, gain[begin : begin + frames]
        )
        heard = np.clip(piece * 10 ** (decibels / 20), -1, 1).astype(np.float32)
        probability[first : first + step] = np.asarray(model(heard)).reshape(-1)[first - begin :]
    return probability


def _padded(samples: Samples) -> Floats:
    return np.pad(as_float(samples), (0, -len(samples) % FRAME))


def _running_maximum(level: Floats) -> Floats:
    """The highest of each frame and `_REACH` frames to both sides, by doubling: a few passes in all."""
    width = 2 * _REACH + 1
    padded = np.pad(level, _REACH, mode="constant", constant_values=_NOTHING_DB - 30)
    covered = 1
    while covered < width:
        shift = min(covered, width - covered)
        padded = np.maximum(padded[:-shift], padded[shift:])
        covered += shift
    return padded
