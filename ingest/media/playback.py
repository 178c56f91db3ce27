"""The copy of an original that browsers play.

It is written under another name in its own folder, synced and renamed, so that a file under its final name is
whole (`unfinished`); it can be made again. Like the poster and the recogniser's sound it counts time from the
start of the file as ffmpeg sees it (`0` is the earliest first packet of any stream): sound that starts later
than the picture, or has holes, is filled with silence; a picture that starts later repeats its first frame.
So a word's time in the recogniser's sound is its time in what is played. Nothing of the original's tags,
chapters or cover goes into a copy, nor captions that lie in its pictures.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ffmpeg

from archive.access import Span
from archive.errors import MediaError
from ingest.media.captions import WITHOUT_TEXT, carries_text
from ingest.media.closing import blacken, check_closed, silence
from ingest.media.commands import SANDBOX, Limits, Programs, Progress, address, encode
from ingest.media.composition import ANONYMOUS, SLACK, TALLEST, falls_short, mixed, threads
from ingest.media.playable import How, Playback, plan_playback
from ingest.media.probe import probe as probe_file
from ingest.media.unfinished import whole
from schemas.media import Probe, VideoStream

_MOST_FRAMES = 30
_USUAL_FRAMES = 25.0
"""Frames a second where the file doesn't say."""


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
    with whole(target) as unfinished:
        video = probe.video
        mute = (
            plan.video is How.COPIED
            and video is not None
            and carries_text(path, video.stream, probe.size, programs)
        )
        arguments = _playback_arguments(path, probe, plan, unfinished, closed, mute=mute)
        seconds = probe.duration_ms / 1000
        slowest = 20 if plan.video is How.ENCODED else 2  # times the length of the recording
        limits = Limits(
            timeout_s=300 + slowest * seconds,
            cpu_s=300 + round(4 * slowest * seconds),
            file_size=probe.size + SLACK + probe.duration_ms * 1000,  # 8 Mb/s where it is encoded
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
        if wanted is not None and falls_short(end := got.end_ms if got else 0, wanted.end_ms):
            raise MediaError(path, f"its {kind} cannot be decoded beyond {end // 1000} s")
    return made


def _playback_arguments(
    path: Path, probe: Probe, plan: Playback, target: Path, closed: Sequence[Span], *, mute: bool = False
) -> list[str]:
    source = ffmpeg.input(address(path), threads=threads(), **SANDBOX)
    streams, options = [], dict(ANONYMOUS)
    if probe.video is not None:
        picture = source[str(probe.video.stream)]
        if plan.video is How.COPIED:
            options |= {"c:v": "copy"} | ({"bsf:v": WITHOUT_TEXT} if mute else {})
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
            sound = mixed(source, probe.audio, rate)
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


def _scaled(picture: Any, video: VideoStream) -> Any:
    if video.interlaced:
        picture = picture.filter("yadif", deint="interlaced")
    picture = picture.filter("fps", fps=f"{_frames(video):.3f}", start_time=0)
    height = min(video.height, TALLEST)
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
        "threads": threads(),
        "a53cc": 0,  # as `WITHOUT_TEXT`, for pictures that are encoded
    }
