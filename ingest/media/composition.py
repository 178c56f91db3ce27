"""What the command lines of all derivatives share."""

import os
from typing import Any

import ffmpeg

from schemas.media import AudioStream

TALLEST = 720
"""Lines of a copy or poster at most."""
SLACK = 64 * 2**20
"""Bytes that a file may be larger than reckoned, before it is stopped."""
_SPREAD_MS = 500
"""How far lengths may be off: a frame, priming, and the end of the longer stream."""

ANONYMOUS: dict[str, Any] = {
    "map_metadata": -1,
    "map_chapters": -1,
    "fflags": "+bitexact",
    "flags:v": "+bitexact",
    "flags:a": "+bitexact",
    "max_muxing_queue_size": 9999,  # packets of one stream that wait for the first of another
}


def mixed(source: Any, audio: AudioStream, rate: int) -> Any:
    """The sound on the file's time line, silence where it has none; several microphones together."""
    filled = [
        source[str(number)].filter("aresample", rate, **{"async": 1, "first_pts": 0})
        for number in audio.streams
    ]
    if len(filled) == 1:
        return filled[0]
    return ffmpeg.filter(filled, "amix", inputs=len(filled), dropout_transition=0)


def threads() -> int:
    """Threads of a decoder or encoder: more than eight gain little, and each wants memory."""
    return min(8, os.cpu_count() or 1)


def falls_short(end_ms: int, wanted_ms: int) -> bool:
    """Whether what came out of a decoder ends before it should, by more than lengths may be off."""
    return end_ms < wanted_ms * 99 // 100 - _SPREAD_MS
