"""When a specimen's beep is heard in what was made of it."""

from pathlib import Path

import numpy as np

from ingest.media.commands import Programs
from ingest.media.decoding import decode
from ingest.media.probe import probe
from ingest.media.sound import SAMPLE_RATE, SampleFile


def beep_ms(sound: Path) -> float:
    """When the beep begins."""
    loud = np.abs(SampleFile(sound)[:].astype(np.int32)) > 5000
    return float(np.argmax(loud)) * 1000 / SAMPLE_RATE if loud.any() else -1.0


def heard(path: Path, programs: Programs, folder: Path) -> float:
    target = folder / "heard.s16"
    decode(path, probe(path, programs), target, programs)
    return beep_ms(target)
