"""What is made from an original: a playback copy, a poster, and sound for the recogniser.

All of it can be made again. Each is written under another name in its own folder, synced and renamed, so
that a file under its final name is whole. All three count time from the start of the file as ffmpeg sees
it (`0` is the earliest first packet of any stream): sound that starts later than the picture, or has
holes, is filled with silence; a picture that starts later repeats its first frame. So a word's time in
the recogniser's sound is its time in what is played. Nothing of the original's tags, chapters or cover
goes into a copy.
"""

import errno
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from glob import escape
from pathlib import Path
from typing import Any

import ffmpeg
import numpy as np

from archive.access import Span
from archive.disks import full, writing_to
from archive.errors import DiskRefused, MediaError, ProgramFailed
from ingest.media.closing import blacken, check_closed, open_parts, silence
from ingest.media.commands import SANDBOX, Limits, Programs, address, encode, run
from ingest.media.playable import How, Playback, plan_playback
from ingest.media.probe import probe as probe_file
from ingest.media.sound import SAMPLE_RATE, Sound, open_samples
from schemas.media import AudioStream, Probe, VideoStream

_TALLEST = 720
_MOST_FRAMES = 30
_USUAL_FRAMES = 25.0
"""Frames a second where the file doesn't say."""
_SPREAD_MS = 500
"""How far the length of a copy may be off: a frame, priming, and the end of the longer stream."""
_SLACK = 64 * 2**20  # bytes

_ANONYMOUS: dict[str, Any] = {
    "map_metadata": -1,
    "map_chapters": -1,
    "fflags": "+bitexact",
    "flags:v": "+bitexact",
    "flags:a": "+bitexact",
    "max_muxing_queue_size": 9999,  # packets of one stream that wait for the first of another
}

Progress = Callable[[int], None]
"""Told the milliseconds done, about twice a second; what it raises stops the work and is raised on."""


def make_playback(
    path: Path,
    probe: Probe,
    folder: Path,
    name: str,
    programs: Programs,
    on_progress: Progress | None = None,
    *,
    closed: Sequence[Span] = (),
) -> Path | None:
    """Make the copy of `path` that browsers play, as `name` with its ending in `folder`, and return where.

    It is silent and black in the stretches `closed` (ms of the file's time); a copy that turns out not to be
    is refused. None where the original plays as it is (`plan_playback(probe).original`). Raises MediaError
    where the file cannot be decoded, ProgramFailed where ffmpeg broke off.
    """
    plan = plan_playback(probe, partly=bool(closed))
    if plan.original:
        return None
    target = folder / f"{name}{plan.suffix}"
    with _whole(target) as unfinished:
        arguments = _playback_arguments(path, probe, plan, unfinished, closed)
        seconds = probe.duration_ms / 1000
        slowest = 20 if plan.video is How.ENCODED else 2  # times the length of the recording
        limits = Limits(
            timeout_s=300 + slowest * seconds,
            cpu_s=300 + round(4 * slowest * seconds),
            file_size=probe.size + _SLACK + probe.duration_ms * 1000,  # 8 Mb/s where it is encoded
        )
        encode(programs, arguments, limits, on_progress)
        made = _check(path, probe, unfinished, programs)
        check_closed(path, unfinished, made, closed, programs)
    return target


def _check(path: Path, probe: Probe, copy: Path, programs: Programs) -> Probe:
    """What a copy holds. Raises MediaError where it lacks sound or picture of the original: ffmpeg is content
    with less."""
    try:
        made = probe_file(copy, programs)
    except MediaError as error:
        raise MediaError(path, "cannot be decoded: nothing comes out of it") from error
    for kind, wanted, got in (("sound", probe.audio, made.audio), ("picture", probe.video, made.video)):
        if wanted is not None and (end := got.end_ms if got else 0) < wanted.end_ms * 99 // 100 - _SPREAD_MS:
            raise MediaError(path, f"its {kind} cannot be decoded beyond {end // 1000} s")
    return made


def _playback_arguments(
    path: Path, probe: Probe, plan: Playback, target: Path, closed: Sequence[Span]
) -> list[str]:
    source = ffmpeg.input(address(path), threads=_threads(), **SANDBOX)
    streams, options = [], dict(_ANONYMOUS)
    if probe.video is not None:
        picture = source[str(probe.video.stream)]
        if plan.video is How.COPIED:
            options["c:v"] = "copy"
        else:
            if closed:
                picture = blacken(picture, closed, 1000 / (probe.video.frame_rate or _USUAL_FRAMES))
            picture = _scaled(picture, probe.video)
            if closed:
                picture = blacken(picture, closed, 1000 / _frames(probe.video))
            options |= _h264(probe.video)
        streams.append(picture)
    if probe.audio is not None:
        if plan.audio is How.COPIED:
            sound = source[str(probe.audio.streams[0])]
            options["c:a"] = "copy"
        else:
            rate = min(48_000, max(16_000, probe.audio.sample_rate))
            sound = _mixed(source, probe.audio, rate)
            if closed:
                sound = silence(sound, closed, rate)
            stereo = probe.audio.channels > 1
            options |= {"c:a": "aac", "b:a": "128k" if stereo else "96k", "ac": 2 if stereo else 1}
        streams.append(sound)
    if plan.suffix == ".mp3":
        options |= {"f": "mp3", "id3v2_version": 0, "write_id3v1": 0}
    else:
        options |= {"f": "mp4", "movflags": "+faststart"}
    return list(ffmpeg.output(*streams, address(target), **options).get_args())


def _mixed(source: Any, audio: AudioStream, rate: int) -> Any:
    """The sound on the file's time line, silence where it has none; several microphones together."""
    filled = [
        source[str(number)].filter("aresample", rate, **{"async": 1, "first_pts": 0})
        for number in audio.streams
    ]
    if len(filled) == 1:
        return filled[0]
    return ffmpeg.filter(filled, "amix", inputs=len(filled), dropout_transition=0)


def _scaled(picture: Any, video: VideoStream) -> Any:
    if video.interlaced:
        picture = picture.filter("yadif", deint="interlaced")
    picture = picture.filter("fps", fps=f"{_frames(video):.3f}", start_time=0)
    height = min(video.height, _TALLEST)
    width = max(2, round(video.width * height / video.height / 2) * 2)
    return picture.filter("scale", width, max(2, height // 2 * 2)).filter("setsar", 1)


def _frames(video: VideoStream) -> float:
    """Frames a second of a copy."""
    rate = min(video.frame_rate or _USUAL_FRAMES, 1000.0)
    while rate > _MOST_FRAMES:
        rate /= 2
    return rate


def _h264(video: VideoStream) -> dict[str, Any]:
    return {
        "c:v": "libx264",
        "preset": "veryfast",
        "crf": 23,
        "maxrate": "3M",
        "bufsize": "6M",
        "pix_fmt": "yuv420p",
        "profile:v": "high",
        # A picture to start from every two seconds, so that a seek is quick.
        "force_key_frames": "expr:gte(t,n_forced*2)",
        "threads": _threads(),
        "a53cc": 0,  # captions that lie in the pictures would be a text that nobody asked the gate for
    }


def _threads() -> int:
    """Threads of a decoder or encoder: more than eight gain little, and each wants memory."""
    return min(8, os.cpu_count() or 1)


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
        _sweep(target)
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
    with _whole(target) as unfinished:
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
    height = min(probe.video.height, _TALLEST)
    width = max(2, round(probe.video.width * height / probe.video.height))
    unfinished = _beside(target)
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
        **{"f": "mjpeg", "vframes": 1, "q:v": 4, "pix_fmt": "yuvj420p"} | _ANONYMOUS,
    )
    gray = ffmpeg.output(parts[1].filter("scale", *_GRAY), "pipe:1", f="rawvideo", pix_fmt="gray", vframes=1)
    arguments = ["-nostdin", "-loglevel", "error", "-y", *ffmpeg.merge_outputs(jpeg, gray).get_args()]
    try:
        with _on_disk(target.parent):
            raw = run(programs.ffmpeg, arguments, Limits(timeout_s=300, cpu_s=600, file_size=_SLACK))
            pixels = np.frombuffer(raw[: _GRAY[0] * _GRAY[1]], dtype=np.uint8)
            return pixels, unfinished.read_bytes() if unfinished.exists() else b""
    finally:
        unfinished.unlink(missing_ok=True)


def decode(
    path: Path, probe: Probe, target: Path, programs: Programs, on_progress: Progress | None = None
) -> Sound:
    """Decode the sound of `path` for recognition, into `target`.

    Raises MediaError where there is none, or none comes out; ProgramFailed where ffmpeg broke off.
    """
    if probe.audio is None:
        raise MediaError(path, "has no sound")
    with _whole(target) as unfinished:
        _decode(path, probe, unfinished, "sum", programs, on_progress)
        # Two channels of which one is turned upside down, as by a wrongly wired machine, silence each other.
        if probe.audio.channels == 2 and len(probe.audio.streams) == 1 and _is_near_silence(unfinished):
            other = _beside(target)
            try:
                _decode(path, probe, other, "difference", programs, on_progress)
                if not _is_near_silence(other):
                    other.replace(unfinished)
            finally:
                other.unlink(missing_ok=True)
        samples = unfinished.stat().st_size // 2
        if samples == 0:
            raise MediaError(path, "cannot be decoded: no sound comes out of it")
    return Sound(target, samples)


def _decode(
    path: Path, probe: Probe, target: Path, channels: str, programs: Programs, on_progress: Progress | None
) -> None:
    assert probe.audio is not None  # noqa: S101 - for the type checker: the caller looked
    source = ffmpeg.input(address(path), threads=_threads(), **SANDBOX)
    sound = _mixed(source, probe.audio, SAMPLE_RATE)
    if channels == "difference":
        sound = sound.filter("stereotools", phaser=1)  # turns the right channel over
    output = ffmpeg.output(sound, address(target), f="s16le", acodec="pcm_s16le", ac=1, ar=SAMPLE_RATE)
    seconds = probe.duration_ms / 1000
    limits = Limits(
        timeout_s=300 + 2 * seconds,
        cpu_s=300 + round(4 * seconds),
        file_size=_SLACK + round(seconds * SAMPLE_RATE * 2 * 1.1),
    )
    encode(programs, list(output.get_args()), limits, on_progress)


def _is_near_silence(path: Path) -> bool:
    """Whether no sample is louder than -60 dBFS."""
    samples = open_samples(path)
    step = 60 * SAMPLE_RATE
    return all(
        int(np.abs(samples[i : i + step].astype(np.int32)).max()) <= 32 for i in range(0, len(samples), step)
    )


def _beside(target: Path) -> Path:
    return target.with_name(f".{target.name}.{secrets.token_hex(8)}.part")


def _sweep(target: Path) -> None:
    """Remove what a process that died left beside `target`: whoever works on a recording does so alone."""
    for left in target.parent.glob(f".{escape(target.name)}.*.part"):
        left.unlink()


@contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """A name to write to; when the block ends well, what is there becomes `target`, on disk, whole. Raises
    DiskRefused where it does not fit."""
    unfinished = _beside(target)
    try:
        with _on_disk(target.parent):
            target.parent.mkdir(parents=True, exist_ok=True)
            _sweep(target)
            yield unfinished
            if not unfinished.exists():
                raise ProgramFailed("ffmpeg", "wrote nothing")
            _sync(unfinished)
            unfinished.replace(target)
            _sync(target.parent)  # or a power cut may take the new name back
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def _on_disk(folder: Path) -> Iterator[None]:
    """Raise DiskRefused where the disk of `folder` does not take what this process or ffmpeg writes to it."""
    with writing_to(folder):
        try:
            yield
        except ProgramFailed as error:
            if any(_NO_ROOM in line for line in error.lines):
                raise DiskRefused(full(folder)) from error
            raise


_NO_ROOM = os.strerror(errno.ENOSPC)
"""ffmpeg says it in the same words: neither program has been told a language."""


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
