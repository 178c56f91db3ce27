"""Memory that is free again goes back to the system."""

import ctypes
from pathlib import Path

import pytest

from ingest.transcription.heap import give_back

PIECE = 8_192  # small enough for the heap, too large for Python's own pools


def resident() -> int:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if "VmRSS" in line)
    return int(line.split()[1]) * 1024


def test_holes_in_the_heap_are_given_back() -> None:
    if not hasattr(ctypes.CDLL(None), "malloc_trim"):
        pytest.skip("another C library than glibc")
    pieces = [bytearray(PIECE) for _ in range(20_000)]
    last = pieces[::100]  # between them nothing could be given back from the end
    pieces.clear()
    held = resident()
    give_back()
    assert held - resident() > 100_000_000
    assert len(last) == 200
