"""The structure of MP4 and QuickTime files, and the kind of Matroska ones: not told by ffprobe."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_MOST_BOXES = 10_000  # a file in more pieces than this is streamed in fragments, if it is sane at all


@dataclass(frozen=True, slots=True)
class Box:
    """A box (ISO/IEC 14496-12, 4.2): its kind, where its content begins, and where it says that it ends."""

    kind: bytes
    start: int
    end: int


def read_boxes(file: BinaryIO, start: int, end: int) -> Iterator[Box]:
    """The boxes one after another between two places of a file; a damaged one ends them."""
    for _ in range(_MOST_BOXES):
        file.seek(start)
        head = file.read(16)
        if start + 8 > end or len(head) < 8:
            return
        length, kind = struct.unpack(">I4s", head[:8])
        content = start + 8
        if length == 1 and len(head) == 16:
            (length,) = struct.unpack(">Q", head[8:])
            content += 8
        elif length == 0:  # up to the end of the file
            length = end - start
        if start + length < content:
            return
        yield Box(kind, content, start + length)
        start += length


def index_first(path: Path) -> bool:
    """Whether an MP4's index (`moov`) stands before its media (`mdat`) and speaks for all of it.

    A fragmented file, whose index is spread over it, is none.
    """
    found = False
    with path.open("rb") as file:
        for box in read_boxes(file, 0, path.stat().st_size):
            if box.kind in (b"moof", b"sidx") or (box.kind == b"mdat" and not found):
                return False
            found = found or box.kind == b"moov"
    return found


def is_webm(path: Path) -> bool:
    """Whether a Matroska file calls itself WebM: element 0x4282 of its header."""
    with path.open("rb") as file:
        return b"\x42\x82\x84webm" in file.read(4096)
