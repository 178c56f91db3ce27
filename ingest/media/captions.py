"""Text that lies in the pictures of H.264: captions for televisions (CEA-608 and 708, ATSC A/53 part 4), and
whatever else somebody put beside the pictures. A player shows it, and no gate was asked for it.

ffprobe's `closed_captions` does not tell: it is known once a picture was decoded, and stays 0 (5.1). So the
units that may hold text are taken out of the file, which decodes nothing, and looked at.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from archive.errors import ProgramFailed
from ingest.media.commands import Limits, Programs, address, run, sandbox

WITHOUT_TEXT = "filter_units=remove_types=6"
"""Bitstream filter for H.264 that is copied: no supplemental enhancement information (SEI, ITU-T H.264 annex
D). The pictures stay as they are to the bit. Only where there is text: where groups of pictures overlap
(open GOP), it also tells a player which of them not to show after a jump."""

_ALONE = "h264_mp4toannexb,filter_units=pass_types=6"

_REGISTERED, _UNREGISTERED = 4, 5
"""Kinds of it that hold a user's data; all others describe the pictures."""
_X264 = bytes.fromhex("dc45e9bde6d948b7962cd820d923eeef")
"""Begins what x264 says of itself in each file that it makes."""

_START = re.compile(b"\x00\x00\x01")


def carries_text(path: Path, stream: int, size: int, programs: Programs) -> bool:
    """Whether a stream of H.264, in a file of `size` bytes, holds anything beside pictures that may be text.
    Reads the whole file. Where it cannot be told, it does."""
    arguments = ["-nostdin", "-v", "error", *sandbox(), "-i", address(path), "-map", f"0:{stream}"]
    arguments += ["-c", "copy", "-bsf:v", _ALONE, "-f", "h264", "pipe:1"]
    try:
        units = run(programs.ffmpeg, arguments, Limits(timeout_s=300 + size / 1_000_000))
    except ProgramFailed:  # more than is kept, too: captions of many hours
        return True
    return any(
        kind == _REGISTERED or (kind == _UNREGISTERED and not content.startswith(_X264))
        for unit in _units(units)
        for kind, content in _messages(unit)
    )


def _units(stream: bytes) -> Iterator[bytes]:
    """What stands between the start codes (annex B), without the bytes that keep it from looking like one."""
    for unit in _START.split(stream)[1:]:
        yield unit.replace(b"\x00\x00\x03", b"\x00\x00")


def _messages(unit: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and content of each message of a unit (7.3.2.3.1)."""
    at = 1
    while at + 2 <= len(unit) and unit[at:].rstrip(b"\x00") != b"\x80":  # the bit that ends it
        kind, at = _number(unit, at)
        length, at = _number(unit, at)
        yield kind, unit[at : at + length]
        at += length


def _number(unit: bytes, at: int) -> tuple[int, int]:
    """A number that is the sum of its bytes, of which the first below 255 is the last; and what is behind."""
    total = 0
    while at < len(unit):
        total += unit[at]
        at += 1
        if unit[at - 1] != 255:
            break
    return total, at
