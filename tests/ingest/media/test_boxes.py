"""The outermost boxes of an MP4, however broken."""

import struct
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.media.boxes import index_first, is_webm


def box(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def large_box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4sQ", 1, kind, 16 + len(content)) + content


@pytest.mark.parametrize(
    ("content", "first"),
    [
        (box(b"ftyp", b"isom") + box(b"moov", b"x") + box(b"mdat", b"y"), True),
        (box(b"ftyp", b"isom") + box(b"free", b"   ") + box(b"moov") + large_box(b"mdat", b"y"), True),
        (box(b"ftyp", b"isom") + large_box(b"mdat", b"y") + box(b"moov"), False),
        (box(b"ftyp", b"isom") + box(b"moov") + box(b"moof") + box(b"mdat"), False),
        (box(b"ftyp", b"isom") + box(b"moov") + struct.pack(">I4s", 0, b"mdat"), True),
        (box(b"ftyp", b"isom"), False),
        (b"", False),
    ],
)
def test_where_the_index_stands(content: bytes, first: bool, tmp_path: Path) -> None:
    path = tmp_path / "file.mp4"
    path.write_bytes(content)
    assert index_first(path) is first


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_give_an_answer(content: bytes, mdat_first: bool) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file.mp4"
        path.write_bytes((box(b"mdat") if mdat_first else b"") + content)
        assert not (index_first(path) and mdat_first)


def test_webm_and_matroska_are_told_apart(good: Path) -> None:
    assert is_webm(good / "beep.webm")
    assert not is_webm(good / "beep.mkv")
