"""Giving memory back to the system, which the C library does not do by itself.

Recognition asks for tens of megabytes at a time, in sizes that are never the same; freed, they stay in the
heap with holes between them. A recogniser that heard a batch grew by 10 MB a recording, and reached 1.0 GB
over half an hour of speech. Given back before each chunk, it stays far below, for one processor second in 50.
(glibc's own setting for it, a low fixed M_MMAP_THRESHOLD, cost one in five.)
"""

import ctypes
from collections.abc import Callable
from functools import cache


def give_back() -> None:
    """Return the free parts of the heap to the system; where the C library has no way to, nothing is done."""
    trim = _find_trim()
    if trim is not None:
        trim(0)


@cache
def _find_trim() -> "Callable[[int], int] | None":
    try:
        trim: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc alone
    except OSError:
        return None
    return trim
