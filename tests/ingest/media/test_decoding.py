"""Sound for the recogniser."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from archive.errors import MediaError
from ingest.media.commands import Programs
from ingest.media.decoding import decode
from ingest.media.sound import SampleFile, Sound, read_stretch
from schemas.media import Probe
from tests.ingest.media.beeps import heard
from tests.ingest.media.making import BEEP_MS

pytestmark = pytest.mark.slow

Probed = Callable[[str], Probe]


def test_without_sound_nothing_is_decoded(
    programs: Programs, probed: Probed, good: Path, tmp_path: Path
) -> None:
    source = good / "no-sound.mp4"
    with pytest.raises(MediaError, match="has no sound"):
        decode(source, probed(source.name), tmp_path / "sound.s16", programs)


def test_channels_that_silence_each_other_are_heard(programs: Programs, good: Path, tmp_path: Path) -> None:
    assert abs(heard(good / "upside-down.flac", programs, tmp_path) - BEEP_MS) <= 30


def test_all_microphones_are_heard(programs: Programs, good: Path, tmp_path: Path) -> None:
    assert abs(heard(good / "two-microphones.mov", programs, tmp_path) - BEEP_MS) <= 30


def test_samples_are_read_by_the_millisecond(tmp_path: Path) -> None:
    path = tmp_path / "sound.s16"
    np.arange(1600, dtype="<i2").tofile(path)
    assert Sound(path, 1600).duration_ms == 100
    assert Sound(path, 1601).duration_ms == 101
    assert (read_stretch(path, 10, 20) * 32768).tolist() == list(range(160, 320))
    path.write_bytes(b"")
    assert len(SampleFile(path)) == 0
