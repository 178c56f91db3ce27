"""Closed stretches: how ffmpeg is told to make them silent and black, and the proof that they are.

Everything is said as what is open, and whatever is not is closed: a frame whose time ffmpeg doesn't know is
closed. Sound is silenced before it is encoded, picture is blackened before anything looks at the pictures
beside it (deinterlacing does, and a frame that stands still is shown on after its stretch) and once more as
it is shown. So nothing of what is closed reaches an encoder.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ffmpeg
import numpy as np

from archive.access import Span
from archive.errors import MediaError
from ingest.media.commands import SANDBOX, Limits, Programs, address, run
from schemas.media import Probe

GUARD_MS = 20
"""How much more than the stretch is closed on either side: what a lossy original smears of a sound over its
neighbours (20 ms are a half to all of a frame of MP3 or AAC before its onset), and the reach of resampling
(under 1 ms)."""

_STEP_MS = 1
"""Sound is switched in steps of this length."""

_SMEARED_MS = 150
"""How far the coder of a copy, and a picture's last frame, may carry what is open into a closed stretch."""
_PIECE_MS = 600_000
"""Looked at in one go: 64 kB of sound and 69 kB of picture a second, of at most 64 MiB."""
_LOUDEST = 8  # of 32,768: -72 dBFS
_BRIGHTEST = 24  # of 255; black is 0 or 16


def silence(sound: Any, stretches: Sequence[Span], rate: int) -> Any:
    """`sound` (ffmpeg-python, of `rate` samples a second, its time that of the file) with every sample in
    `stretches` 0."""
    steps = sound.filter("asetnsamples", n=max(1, rate * _STEP_MS // 1000), p=0)
    return steps.filter("volume", 0, enable=_closed(stretches, _STEP_MS))


def blacken(picture: Any, stretches: Sequence[Span], frame_ms: float) -> Any:
    """`picture` with every frame black that is shown, for `frame_ms`, anywhere in `stretches`."""
    return picture.filter(
        "drawbox", x=0, y=0, w="iw", h="ih", color="black", t="fill", enable=_closed(stretches, frame_ms)
    )


def open_parts(stretches: Sequence[Span], guard_ms: int = GUARD_MS) -> list[Span]:
    """What is left between `stretches` when each is widened by the guard."""
    parts: list[Span] = []
    position = 0
    for start, end in sorted(stretches, key=lambda stretch: stretch[0]):
        if start - guard_ms > position:
            parts.append((position, start - guard_ms))
        if end is None:
            return parts
        position = max(position, end + guard_ms)
    return [*parts, (position, None)]


def _closed(stretches: Sequence[Span], length_ms: float) -> str:
    """An expression of ffmpeg's: whether what begins at `t` and lasts `length_ms` is not open altogether."""
    parts = open_parts(stretches)
    return _outside(parts, length_ms) if parts else "1"


def _outside(parts: Sequence[Span], length_ms: float) -> str:
    """Halved until one part is left: ffmpeg refuses a sum of hundreds (its parser goes 100 deep), and asks
    this for every millisecond."""
    if len(parts) > 1:
        half = len(parts) // 2
        sides = (_outside(side, length_ms) for side in (parts[:half], parts[half:]))
        return f"if(lt(t,{parts[half][0] / 1000:.3f}),{','.join(sides)})"
    ((start, end),) = parts
    conditions = [f"gte(t,{start / 1000:.3f})"] if start > 0 else []
    if end is not None:
        conditions.append(f"lte(t,{(end - length_ms) / 1000:.4f})")
    # What is open is asked for, so that a frame without a time is closed; before 0 there is nothing to close.
    return f"not({'*'.join(conditions) or 'gte(t,-1000)'})"


def check_closed(path: Path, copy: Path, made: Probe, stretches: Sequence[Span], programs: Programs) -> None:
    """Look at a copy of `path` as it would go out. Raises MediaError where it is not silent and black in
    `stretches`: then it must not go out, whatever the reason."""
    for start, end in stretches:
        last = made.duration_ms if end is None else min(end, made.duration_ms)
        first, last = start + (_SMEARED_MS if start else 0), last - (0 if end is None else _SMEARED_MS)
        for at in range(first, last, _PIECE_MS):
            length = min(_PIECE_MS, last - at)
            if _is_loud(copy, made, at, length, programs) or _is_bright(copy, made, at, length, programs):
                raise MediaError(
                    path, f"cannot be closed between {at} and {at + length} ms: something is left in the copy"
                )


def _is_loud(copy: Path, made: Probe, at_ms: int, length_ms: int, programs: Programs) -> bool:
    if made.audio is None:
        return False
    source = ffmpeg.input(address(copy), ss=at_ms / 1000, t=length_ms / 1000, threads=1, **SANDBOX)
    sound = source[str(made.audio.streams[0])]
    raw = _decoded(ffmpeg.output(sound, "pipe:1", f="s16le", acodec="pcm_s16le", ac=2, ar=16_000), programs)
    samples = np.frombuffer(raw[: len(raw) // 2 * 2], dtype="<i2").astype(np.int32)
    return samples.size > 0 and int(np.abs(samples).max()) > _LOUDEST


def _is_bright(copy: Path, made: Probe, at_ms: int, length_ms: int, programs: Programs) -> bool:
    if made.video is None:
        return False
    source = ffmpeg.input(address(copy), ss=at_ms / 1000, t=length_ms / 1000, threads=1, **SANDBOX)
    picture = source[str(made.video.stream)].filter("scale", 64, 36, flags="area").filter("format", "gray")
    raw = _decoded(ffmpeg.output(picture, "pipe:1", f="rawvideo"), programs)
    return len(raw) > 0 and int(np.frombuffer(raw, dtype=np.uint8).max()) > _BRIGHTEST


def _decoded(output: Any, programs: Programs) -> bytes:
    arguments = ["-nostdin", "-loglevel", "error", *output.get_args()]
    return run(programs.ffmpeg, arguments, Limits(timeout_s=1800, cpu_s=3600, file_size=1))
