"""The sound of a file as the recogniser wants it, on the same time line as what is played."""

from pathlib import Path

import ffmpeg
import numpy as np

from archive.errors import MediaError
from ingest.media.commands import SANDBOX, Limits, Programs, Progress, address, encode
from ingest.media.composition import SLACK, mixed, threads
from ingest.media.sound import SAMPLE_RATE, SampleFile, Sound
from ingest.media.unfinished import beside, whole
from schemas.media import Probe


def decode(
    path: Path, probe: Probe, target: Path, programs: Programs, on_progress: Progress | None = None
) -> Sound:
    """Decode the sound of `path` for recognition, into `target`.

    Raises MediaError where there is none, or none comes out; ProgramFailed where ffmpeg broke off.
    """
    if probe.audio is None:
        raise MediaError(path, "has no sound")
    with whole(target) as unfinished:
        _decode(path, probe, unfinished, "sum", programs, on_progress)
        # Two channels of which one is turned upside down, as by a wrongly wired machine, silence each other.
        if probe.audio.channels == 2 and len(probe.audio.streams) == 1 and _is_near_silence(unfinished):
            other = beside(target)
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
    source = ffmpeg.input(address(path), threads=threads(), **SANDBOX)
    sound = mixed(source, probe.audio, SAMPLE_RATE)
    if channels == "difference":
        sound = sound.filter("stereotools", phaser=1)  # turns the right channel over
    output = ffmpeg.output(sound, address(target), f="s16le", acodec="pcm_s16le", ac=1, ar=SAMPLE_RATE)
    seconds = probe.duration_ms / 1000
    limits = Limits(
        timeout_s=300 + 2 * seconds,
        cpu_s=300 + round(4 * seconds),
        file_size=SLACK + round(seconds * SAMPLE_RATE * 2 * 1.1),
    )
    encode(programs, list(output.get_args()), limits, on_progress)


def _is_near_silence(path: Path) -> bool:
    """Whether no sample is louder than -60 dBFS."""
    samples = SampleFile(path)
    step = 60 * SAMPLE_RATE
    return all(
        int(np.abs(samples[i : i + step].astype(np.int32)).max()) <= 32 for i in range(0, len(samples), step)
    )
