"""Files that were built to do harm, or are called as if they were: refused each with its reason or taken in,
the others of the batch published, nothing half-done left, no other file opened, nobody called up."""

import json
import re
import shutil
import subprocess
import time
import unicodedata
from pathlib import Path

import pytest

from tests.ingest.cli.depositing import House, tone
from tests.ingest.media.hostile import (
    CANARY,
    EVERYWHERE,
    FOLLOWED,
    alias,
    full,
    movie,
    png,
    with_cover,
)
from tests.ingest.media.making import BAD, GOOD

pytestmark = pytest.mark.slow

NO_KIND = "is none of the kinds that the archive takes"
UNREADABLE = "cannot be read as wav, flac"
NOTHING = "holds neither sound nor moving picture"

REFUSED = {
    "billion-samples.mov": None,
    "captions-only.mkv": NOTHING,
    "concat.mp4": NO_KIND,
    "cut-short.wav": UNREADABLE,
    "empty.mp4": "is empty",
    "follows-dash.mp4": UNREADABLE,
    "follows-data-alias.mov": NOTHING,
    "follows-data-url.mov": None,
    "follows-ffconcat.mp4": NO_KIND,
    "follows-hls-master.mov": NO_KIND,
    "follows-hls.mp4": NO_KIND,
    "follows-m3u.mp3": UNREADABLE,
    "follows-rtsp-redirect.mov": UNREADABLE,
    "follows-sdp.mp4": NO_KIND,
    "follows-smooth.mkv": UNREADABLE,
    "follows-svg.wav": UNREADABLE,
    "frame-of-16000.mp4": "its picture is 16000 x 16000, more than 40 million pixels",
    "index-lost.mp4": UNREADABLE,
    "lasts-ten-years.mkv": "goes on for 87600 hours or longer; expected at most 24",
    "no-streams.mp4": NOTHING,
    "playlist.mp4": NO_KIND,
    "says-ten-years.mov": None,
    "text.mp4": UNREADABLE,
    "unknown-codec.mp4": "its video is protected",
    "zeros.mp3": UNREADABLE,
    "zip.mp4": UNREADABLE,
}
"""Specimens, and why each is refused; None: it is taken in, for what of it is true."""
CUT_SHORT = {"cut-short.mp4"}


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "archive")


@pytest.fixture
def deposit(tmp_path: Path) -> Path:
    folder = tmp_path / "deposit"
    folder.mkdir()
    return folder


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """A sound that the specimens lead to, beside the folder that they lie in."""
    folder = tmp_path / "canary"
    folder.mkdir()
    return tone(folder / "canary.wav", 700, 2)


def test_every_specimen_is_told_of() -> None:
    assert {path.name for path in BAD.iterdir() if path.is_file()} == REFUSED.keys() | CUT_SHORT


def test_every_specimen_is_refused_with_its_reason_and_the_batch_goes_on(
    house: House, deposit: Path, canary: Path
) -> None:
    for name in REFUSED:
        shutil.copy(BAD / name, deposit / name)
    tone(deposit / "a good one.wav", 300)
    tone(deposit / "z good one.wav", 310)
    began = time.monotonic()
    done = house.ingest(deposit)
    assert time.monotonic() - began < 120
    assert done.code == 1
    refused = {name: reason for name, reason in REFUSED.items() if reason is not None}
    assert done.reasons.keys() == refused.keys()
    for name, reason in refused.items():
        assert reason in done.reasons[name], name
        assert len(done.reasons[name]) < 400
    taken = len(REFUSED) - len(refused) + 2
    assert len(done.answer["published"]) == taken
    house.check(taken)
    events = house.rows("SELECT count(*) FROM event WHERE kind = 'receipt' AND outcome = 'failed'")
    assert events == [(len(refused),)]

    again = house.ingest(deposit)
    assert (again.answer["published"], again.reasons) == ([], done.reasons)
    house.check(taken)


def opened(trace: str) -> set[str]:
    """What was opened, well or not."""
    return set(re.findall(r'open(?:at)?\((?:AT_FDCWD, )?"((?:[^"\\]|\\.)*)"', trace))


def traced(log: Path) -> list[object]:
    if shutil.which("strace") is None:
        pytest.skip("strace is not here (Debian: apt install strace)")
    return ["strace", "-f", "-qq", "-s", 4096, "-e", "trace=open,openat,connect", "-o", log]


def test_no_other_file_is_opened_and_nobody_called_up(
    house: House, deposit: Path, canary: Path, tmp_path: Path
) -> None:
    log = tmp_path / "trace"
    for name in REFUSED:
        if name.startswith(("follows", "concat", "playlist")):
            shutil.copy(BAD / name, deposit / name)
    for number, kind in enumerate(("wav", "flac", "mp3", "m4a", "ogg", "opus", "mp4", "mov", "mkv", "webm")):
        (deposit / f"dressed-{number}.{kind}").write_text(FOLLOWED["follows-ffconcat.mp4"] + "\n" * number)
    tone(deposit / "a good one.wav", 300)
    (deposit / "a good one.vtt").write_text(
        f"WEBVTT\n\nSTYLE\n::cue {{ background: url('{CANARY}') }}\n\n"
        f"00:00.000 --> 00:01.000\n<v Reader>Bread <img src='{CANARY}'> in a bakery.\n"
    )
    done = house.ingest(deposit, before=traced(log))
    # The good one, and one whose reference is not followed: its sound is in the file itself.
    assert len(done.answer["published"]) == 2, done.stderr
    seen = log.read_text(errors="replace")
    names = opened(seen)
    assert any(name.endswith("a good one.wav") for name in names)
    for hidden in (canary.name, EVERYWHERE, "127.0.0.1", "canary.ts"):
        assert [name for name in names if hidden in name] == []
    assert re.findall(r"connect\(.*AF_INET.*", seen) == []  # no site, and nobody who knows its address


def test_the_trace_would_tell(deposit: Path, canary: Path, tmp_path: Path) -> None:
    """The same files, given to a program without limits: it follows them."""
    log = tmp_path / "trace"
    path = Path(shutil.copy(BAD / "follows-ffconcat.mp4", deposit))
    command = [*map(str, traced(log)), "ffprobe", "-v", "quiet", "-safe", "0", str(path)]
    subprocess.run(command, cwd=deposit, stdin=subprocess.DEVNULL, check=False, timeout=60)
    assert any(canary.name in name for name in opened(log.read_text(errors="replace")))


NAMES = (
    "-i.wav",
    "--help.wav",
    "concat:a.wav|b.wav",
    "pipe:1.wav",
    "file:http:.wav",
    "%03d 50%.wav",
    "[red] [bold].wav",
    "$(touch owned); `touch owned`.wav",
    "two\nlines.wav",
    "\x1b[2J\x07cleared.wav",
    "\u202egpj.wav",
    "\u2067isolated\u2066.wav",
    "e\u0301clair.wav",
    "\u00e9clair.wav",
    "ﬁle ①.wav",
    "שלום \u200f.wav",
    "\u1100\u1161\u11a8.wav",
    "\uac01.wav",
    " .wav",
    "n" * 251 + ".wav",
)


def test_names_are_names(house: House, deposit: Path) -> None:
    for number, name in enumerate(NAMES):
        tone(deposit / name, 200 + 10 * number)
    (deposit / "\x1b]0;owned\x07\u202e.mp4").write_text("no film")
    done = house.ingest(deposit)
    assert len(done.answer["published"]) == len(NAMES), done.stderr
    house.check(len(NAMES))
    kept = {name for (name,) in house.rows("SELECT original_name FROM file")}
    assert kept == set(NAMES)
    (failure,) = done.answer["failed"]
    assert Path(failure["path"]).name == "\x1b]0;owned\x07\u202e.mp4"
    assert "\\x1b]0;owned\\x07\\u202e.mp4: cannot be read" in failure["reason"]
    shown = house.run("status", "--all").stdout + house.run("ingest", deposit).stdout
    for text in (done.stdout, done.stderr, shown):
        acting = {c for c in text if unicodedata.category(c) in ("Cc", "Zl", "Zp") and c not in "\n\t"}
        assert acting == set()
        assert set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069") == set()
    assert list(deposit.parent.rglob("owned")) == []


def test_names_that_look_like_options_are_given_by_themselves(house: House, deposit: Path) -> None:
    names = [name for name in NAMES if name.startswith("-")]
    for number, name in enumerate(names):
        tone(deposit / name, 200 + 10 * number)
    done = house.ingest("--", *names, folder=deposit)
    assert len(done.answer["published"]) == len(names)
    house.check(len(names))


@pytest.mark.parametrize("name", ["x" * 300 + ".wav", "none.wav", "a/b/c.wav", "\udce9.wav"])
def test_what_cannot_be_a_file_is_said(name: str, house: House, deposit: Path) -> None:
    done = house.ingest(deposit / name)
    assert done.code == 1
    (failure,) = done.answer["failed"]
    assert "expected a file" in failure["reason"]
    assert "Traceback" not in done.stderr


def test_a_folder_whose_name_is_no_text_is_said(house: House, deposit: Path) -> None:
    folder = deposit / "caf\udce9"
    folder.mkdir()
    tone(folder / "a.wav", 300)
    done = house.ingest(deposit)
    assert [each["reason"].rsplit(": ", 1)[1] for each in done.answer["failed"]] == [
        "expected a file name in UTF-8"
    ]


def test_what_is_large_inside_is_small_to_us(house: House, deposit: Path) -> None:
    """Each of these wants gigabytes, or hours, of a program that believes it."""
    sound = (GOOD / "beep.mp3").read_bytes()
    (deposit / "cover of 16000.mp3").write_bytes(with_cover(sound, png(16_000, 16_000), "image/png"))
    (deposit / "cover of 50 MB.mp3").write_bytes(
        with_cover(sound, b"\xff\xd8\xff" + bytes(50 * 2**20), "image/jpeg")
    )
    (deposit / "tracks.mov").write_bytes(movie(tracks=2_000))
    with (deposit / "sparse.mp4").open("wb") as file:
        file.truncate(2**40)
    with (deposit / "sparse.wav").open("wb") as file:
        file.write((GOOD / "beep.wav").read_bytes().replace(b"RIFF", b"RF64", 1))
        file.truncate(2**40)
    attached = deposit.parent / "attached"
    attached.write_bytes(bytes(20 * 2**20))
    command = ["ffmpeg", "-v", "error", "-i", GOOD / "beep.mkv", "-attach", attached, "-c", "copy"]
    meta = ["-metadata:s:t", "mimetype=application/octet-stream", deposit / "attached.mkv"]
    subprocess.run([*command, *meta], check=True, stdin=subprocess.DEVNULL)
    began = time.monotonic()
    done = house.ingest(deposit)
    assert time.monotonic() - began < 150
    assert done.reasons.keys() == {"tracks.mov", "sparse.mp4", "sparse.wav"}, done.reasons
    assert len(done.answer["published"]) == 3
    house.check(3)


def test_data_references_are_built_as_they_are_read() -> None:
    """The specimens that lead elsewhere by a reference lead there for a program that is told to follow."""
    assert CANARY.encode() in movie(reference=full(b"url ", CANARY.encode() + b"\0"))
    assert CANARY.encode() in movie(reference=alias(CANARY))
    assert json.dumps(CANARY)
