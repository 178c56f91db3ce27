"""What a file carries beside sound and picture and ffprobe passes over: covers that it cannot decode, private
tags, XMP. Of kinds that browsers play as they are: all others are played in copies, which carry nothing.
Where it cannot be told, something is carried: then a copy is made, and nothing is lost by that.
"""

from pathlib import Path
from typing import BinaryIO

from ingest.media.boxes import Box, read_boxes

_ENCODER = 128
"""Bytes that the name of the program which wrote a file takes up at most, in a tag of its own."""

_FLAC_BLOCKS = frozenset({0, 1, 3, 4})
"""STREAMINFO, PADDING, SEEKTABLE, VORBIS_COMMENT (RFC 9639, 8.1); ffprobe tells what the last one says."""

_BOXES = {
    (): frozenset({b"ftyp", b"styp", b"moov", b"mdat", b"free", b"skip", b"wide"}),
    (b"moov",): frozenset({b"mvhd", b"iods", b"trak", b"udta"}),
    (b"moov", b"trak"): frozenset({b"tkhd", b"edts", b"mdia", b"tref", b"udta"}),
}
"""The boxes that a file needs for being played, by those that hold them (ISO/IEC 14496-12). In `udta` and in
empty space only as much as `_ENCODER`, and nothing."""

_EMPTY = (b"free", b"skip", b"wide")
_LONGEST_EMPTY = 1 << 20


def carries_more(path: Path, container: str) -> bool:
    """Whether an MP3, FLAC or MP4 file holds anything that nobody has looked at. False for other kinds.

    Raises OSError.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        if container == "mp3":
            return _id3_size(file) > _ENCODER or _is_tagged_behind(file, size)
        if container == "flac":
            return _id3_size(file) > 0 or not _are_plain_blocks(file)
        if container == "mp4":
            return not _are_plain_boxes(file, 0, size, ())
    return False


def _id3_size(file: BinaryIO) -> int:
    """Bytes of an ID3v2 tag at the beginning (ID3v2.4.0 structure, 3.1); 0 where there is none."""
    file.seek(0)
    head = file.read(10)
    if len(head) < 10 or head[:3] != b"ID3":
        return 0
    size = 0
    for byte in head[6:]:
        size = size << 7 | byte & 0x7F
    return 10 + size


def _is_tagged_behind(file: BinaryIO, size: int) -> bool:
    """Whether an ID3v1, Lyrics3 or APE tag stands at the end."""
    file.seek(max(0, size - 160))
    tail = file.read()
    return (
        tail[-128:].startswith(b"TAG")
        or b"APETAGEX" in (tail[-32:-24], tail[-160:-152])
        or tail.endswith((b"LYRICS200", b"LYRICSEND"))
    )


def _are_plain_blocks(file: BinaryIO) -> bool:
    file.seek(0)
    if file.read(4) != b"fLaC":
        return False
    while True:
        head = file.read(4)
        if len(head) < 4 or head[0] & 0x7F not in _FLAC_BLOCKS:
            return False
        file.seek(int.from_bytes(head[1:]), 1)
        if head[0] & 0x80:  # the last one
            return True


def _are_plain_boxes(file: BinaryIO, start: int, end: int, within: tuple[bytes, ...]) -> bool:
    last = start
    for box in read_boxes(file, start, end):
        last = box.end
        if box.kind not in _BOXES[within]:
            return False
        if box.kind in _EMPTY and not _is_empty(file, box):
            return False
        if box.kind == b"udta" and box.end - box.start > _ENCODER:
            return False
        inner = (*within, box.kind)
        if inner in _BOXES and not _are_plain_boxes(file, box.start, box.end, inner):
            return False
    return last == end


def _is_empty(file: BinaryIO, box: Box) -> bool:
    length = box.end - box.start
    if length > _LONGEST_EMPTY:
        return False
    file.seek(box.start)
    return not any(file.read(length))
