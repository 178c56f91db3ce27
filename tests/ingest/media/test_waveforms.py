"""The picture of how loud a recording is."""

import math
import re
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.jobs import Interrupted
from ingest.media.commands import Programs
from ingest.media.probe import probe
from ingest.media.waveforms import COLUMNS, draw, make_waveform
from schemas.media import Probe

Probed = Callable[[str], Probe]

LEVELS = st.lists(st.floats(-200, 0) | st.just(-math.inf) | st.just(math.nan), max_size=COLUMNS)


def heights(picture: str) -> list[int]:
    """Half the height of the shape, from left to right."""
    path = ET.fromstring(picture).find("{http://www.w3.org/2000/svg}path")  # noqa: S314 - our own
    assert path is not None
    points = [(int(x), int(y)) for x, y in re.findall(r"(\d+) (\d+)", path.get("d", ""))]
    half = len(points) // 2
    assert points[half:] == [(x, 100 - y) for x, y in reversed(points[:half])]
    return [50 - y for _, y in points[:half]]


@given(LEVELS)
def test_any_levels_make_a_shape_that_fits(levels: list[float]) -> None:
    drawn = heights(draw(levels))
    assert len(drawn) == max(1, len(levels))
    assert all(1 <= height <= 50 for height in drawn)


def test_the_loudest_is_as_high_as_there_is_room_and_silence_a_line() -> None:
    assert heights(draw([-20.0, -40.0, -math.inf, -60.0])) == [50, 16, 1, 5]
    assert heights(draw([-90.0, -80.0])) == [1, 1]


@pytest.mark.slow
def test_a_beep_stands_where_it_is_heard(
    programs: Programs, probed: Probed, good: Path, tmp_path: Path
) -> None:
    for name in ("beep.wav", "beep.mp4", "beep.opus"):
        target = tmp_path / f"{name}.svg"
        told: list[int] = []
        assert make_waveform(good / name, probed(name), target, programs, told.append) == target
        drawn = heights(target.read_text())
        length = probed(name).duration_ms
        loud = [index * length / len(drawn) for index, height in enumerate(drawn) if height > 25]
        assert 900 < loud[0] < 1100  # the beep, at 1.0 s
        assert loud[-1] < 1300
        assert told == sorted(told)
        assert target.stat().st_size < 12_000


@pytest.mark.slow
def test_sound_that_ends_before_the_picture_is_silent_to_the_end(programs: Programs, tmp_path: Path) -> None:
    made = tmp_path / "short.mp4"
    picture = ["-f", "lavfi", "-i", "testsrc=size=64x64:rate=5:duration=8"]
    sound = ["-f", "lavfi", "-i", "sine=duration=4", "-pix_fmt", "yuv420p"]
    subprocess.run([programs.ffmpeg, "-v", "error", "-nostdin", *picture, *sound, made], check=True)
    target = make_waveform(made, probe(made, programs), tmp_path / "w.svg", programs)
    assert target is not None
    drawn = heights(target.read_text())
    half = len(drawn) // 2
    assert min(drawn[5 : half - 15]) > 20
    assert max(drawn[half + 15 :]) == 1


@pytest.mark.slow
def test_without_sound_there_is_none_and_what_stops_it_leaves_nothing(
    programs: Programs, probed: Probed, good: Path, tmp_path: Path
) -> None:
    assert make_waveform(good / "black.mp4", probed("black.mp4"), tmp_path / "a.svg", programs) is None

    def stop(_: int) -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        make_waveform(good / "beep.wav", probed("beep.wav"), tmp_path / "b.svg", programs, stop)
    assert list(tmp_path.iterdir()) == []
