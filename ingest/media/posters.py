"""A still of a video: a telling frame, never from a stretch that is closed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ffmpeg
import numpy as np

from archive.access import Span
from archive.disks import writing_to
from ingest.media.closing import open_parts
from ingest.media.commands import SANDBOX, Limits, Programs, address, run
from ingest.media.composition import ANONYMOUS, SLACK, TALLEST
from ingest.media.unfinished import beside, on_disk, sweep, whole
from schemas.media import Probe, VideoStream

_POSTER_AT = (0.1, 0.3, 0.5, 0.7, 0.02)
"""Where a poster is looked for, in parts of the length: first behind the tape's leader and slate."""
_GRAY = (64, 36)


def make_poster(
    path: Path, probe: Probe, target: Path, programs: Programs, *, closed: Sequence[Span] = ()
) -> Path | None:
    """Write a JPEG of a telling frame to `target`, at most 720 high, and return it.

    Where stretches are closed, `path` is the copy that is black there: it has nothing to tell of them, and
    the frame is looked for between them. None where there is no picture, or none but black or blank ones.
    Raises ProgramFailed.
    """
    if probe.video is None:
        return None
    with writing_to(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        sweep(target)
    best: tuple[float, bytes] | None = None
    for part in _POSTER_AT:
        at_ms = _open_moment(probe.video, closed, part)
        gray, jpeg = _frame_at(path, probe, at_ms, target, programs)
        if len(gray) == 0:
            continue
        contrast, brightness = float(gray.std()), float(gray.mean())
        if best is None or contrast > best[0]:
            best = (contrast, jpeg)
        if contrast > 20 and 30 < brightness < 225:
            break
    if best is None or best[0] < 2:
        return None
    with whole(target) as unfinished:
        unfinished.write_bytes(best[1])
    return target


def _open_moment(video: VideoStream, closed: Sequence[Span], part: float) -> int:
    """The moment at which `part` of what is open of a picture is over."""
    spans = [
        (max(start, video.start_ms), video.end_ms if end is None else min(end, video.end_ms))
        for start, end in open_parts(closed)
    ]
    lengths = [max(0, end - start) for start, end in spans]
    left = round(sum(lengths) * part)
    for (start, _), length in zip(spans, lengths, strict=True):
        if left < length:
            return start + left
        left -= length
    return video.start_ms


def _frame_at(
    path: Path, probe: Probe, at_ms: int, target: Path, programs: Programs
) -> tuple["np.ndarray[Any, np.dtype[np.uint8]]", bytes]:
    """The most typical of the 50 frames from `at_ms` on: its gray miniature, and as a JPEG."""
    assert probe.video is not None  # noqa: S101 - for the type checker: the caller looked
    height = min(probe.video.height, TALLEST)
    width = max(2, round(probe.video.width * height / probe.video.height))
    unfinished = beside(target)
    source = ffmpeg.input(address(path), ss=at_ms / 1000, threads=1, **SANDBOX)
    parts = (
        source[str(probe.video.stream)]
        .filter("scale", width, height)  # first, since all 50 are held: of 8K video they would be 5 GB
        .filter("thumbnail", 50)
        .filter("setsar", 1)
        .filter_multi_output("split")
    )
    jpeg = ffmpeg.output(
        parts[0],
        address(unfinished),
        **{"f": "mjpeg", "vframes": 1, "q:v": 4, "pix_fmt": "yuvj420p"} | ANONYMOUS,
    )
    gray = ffmpeg.output(parts[1].filter("scale", *_GRAY), "pipe:1", f="rawvideo", pix_fmt="gray", vframes=1)
    arguments = ["-nostdin", "-loglevel", "error", "-y", *ffmpeg.merge_outputs(jpeg, gray).get_args()]
    try:
        with on_disk(target.parent):
            raw = run(programs.ffmpeg, arguments, Limits(timeout_s=300, cpu_s=600, file_size=SLACK))
            pixels = np.frombuffer(raw[: _GRAY[0] * _GRAY[1]], dtype=np.uint8)
            return pixels, unfinished.read_bytes() if unfinished.exists() else b""
    finally:
        unfinished.unlink(missing_ok=True)
