"""No text that lies in the pictures goes out with them."""

import re
import subprocess
from pathlib import Path

import pytest

from ingest.media.captions import carries_text
from ingest.media.commands import Programs
from ingest.media.playable import How, plan_playback
from ingest.media.playback import make_playback
from ingest.media.probe import probe

pytestmark = pytest.mark.slow

GOOD = Path(__file__).parents[2] / "specimens" / "good"

CAPTION = bytes.fromhex("b5003147413934 03 41ff fcc2e5 ff".replace(" ", ""))
"""ATSC A/53 part 4, 6.2.3: one pair of CEA-608 characters, "Be"."""
LETTER = bytes(range(16)) + b"a letter about bread"
PICTURES = (1, 5)


def message(kind: int, content: bytes) -> bytes:
    escaped = re.sub(b"\x00\x00(?=[\x00-\x03])", b"\x00\x00\x03", content)
    length = b"\xff" * (len(content) // 255) + bytes([len(content) % 255])
    return b"\x00\x00\x00\x01\x06" + bytes([kind]) + length + escaped + b"\x80"


def with_messages(source: Path, target: Path, said: bytes, first: int) -> Path:
    """An MP4 in which `said` stands before every picture from the number `first` on."""
    raw = target.with_suffix(".h264")
    run = ["ffmpeg", "-v", "error", "-nostdin", "-y"]
    annex_b = ["-an", "-c:v", "copy", "-bsf:v", "h264_mp4toannexb"]
    subprocess.run([*run, "-i", str(source), *annex_b, str(raw)], check=True)
    content, number = b"", 0
    for unit in re.split(b"\x00*\x00\x00\x01", raw.read_bytes())[1:]:
        if unit[0] & 31 in PICTURES:
            content += said if number >= first else b""
            number += 1
        content += b"\x00\x00\x00\x01" + unit
    assert number > first
    raw.write_bytes(content)
    options = ["-c", "copy", "-map_metadata", "-1", "-fflags", "+bitexact", "-movflags", "+faststart"]
    subprocess.run([*run, "-framerate", "25", "-i", str(raw), *options, str(target)], check=True)
    return target


def pictures(path: Path) -> list[str]:
    """The digest of each picture."""
    command = ["ffmpeg", "-v", "error", "-nostdin", "-i", str(path), "-map", "0:v", "-f", "framemd5", "-"]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [line.rsplit(",", 1)[1] for line in told.splitlines() if not line.startswith("#")]


@pytest.mark.parametrize(
    ("said", "first", "text"),
    [
        (message(4, CAPTION), 0, CAPTION),
        (message(4, CAPTION), 40, CAPTION),  # nobody speaks before
        (message(3, bytes(300)) + message(4, CAPTION), 0, CAPTION),  # behind what fills
        (message(5, LETTER), 0, b"a letter about bread"),
    ],
)
def test_captions_go_out_in_no_copy_and_the_pictures_stay(
    said: bytes, first: int, text: bytes, tmp_path: Path, programs: Programs
) -> None:
    path = with_messages(GOOD / "no-sound.mp4", tmp_path / "spoken.mp4", said, first)
    assert text in path.read_bytes()
    found = probe(path, programs)
    assert found.described
    plan = plan_playback(found)
    assert (plan.original, plan.video) == (False, How.COPIED)
    copy = make_playback(path, found, tmp_path, "copy", programs)
    assert copy is not None
    assert text not in copy.read_bytes()
    assert pictures(copy) == pictures(path)
    assert not probe(copy, programs).described


def test_what_an_encoder_says_of_itself_is_no_text(programs: Programs, tmp_path: Path) -> None:
    plain = GOOD / "no-sound.mp4"
    assert b"x264" in plain.read_bytes()
    assert not carries_text(plain, 0, plain.stat().st_size, programs)
    timed = with_messages(plain, tmp_path / "timed.mp4", message(3, b"\xff"), 0)  # what fills
    assert not carries_text(timed, 0, timed.stat().st_size, programs)


def test_pictures_without_text_are_copied_as_they_are(programs: Programs, tmp_path: Path) -> None:
    """Nothing of them is left out: after a jump, players need what stands beside them."""
    plain = GOOD / "index-last.mp4"
    copy = make_playback(plain, probe(plain, programs), tmp_path, "copy", programs)
    assert copy is not None
    assert b"x264" in copy.read_bytes()


def test_what_cannot_be_looked_at_is_taken_for_text(programs: Programs, tmp_path: Path) -> None:
    path = tmp_path / "text.mp4"
    path.write_text("Not all that is called a film is one.\n")
    assert carries_text(path, 0, path.stat().st_size, programs)
