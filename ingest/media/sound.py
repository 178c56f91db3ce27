"""Sound for recognition: bare samples in a file, mono, signed, 16 bits, little endian."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

SAMPLE_RATE = 16_000
"""Samples a second; a millisecond is 16 of them."""

Floats: TypeAlias = npt.NDArray[np.float32]
Samples: TypeAlias = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Sound:
    """A decoded recording."""

    path: Path
    samples: int

    @property
    def duration_ms(self) -> int:
        """Its length, a begun millisecond counted."""
        return -(-self.samples * 1000 // SAMPLE_RATE)


class SampleFile:
    """The samples of a file, read slice by slice. Not mapped: of three hours, 350 MB would then
    count as memory of this process once they had been looked at."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._count = path.stat().st_size // 2

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, part: slice) -> Samples:
        start, stop, _ = part.indices(self._count)
        return np.fromfile(self._path, dtype="<i2", count=max(0, stop - start), offset=2 * start)


def read_stretch(path: Path, start_ms: int, end_ms: int) -> Floats:
    """The samples of a stretch, as engines want them."""
    a_ms = SAMPLE_RATE // 1000
    return as_float(SampleFile(path)[start_ms * a_ms : end_ms * a_ms])


def as_float(samples: Samples) -> Floats:
    """Samples between -1 and 1, as engines want them."""
    return samples.astype(np.float32) / np.float32(32768)
