"""What is closed is not in the copy: not one sample, not one frame, nor a text that lay in the pictures."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ffmpeg
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.access import Span
from archive.errors import MediaError
from ingest.media import closing, playback
from ingest.media.closing import GUARD_MS, check_closed, open_parts, silence
from ingest.media.commands import Programs
from ingest.media.playback import make_playback
from ingest.media.posters import make_poster
from ingest.media.probe import probe
from schemas.media import Probe
from tests.ingest.media.making import GOOD

pytestmark = pytest.mark.slow

Probed = Callable[[str], Probe]

RATE = 16_000
SMEARED_MS = 130
"""A frame of AAC at 16 kHz on either side."""


def samples(path: Path, programs: Programs, *options: str) -> npt.NDArray[np.int32]:
    """What a player would play: both channels, so that nothing is cancelled."""
    command: list[str | Path] = [programs.ffmpeg, "-v", "error", "-i", path, *options]
    command += ["-map", "0:a", "-f", "s16le", "-ac", "2", "-ar", str(RATE), "-"]
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    return np.abs(np.frombuffer(raw, "<i2").astype(np.int32).reshape(-1, 2)).max(axis=1)


def frames(path: Path, programs: Programs) -> npt.NDArray[np.uint8]:
    """The brightest point of the picture, every 20 ms, as a player shows it."""
    shown = "fps=50:start_time=0,scale=16:16,format=gray"
    command: list[str | Path] = [programs.ffmpeg, "-v", "error", "-i", path, "-vf", shown]
    command += ["-f", "rawvideo", "-"]
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, 256).max(axis=1)


def stretch(values: npt.NDArray[Any], start_ms: int, end_ms: int, rate: int) -> npt.NDArray[Any]:
    return values[start_ms * rate // 1000 : end_ms * rate // 1000]


def make(arguments: list[str], path: Path) -> Path:
    command = ["ffmpeg", "-v", "error", "-nostdin", "-y", *arguments, str(path)]
    subprocess.run(command, check=True)
    return path


QUICK = ["late-sound.mp4", "starts-at-2s.mkv"]
SILENT = ["black.mp4", "no-sound.mp4"]
REST = sorted({path.name for path in GOOD.iterdir() if path.is_file()} - {*QUICK, *SILENT})


@pytest.mark.parametrize("name", [*QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in REST)])
def test_the_closed_stretch_is_silent_and_black_and_all_else_is_there(
    name: str, programs: Programs, probed: Probed, good: Path, tmp_path: Path
) -> None:
    found = probed(name)
    # The beep of the sound lies in it, and the flash of the picture.
    start, end = 900, 1700 if name == "late-sound.mp4" else 1300
    copy = make_playback(good / name, found, tmp_path, "one", programs, closed=((start, end),))
    assert copy is not None
    played = probe(copy, programs)
    assert abs(played.duration_ms - found.duration_ms) <= 100
    assert (played.has_video, played.has_audio) == (found.has_video, found.has_audio)
    assert not played.described
    heard = samples(copy, programs)
    assert stretch(heard, start + SMEARED_MS, end - SMEARED_MS, RATE).max() == 0
    assert heard.max() < 5000  # the beep is nowhere
    first = 700 if name == "late-sound.mp4" else 200
    assert stretch(heard, first, start - 50, RATE).max() > 100
    assert stretch(heard, end + 50, end + 250, RATE).max() > 100
    if found.has_video:
        seen = frames(copy, programs)
        assert stretch(seen, start, end, 50).max() <= 20
        assert stretch(seen, 100, start - 60, 50).min() > 60
        assert stretch(seen, end + 80, 1900, 50).min() > 60
        if name != "turned.mp4":
            assert played.video is not None
            assert played.video.start_ms <= 50


@pytest.mark.slow
def test_from_the_beginning_and_to_the_end(
    programs: Programs, probed: Probed, good: Path, tmp_path: Path
) -> None:
    found = probed("beep.mp4")
    copy = make_playback(good / "beep.mp4", found, tmp_path, "one", programs, closed=((0, 400), (1500, None)))
    assert copy is not None
    heard, seen = samples(copy, programs), frames(copy, programs)
    assert stretch(heard, 0, 400 - SMEARED_MS, RATE).max() == 0
    assert stretch(heard, 1500 + SMEARED_MS, 9999, RATE).max() == 0
    assert seen[:20].max() <= 20
    assert seen[75:].max() <= 20
    assert abs(int(np.argmax(heard > 5000)) * 1000 / RATE - 1000) <= 30
    assert abs(probe(copy, programs).duration_ms - found.duration_ms) <= 100


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_not_one_sample_reaches_the_encoder(rate: int, programs: Programs, tmp_path: Path) -> None:
    noise = make(["-f", "lavfi", "-i", f"anoisesrc=r={rate}:d=3:a=0.9:seed=7"], tmp_path / "noise.wav")
    cuts: tuple[Span, ...] = ((501, 777), (778, 1203), (2000, None))
    sound = silence(ffmpeg.input(str(noise))["a"], cuts, rate)
    target = tmp_path / "cut.wav"
    subprocess.run(["ffmpeg", "-v", "error", *ffmpeg.output(sound, str(target)).get_args()], check=True)
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", target, "-f", "s16le", "-ac", "1", "-"],
        check=True,
        capture_output=True,
    ).stdout
    heard = np.abs(np.frombuffer(raw, "<i2").astype(np.int32))
    assert len(heard) == 3 * rate
    for start, end in ((501 - GUARD_MS, 1203 + GUARD_MS), (2000 - GUARD_MS, 3000)):
        assert stretch(heard, start, end, rate).max() == 0
        # And no more than that, give or take a step.
        assert stretch(heard, start - 10, start - 2, rate).max() > 1000
    assert stretch(heard, 1203 + GUARD_MS + 2, 1203 + GUARD_MS + 10, rate).max() > 1000


@pytest.mark.slow
def test_a_frame_that_stands_still_is_not_shown_after_its_stretch(programs: Programs, tmp_path: Path) -> None:
    """White from 1.0 s on, in a single frame that is shown until the next one at 2.4 s."""
    picture = "color=c=gray:s=64x64:r=25:d=3,drawbox=c=white:t=fill:enable='between(t,0.99,2.3)'"
    chosen = "select='eq(n,0)+eq(n,12)+eq(n,25)+eq(n,60)+eq(n,74)'"
    source = make(
        ["-f", "lavfi", "-i", f"{picture},{chosen}", "-vsync", "vfr", "-c:v", "libx264", "-bf", "2"],
        tmp_path / "still.mkv",
    )
    found = probe(source, programs)
    before = frames(source, programs)
    assert before[60:110].min() > 200
    copy = make_playback(source, found, tmp_path, "one", programs, closed=((900, 1200),))
    assert copy is not None
    seen = frames(copy, programs)
    assert seen.max() < 200
    assert seen[:40].min() > 60
    assert seen[125:].min() > 60


@pytest.mark.slow
def test_captions_in_the_pictures_are_in_no_copy(
    programs: Programs, good: Path, probed: Probed, tmp_path: Path
) -> None:
    """EIA-608 captions travel beside the frames and would be written anew by the encoder."""
    said = subprocess.run(
        [programs.ffmpeg, "-hide_banner", "-h", "encoder=libx264"], check=True, capture_output=True, text=True
    ).stdout
    assert "a53cc" in said
    arguments = playback._playback_arguments(
        good / "beep.mkv",
        probed("beep.mkv"),
        playback.plan_playback(probed("beep.mkv"), partly=True),
        tmp_path / "copy.mp4",
        ((0, 100),),
    )
    assert arguments[arguments.index("-a53cc") + 1] == "0"


@pytest.mark.parametrize("what", ["silence", "blacken"])
def test_a_copy_that_is_not_silent_and_black_is_refused(
    what: str,
    programs: Programs,
    probed: Probed,
    good: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(playback, what, lambda stream, *_: stream)
    with pytest.raises(MediaError, match="something is left in the copy"):
        make_playback(good / "beep.mp4", probed("beep.mp4"), tmp_path, "one", programs, closed=((700, 1400),))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_long_stretches_are_looked_at_whole(
    programs: Programs, probed: Probed, good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Quiet and dark enough but for the beep: the pieces before it pass only if they are looked at alone.
    for name, value in (("_PIECE_MS", 100), ("_LOUDEST", 5000), ("_BRIGHTEST", 255), ("_SMEARED_MS", 150)):
        monkeypatch.setattr(closing, name, value)
    beep = good / "beep.mp4"
    with pytest.raises(MediaError, match="between 950 and 1050 ms"):
        check_closed(beep, beep, probed("beep.mp4"), ((800, None),), programs)


def test_a_poster_is_looked_for_between_the_stretches(
    programs: Programs, probed: Probed, good: Path, tmp_path: Path
) -> None:
    found = probed("beep.mp4")
    cuts: tuple[Span, ...] = ((0, 1200),)
    copy = make_playback(good / "beep.mp4", found, tmp_path, "one", programs, closed=cuts)
    assert copy is not None
    poster = make_poster(copy, probe(copy, programs), tmp_path / "p.jpg", programs, closed=cuts)
    assert poster is not None
    assert frames(poster, programs).max() > 60


Cuts = st.lists(
    st.tuples(st.integers(0, 5000), st.one_of(st.none(), st.integers(1, 2000))).map(
        lambda pair: (pair[0], None if pair[1] is None else pair[0] + pair[1])
    ),
    min_size=1,
    max_size=5,
)


@given(Cuts)
@settings(max_examples=60)
def test_what_is_left_open_touches_no_closed_stretch(cuts: list[Span]) -> None:
    for start, end in open_parts(cuts):
        assert end is None or start < end
        for first, last in cuts:
            ends_before = end is not None and end <= first - GUARD_MS
            begins_after = last is not None and start >= last + GUARD_MS
            assert ends_before or begins_after


def test_hundreds_of_stretches_are_one_expression(programs: Programs, tmp_path: Path) -> None:
    cuts: list[Span] = [(number * 100, number * 100 + 30) for number in range(400)]
    target = tmp_path / "cut.wav"
    source = ffmpeg.input("anoisesrc=r=16000:d=41:a=0.9:seed=7", f="lavfi")
    output = ffmpeg.output(silence(source, cuts, RATE), str(target))
    done = subprocess.run([programs.ffmpeg, "-v", "error", *output.get_args()], check=False)
    assert done.returncode == 0
    heard = samples(target, programs)
    for start in (0, 100, 19_900, 39_900):
        assert stretch(heard, max(0, start - GUARD_MS), start + 30 + GUARD_MS, RATE).max() == 0
        assert stretch(heard, start + 30 + GUARD_MS + 2, start + 75, RATE).max() > 1000
    assert stretch(heard, 40_000, 41_000, RATE).max() > 1000
