"""The outermost structure of MP4 and QuickTime files, and the kind of Matroska ones: not told by ffprobe."""

import struct
from pathlib import Path

_MOST_BOXES = 10_000  # a file in more pieces than this is streamed in fragments, if it is sane at all


def index_first(path: Path) -> bool:
    """Whether an MP4's index (`moov`) stands before its media (`mdat`) and speaks for all of it.

    A fragmented file, whose index is spread over it, is none.
    """
    size = path.stat().st_size
    place, found = 0, False
    with path.open("rb") as file:
        for _ in range(_MOST_BOXES):
            file.seek(place)
            head = file.read(16)
            if len(head) < 8:
                return found
            length, kind = struct.unpack(">I4s", head[:8])
            if kind in (b"moof", b"sidx"):
                return False
            if kind == b"mdat" and not found:
                return False
            found = found or kind == b"moov"
            if length == 1 and len(head) == 16:
                (length,) = struct.unpack(">Q", head[8:])
            if length < 8:  # 0: up to the end of the file; others are damage
                return found
            place += length
            if place >= size:
                return found
    return False


def is_webm(path: Path) -> bool:
    """Whether a Matroska file calls itself WebM: element 0x4282 of its header."""
    with path.open("rb") as file:
        return b"\x42\x82\x84webm" in file.read(4096)
