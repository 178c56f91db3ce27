"""Nothing that lies in a file beside sound and picture goes out with it."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.media.carried import carries_more
from ingest.media.commands import Programs
from ingest.media.playable import plan_playback
from ingest.media.probe import probe


def id3(frames: bytes) -> bytes:
    size = len(frames)
    return b"ID3\x04\x00\x00" + bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0)) + frames


def frame(name: bytes, content: bytes) -> bytes:
    return name + struct.pack(">I", len(content)) + b"\x00\x00" + content


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, kind) + content


def in_moov(content: bytes, more: bytes) -> bytes:
    """An MP4 whose index is last, with `more` at the end of the index."""
    place = content.index(b"moov") - 4
    (length,) = struct.unpack(">I", content[place : place + 4])
    return content[:place] + struct.pack(">I", length + len(more)) + content[place + 4 :] + more


XMP = box(b"uuid", b"\xbe\x7a" * 8 + b"a letter about bread")
SVG = b"\x00image/svg+xml\x00\x03\x00<svg>bread</svg>" + b" " * 200
LETTER = b"a letter about bread"

CARRIED: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "a cover that is not decoded": ("beep.mp3", lambda media: id3(frame(b"APIC", SVG)) + media),
    "a private frame": ("beep.mp3", lambda media: id3(frame(b"PRIV", LETTER * 9)) + media),
    "ID3v1": ("beep.mp3", lambda media: media + b"TAG" + LETTER.ljust(125, b"\x00")),
    "APE": ("beep.mp3", lambda media: media + LETTER + b"APETAGEX" + b"\x00" * 24),
    "ID3 before FLAC": ("beep.flac", lambda media: id3(frame(b"PRIV", LETTER)) + media),
    "an application's block": (
        "beep.flac",
        lambda media: media[:42] + b"\x02" + len(LETTER).to_bytes(3) + LETTER + media[42:],
    ),
    "XMP": ("index-last.mp4", lambda media: media + XMP),
    "XMP in the index": (
        "index-last.mp4",
        lambda media: in_moov(media, box(b"uuid", b"\xbe\x7a" * 8 + LETTER)),
    ),
    "what an editor left": ("index-last.mp4", lambda media: media + box(b"free", LETTER)),
    "user data": ("index-last.mp4", lambda media: in_moov(media, box(b"udta", box(b"ltr ", LETTER * 9)))),
    "what stands behind": ("index-last.mp4", lambda media: media + LETTER),
}


@pytest.mark.slow
@pytest.mark.parametrize("what", CARRIED)
def test_it_is_seen_and_a_copy_goes_out(what: str, good: Path, tmp_path: Path, programs: Programs) -> None:
    name, carry = CARRIED[what]
    path = tmp_path / name
    path.write_bytes(carry((good / name).read_bytes()))
    found = probe(path, programs)
    assert found.described
    assert not plan_playback(found).original


@pytest.mark.parametrize("name", ["beep.mp3", "beep.flac", "beep.mp4", "beep.m4a", "index-last.mp4"])
def test_a_plain_file_carries_nothing(name: str, good: Path, tmp_path: Path) -> None:
    container = {"m4a": "mp4"}.get(name.rpartition(".")[2], name.rpartition(".")[2])
    assert not carries_more(good / name, container)
    path = tmp_path / name
    path.write_bytes((good / name).read_bytes() + (box(b"free", bytes(500)) if container == "mp4" else b""))
    assert not carries_more(path, container)


def test_an_encoder_may_name_itself(good: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(id3(frame(b"TSSE", b"\x03Lavf59.27.100\x00")) + (good / "beep.mp3").read_bytes())
    assert not carries_more(path, "mp3")


@pytest.mark.parametrize("length", [0, 3, 9, 20, 50])
def test_of_what_is_cut_off_nothing_is_believed(length: int, good: Path, tmp_path: Path) -> None:
    for name, container in (("beep.flac", "flac"), ("beep.mp4", "mp4")):
        path = tmp_path / name
        path.write_bytes((good / name).read_bytes()[:length])
        assert carries_more(path, container) == (length > 0 or container == "flac")
