"""Copies: right in time, whole, and silent about who is in them."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from archive.errors import MediaError
from ingest.media.commands import Programs
from ingest.media.decoding import decode
from ingest.media.playable import plan_playback
from ingest.media.playback import make_playback
from ingest.media.posters import make_poster
from ingest.media.probe import probe
from schemas.media import Probe
from tests.ingest.media.beeps import beep_ms, heard
from tests.ingest.media.making import BEEP_MS, GOOD

pytestmark = pytest.mark.slow

Probed = Callable[[str], Probe]


def flash_ms(path: Path, programs: Programs) -> float:
    """When the picture turns white, as a player shows it."""
    found = probe(path, programs)
    assert found.video is not None
    white = "fps=50:start_time=0,scale=8:8,format=gray"
    command: list[str | Path] = [programs.ffmpeg, "-v", "error", "-i", path, "-vf", white]
    command += ["-f", "rawvideo", "-"]
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    brightness: npt.NDArray[np.float64] = np.frombuffer(raw, np.uint8).reshape(-1, 64).mean(axis=1)
    return float(np.argmax(brightness > 200)) * 20


QUICK = ["late-sound.mp4", "starts-at-2s.mkv"]
SILENT = ["black.mp4", "no-sound.mp4"]
REST = sorted({path.name for path in GOOD.iterdir() if path.is_file()} - {*QUICK, *SILENT})


@pytest.mark.parametrize("name", [*QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in REST)])
def test_a_words_time_is_its_time_in_what_is_played(
    name: str, programs: Programs, probed: Probed, good: Path, tmp_path: Path
) -> None:
    source = good / name
    found = probed(source.name)
    expected = BEEP_MS + (500 if name == "late-sound.mp4" else 0)
    sound = decode(source, found, tmp_path / "sound.s16", programs)
    assert abs(beep_ms(sound.path) - expected) <= 30
    assert abs(sound.duration_ms - found.duration_ms) <= 60
    assert sound.samples * 2 == sound.path.stat().st_size

    copy = make_playback(source, found, tmp_path / "copies", "one", programs)
    plan = plan_playback(found)
    assert (copy is None) == plan.original
    if copy is None:
        return
    played = probe(copy, programs)
    assert plan_playback(played).reasons == ()
    assert played.media_type == plan.media_type
    assert abs(played.duration_ms - found.duration_ms) <= 100
    assert abs(heard(copy, programs, tmp_path) - beep_ms(sound.path)) <= 30
    if found.video is not None and played.video is not None:
        assert abs(flash_ms(copy, programs) - BEEP_MS) <= 60
        assert (played.video.height, played.video.rotation) == (found.video.height, found.video.rotation)
        assert abs(played.video.width - found.video.width) <= 1
        assert played.video.start_ms <= 50
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]


def test_a_copy_tells_nothing_of_the_originals_tags(
    programs: Programs, probed: Probed, good: Path, tmp_path: Path
) -> None:
    for name in ("described.mp3", "described.mp4"):
        assert b"Bread in a bakery" in (good / name).read_bytes()
        copy = make_playback(good / name, probed(name), tmp_path, name, programs)
        assert copy is not None
        assert b"Bread" not in copy.read_bytes()
        assert b"+51.0" not in copy.read_bytes()
        assert not probe(copy, programs).described


def test_made_again_a_copy_is_the_same(
    programs: Programs, probed: Probed, good: Path, tmp_path: Path
) -> None:
    source = good / "beep.mkv"
    found = probed(source.name)
    first = make_playback(source, found, tmp_path, "copy", programs)
    assert first is not None
    content = first.read_bytes()
    assert make_playback(source, found, tmp_path, "copy", programs) == first
    assert first.read_bytes() == content


def test_what_is_stopped_leaves_nothing(
    programs: Programs, probed: Probed, good: Path, tmp_path: Path
) -> None:
    def stop(_: int) -> None:
        raise KeyboardInterrupt

    source = good / "beep.webm"
    found = probed(source.name)
    with pytest.raises(KeyboardInterrupt):
        make_playback(source, found, tmp_path, "copy", programs, stop)
    with pytest.raises(KeyboardInterrupt):
        decode(source, found, tmp_path / "sound.s16", programs, stop)
    assert list(tmp_path.iterdir()) == []


def test_what_was_there_stays_until_the_new_one_is_whole(
    programs: Programs, probed: Probed, good: Path, tmp_path: Path
) -> None:
    (tmp_path / "sound.s16").write_bytes(b"old")
    source = good / "beep.wav"
    found = probed(source.name)
    damaged = Path(shutil.copy(source, tmp_path / "damaged.wav"))
    damaged.write_bytes(b"not sound at all")
    with pytest.raises(Exception, match="ffmpeg"):
        decode(damaged, found, tmp_path / "sound.s16", programs)
    assert (tmp_path / "sound.s16").read_bytes() == b"old"
    decode(source, found, tmp_path / "sound.s16", programs)
    assert (tmp_path / "sound.s16").stat().st_size == 64_000


def test_a_copy_that_lacks_what_was_there_is_refused(
    programs: Programs, probed: Probed, good: Path, tmp_path: Path
) -> None:
    found = probed("index-last.mp4")
    assert found.audio is not None
    longer = found.model_copy(update={"audio": found.audio.model_copy(update={"end_ms": 20_000})})
    with pytest.raises(MediaError, match="its sound cannot be decoded beyond 2 s"):
        make_playback(good / "index-last.mp4", longer, tmp_path, "copy", programs)
    assert list(tmp_path.iterdir()) == []


def test_names_with_patterns_in_them_are_names(
    programs: Programs, probed: Probed, good: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "%03d: 50% [a]"
    source = good / "beep.mp4"
    found = probed(source.name)
    assert make_poster(source, found, folder / "poster%d.jpg", programs) == folder / "poster%d.jpg"
    assert decode(source, found, folder / "sound.s16", programs).samples > 0
    assert make_playback(
        good / "described.mp4", found.model_copy(update={"described": True}), folder, "%d", programs
    )


def test_what_a_killed_process_left_half_done_is_swept(
    programs: Programs, probed: Probed, good: Path, tmp_path: Path
) -> None:
    for name in ("a.m4a", "b.m4a", "p.jpg"):
        (tmp_path / f".{name}.0123.part").write_bytes(b"half")
    assert make_playback(good / "beep.wav", probed("beep.wav"), tmp_path, "a", programs) is not None
    assert make_poster(good / "black.mp4", probed("black.mp4"), tmp_path / "p.jpg", programs) is None
    assert {path.name for path in tmp_path.iterdir()} == {"a.m4a", ".b.m4a.0123.part"}
