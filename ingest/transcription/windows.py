"""Cuts a recording into windows that are recognised, and kept, one by one.

Windows follow each other without a gap from 0 to the end, each at most as long as asked, cut at pauses and of
about one length. The same sound always gives the same windows: a run that goes on after a crash counts on it.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ingest.transcription.voice import FRAME_MS, Voice

_QUIET = 0.35
"""Probability of speech below which a frame may be part of a pause."""
_SHORTEST_PAUSE_MS = 190
_ENOUGH_MS = 1_500
"""A pause as long as this is as good a place to cut as any longer one."""
_DISTANCE_COSTS = 1.0
"""A pause this much longer (in its own length) outweighs one that lies nearer to where a cut is due."""


Frames: TypeAlias = npt.NDArray[np.bool_]
"""One answer for each frame of 32 ms."""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a recording: number from 1, and milliseconds."""

    number: int
    start_ms: int
    end_ms: int

    @property
    def duration_ms(self) -> int:
        """Its length."""
        return self.end_ms - self.start_ms


def plan_windows(voice: Voice, duration_ms: int, longest_ms: int) -> list[Window]:
    """The windows of a recording of `duration_ms`; none where it has no length."""
    pauses = _pauses(voice)
    ends = [end for _, end in pauses]
    cuts = [0]
    while duration_ms - cuts[-1] > longest_ms:
        cuts.append(_next_cut(voice, pauses, ends, cuts[-1], duration_ms, longest_ms))
    if duration_ms > 0:
        cuts.append(duration_ms)
    return [Window(number, start, end) for number, (start, end) in enumerate(pairwise(cuts), 1)]


def _next_cut(
    voice: Voice,
    pauses: Sequence[tuple[int, int]],
    ends: Sequence[int],
    start: int,
    duration_ms: int,
    longest_ms: int,
) -> int:
    left = duration_ms - start
    count = -(-left // longest_ms)
    due = start + left // count
    latest = start + longest_ms
    # From the first of these on, what is left fits into one window less: no crumb is left at the end.
    half = start + (due - start) // 2
    tight = max(half, duration_ms - (count - 1) * longest_ms)
    for earliest in (tight, half):
        best: tuple[float, int] | None = None
        for begin, end in pauses[bisect_right(ends, earliest) :]:
            if begin >= latest:
                break
            cut = min(max((begin + end) // 2, earliest), latest)
            worth = min(end - begin, _ENOUGH_MS) / _ENOUGH_MS - _DISTANCE_COSTS * abs(cut - due) / longest_ms
            if best is None or worth > best[0]:
                best = (worth, cut)
        if best is not None:
            return best[1]
    return _least_voiced(voice, tight, latest)


def _least_voiced(voice: Voice, earliest: int, latest: int) -> int:
    """Where no pause is: the middle of the frame that is least like speech, the quietest of equal ones."""
    frames = voice.frames(earliest, latest)
    order = np.lexsort((voice.level[frames], voice.probability[frames]))
    if len(order) == 0:
        return latest
    middle = (int(frames.start) + int(order[0])) * FRAME_MS + FRAME_MS // 2
    return min(max(middle, earliest + 1), latest)


def _pauses(voice: Voice) -> list[tuple[int, int]]:
    """Stretches without speech, as (start, end) in milliseconds."""
    return [
        (begin, end) for begin, end in runs(voice.probability < _QUIET) if end - begin >= _SHORTEST_PAUSE_MS
    ]


def runs(frames: Frames) -> list[tuple[int, int]]:
    """Where consecutive frames are true, as (start, end) in milliseconds."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], frames, [False])).astype(np.int8)))
    return [
        (int(begin) * FRAME_MS, int(end) * FRAME_MS)
        for begin, end in zip(edges[::2], edges[1::2], strict=True)
    ]
