"""What specimens of every kind hold, and what is refused."""

import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.errors import ArchiveError, MediaError
from ingest.media.commands import Programs
from ingest.media.decoding import decode
from ingest.media.playback import make_playback
from ingest.media.probe import KINDS, probe
from schemas.media import Probe

Probed = Callable[[str], Probe]

KINDS_OF_FILES = [
    ("beep.wav", "audio/wav", "pcm_s16le", None),
    ("beep.flac", "audio/flac", "flac", None),
    ("beep.mp3", "audio/mpeg", "mp3", None),
    ("beep.m4a", "audio/mp4", "aac", None),
    ("beep.ogg", "audio/ogg", "vorbis", None),
    ("beep.opus", "audio/ogg", "opus", None),
    ("beep.mp4", "video/mp4", "aac", "h264"),
    ("beep.mov", "video/quicktime", "pcm_s16le", "h264"),
    ("beep.mkv", "video/x-matroska", "opus", "h264"),
    ("beep.webm", "video/webm", "opus", "vp8"),
]


def test_every_kind_has_a_specimen() -> None:
    assert {name.rsplit(".", 1)[1] for name, *_ in KINDS_OF_FILES} == set(KINDS)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "media_type", "audio", "video"), KINDS_OF_FILES)
def test_every_kind_is_known(
    name: str, media_type: str, audio: str, video: str | None, probed: Probed, good: Path
) -> None:
    found = probed(name)
    assert found.media_type == media_type
    assert found.audio is not None
    assert found.audio.codec == audio
    assert (found.video.codec if found.video else None) == video
    assert abs(found.duration_ms - 2000) <= 30
    assert found.size == (good / name).stat().st_size
    assert not found.cut_short
    assert not found.described


@pytest.mark.slow
def test_kinds_are_known_by_content_not_by_name(
    programs: Programs, probed: Probed, good: Path, tmp_path: Path
) -> None:
    for name in ("beep.wav", "beep.mp4"):
        assert probe(Path(shutil.copy(good / name, tmp_path / "disguised.ogg")), programs) == probed(name)


@pytest.mark.slow
def test_a_probe_survives_json(probed: Probed) -> None:
    found = probed("beep.mp4")
    assert Probe.model_validate_json(found.model_dump_json()) == found
    assert Probe.model_validate(found.model_dump(mode="json")) == found


def test_a_length_that_the_header_lacks_is_measured(probed: Probed) -> None:
    found = probed("no-duration.webm")
    assert found.declared_ms is None
    assert abs(found.duration_ms - 2000) <= 30


def test_a_file_that_ends_too_early_is_described_as_far_as_it_goes(programs: Programs, bad: Path) -> None:
    found = probe(bad / "cut-short.mp4", programs)
    assert found.cut_short
    assert found.declared_ms == 2000
    assert 1000 < found.duration_ms < 1500


@pytest.mark.slow
def test_a_picture_is_described_as_it_is_shown(probed: Probed) -> None:
    turned, wide = (probed(name).video for name in ("turned.mp4", "interlaced-wide.mov"))
    assert turned is not None
    assert (turned.coded_width, turned.coded_height) == (160, 120)
    assert (turned.width, turned.height) == (120, 160)
    assert turned.rotation in (90, 270)
    assert wide is not None
    assert (wide.width, wide.height) == (171, 120)
    assert wide.interlaced


def test_cover_art_is_no_picture_but_a_description(probed: Probed) -> None:
    found = probed("described.mp3")
    assert not found.has_video
    assert found.described


@pytest.mark.slow
def test_titles_and_places_are_descriptions(probed: Probed) -> None:
    assert probed("described.mp4").described


@pytest.mark.slow
def test_time_is_counted_from_the_files_start(probed: Probed) -> None:
    late, shifted = (probed(name) for name in ("late-sound.mp4", "starts-at-2s.mkv"))
    assert late.audio is not None
    assert 450 <= late.audio.start_ms <= 510
    assert late.start_ms == 0
    assert abs(shifted.start_ms - 2000) < 50
    assert shifted.audio is not None
    assert shifted.audio.start_ms == 0
    assert abs(shifted.duration_ms - 2000) < 50
    assert not shifted.cut_short


def test_single_microphones_are_heard_together(probed: Probed) -> None:
    audio = probed("two-microphones.mov").audio
    assert audio is not None
    assert audio.streams == (0, 1)
    assert probed("beep.mp4").audio.streams == (1,)  # type: ignore[union-attr] # it has


@pytest.mark.slow
def test_a_constant_bit_rate_is_seen(probed: Probed) -> None:
    constant, varying = (probed(name).audio for name in ("beep.mp3", "beep-varying.mp3"))
    assert constant is not None
    assert varying is not None
    assert constant.constant_bit_rate
    assert not varying.constant_bit_rate


REFUSED = [
    ("empty.mp4", "is empty"),
    ("text.mp4", "cannot be read as wav"),
    ("zeros.mp3", "cannot be read as wav"),
    ("index-lost.mp4", "cannot be read as wav"),
    ("cut-short.wav", "cannot be read as wav"),
    ("playlist.mp4", "wav, flac, mp3"),
    ("concat.mp4", "wav, flac, mp3"),
    ("captions-only.mkv", "neither sound nor moving picture"),
    ("unknown-codec.mp4", "its video is protected"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "reason"), REFUSED)
def test_what_is_refused_and_why(name: str, reason: str, programs: Programs, bad: Path) -> None:
    with pytest.raises(MediaError, match=reason) as caught:
        probe(bad / name, programs)
    assert caught.value.path == str(bad / name)


def test_folders_and_missing_files_are_refused(programs: Programs, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nothing.wav"):
        with pytest.raises(MediaError, match="is not a file"):
            probe(path, programs)


@pytest.mark.parametrize("name", ["concat:a.wav", "-i.wav", "%03d a\nb ü.wav"])
def test_strange_names_are_names(name: str, programs: Programs, good: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(good / "beep.wav", tmp_path / name))
    assert probe(path, programs).duration_ms == 2000


@pytest.mark.slow
def test_files_from_the_wild_are_described_or_refused(programs: Programs, shared: Path) -> None:
    described, refused = set(), set()
    for path in sorted((shared / "data" / "media").iterdir()):
        try:
            assert probe(path, programs).duration_ms > 0
            described.add(path.name)
        except MediaError:
            refused.add(path.name)
    assert {"Vid1-1.mp4", "fixture-corrupt.mkv", "fixture-isom.mp4", "captions.srt", "fixture.avi"} <= refused
    assert {"-video-with-dash-.mp4", "no_duration.webm", "fixture-null.webm", "meow.mp3"} <= described
    assert {"fixture.wav", "fixture.mov", "fixture.ogg", "fixture.mkv", "video short.mp4"} <= described


WHOLE = ["beep.wav", "beep.flac", "beep.mp3", "beep.m4a", "beep.ogg", "beep.opus", "beep.mp4", "beep.mov"]
WHOLE += ["beep.mkv", "beep.webm", "index-last.mp4", "described.mp3"]


@pytest.mark.slow
@pytest.mark.faults
@pytest.mark.parametrize("part", range(10))
@pytest.mark.parametrize("name", WHOLE)
def test_cut_anywhere_a_file_is_refused_or_described_as_far_as_it_goes(
    name: str, part: int, programs: Programs, good: Path, tmp_path: Path
) -> None:
    check_cut(name, part, programs, good, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "part"), [("beep.mp4", 4), ("beep.wav", 7), ("beep.mkv", 2), ("beep.mp3", 0)]
)
def test_a_file_that_was_cut_is_refused_or_described_as_far_as_it_goes(
    name: str, part: int, programs: Programs, good: Path, tmp_path: Path
) -> None:
    check_cut(name, part, programs, good, tmp_path)


def check_cut(name: str, part: int, programs: Programs, good: Path, tmp_path: Path) -> None:
    content = (good / name).read_bytes()
    path = tmp_path / name
    path.write_bytes(content[: max(1, len(content) * part // 10)])
    try:
        found = probe(path, programs)
    except MediaError:
        return
    assert 0 < found.duration_ms <= 2050
    made = tmp_path / "made"
    try:
        if found.audio is not None:
            sound = decode(path, found, made / "sound.s16", programs)
            assert abs(sound.duration_ms - found.audio.end_ms) < 150
        copy = make_playback(path, found, made, "copy", programs)
        assert copy is None or copy.stat().st_size > 0
    except ArchiveError:  # less than one frame of it is left
        assert not list(made.glob("copy*"))
        assert not list(made.glob(".*"))


@pytest.mark.slow
def test_a_picture_that_wants_to_be_shown_absurdly_wide_is_shown_as_it_is(
    programs: Programs, good: Path, tmp_path: Path
) -> None:
    path = tmp_path / "wide.mkv"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=160x120:r=5:d=1,setsar=5000/1"]
    subprocess.run([*command, "-c:v", "libx264", path], check=True, stdin=subprocess.DEVNULL)
    video = probe(path, programs).video
    assert video is not None
    assert (video.width, video.height) == (160, 120)


LARGE = [
    ("frame-of-16000.mp4", "its picture is 16000 x 16000, more than 40 million pixels"),
    ("lasts-ten-years.mkv", "goes on for 87600 hours or longer; expected at most 24"),
]


@pytest.mark.parametrize(("name", "reason"), LARGE)
def test_what_is_too_large_is_refused_soon(name: str, reason: str, programs: Programs, bad: Path) -> None:
    began = time.monotonic()
    with pytest.raises(MediaError, match=reason):
        probe(bad / name, programs)
    assert time.monotonic() - began < 30
