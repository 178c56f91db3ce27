"""A picture of how loud a recording is, to seek on: as one shape, in the length of the file that is played.

It is an SVG of no colour of its own (a page uses it as a mask), a few kB whatever the length. What is closed
is silent in the copy that it is made of, and looks like any other silence.
"""

import math
from collections.abc import Sequence
from pathlib import Path

import ffmpeg

from ingest.media.commands import SANDBOX, Limits, Programs, Progress, address, run
from ingest.media.composition import mixed, threads
from ingest.media.sound import SAMPLE_RATE
from ingest.media.unfinished import whole
from schemas.media import Probe

COLUMNS = 600
"""Parts that a recording is measured in: more than a player is wide on most screens."""
_LEVEL = "lavfi.astats.Overall.RMS_level"
_FAINTEST = -70.0
"""dBFS under which everything is silence: a recording that is nowhere louder has no shape."""


def make_waveform(
    path: Path, probe: Probe, target: Path, programs: Programs, on_progress: Progress | None = None
) -> Path | None:
    """Write the picture of what is heard in `path` to `target` and return it; None where there is no sound.

    `on_progress` is told the milliseconds measured; what it raises stops the work. Raises ProgramFailed.
    """
    if probe.audio is None:
        return None
    levels = _levels(path, probe, programs, on_progress)
    # Sound that ends before the picture does is silent to the end.
    levels += [-math.inf] * (math.ceil(probe.duration_ms * SAMPLE_RATE / 1000 / _part(probe)) - len(levels))
    with whole(target) as unfinished:
        unfinished.write_text(draw(levels), encoding="ascii")
    return target


def draw(levels: Sequence[float]) -> str:
    """The picture of a row of levels (dBFS; -inf: nothing at all), the loudest as high as there is room."""
    loudest = max((level for level in levels if math.isfinite(level)), default=-math.inf)
    heights = [_height(level, loudest) for level in levels] or [1]
    upper = " ".join(f"{x} {50 - height}" for x, height in enumerate(heights))
    lower = " ".join(f"{x} {50 + height}" for x, height in reversed(list(enumerate(heights))))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {max(1, len(heights) - 1)} 100" '
        f'preserveAspectRatio="none"><path d="M{upper} {lower}Z"/></svg>\n'
    )


def _height(level: float, loudest: float) -> int:
    """Half the height of the shape, 1 to 50: the root of the amplitude, so that quiet speech is seen beside
    loud."""
    if not math.isfinite(level) or loudest < _FAINTEST:
        return 1
    return max(1, round(50 * 10 ** ((level - loudest) / 40)))


def _part(probe: Probe) -> int:
    """Samples that are measured together."""
    return max(1, math.ceil(probe.duration_ms * SAMPLE_RATE / 1000 / COLUMNS))


def _levels(path: Path, probe: Probe, programs: Programs, on_progress: Progress | None) -> list[float]:
    """How loud each part of a recording is: root mean square, in dBFS."""
    assert probe.audio is not None  # noqa: S101 - for the type checker: the caller looked
    part = _part(probe)
    sound = mixed(ffmpeg.input(address(path), threads=threads(), **SANDBOX), probe.audio, SAMPLE_RATE)
    measured = (
        sound.filter("aformat", channel_layouts="mono")
        .filter("asetnsamples", n=part, p=0)
        .filter("astats", metadata=1, reset=1, measure_perchannel="none", measure_overall="RMS_level")
        .filter("ametadata", "print", key=_LEVEL, file="pipe:1")
    )
    output = ffmpeg.output(measured, "-", f="null")
    levels: list[float] = []

    def read(line: str) -> None:
        name, _, value = line.partition("=")
        if name == _LEVEL:
            levels.append(float(value))
            if on_progress is not None:
                on_progress(round(len(levels) * part * 1000 / SAMPLE_RATE))

    seconds = probe.duration_ms / 1000
    arguments = ["-nostdin", "-hide_banner", "-loglevel", "error", "-nostats", *output.get_args()]
    run(programs.ffmpeg, arguments, Limits(timeout_s=300 + 2 * seconds, cpu_s=300 + round(4 * seconds)), read)
    return levels[:COLUMNS]
