"""The voice is found whatever its level, in pieces as in one, and in no hum."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.media.sound import SAMPLE_RATE, Floats
from ingest.transcription import voice as module
from ingest.transcription.voice import FRAME_MS, Voice, measure_voice
from tests.contracts.transcriber import sound_of, write_sound


def hum(seconds: float, level: float) -> Floats:
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    waves = np.sum([np.sin(2 * np.pi * 50 * k * time) / k for k in (1, 2, 3, 5)], axis=0)
    sound: Floats = (level * waves).astype(np.float32)
    return sound


def test_levels_are_those_of_the_frames(tmp_path: Path) -> None:
    sound = np.concatenate([np.zeros(512 * 10), np.full(512 * 10, 0.1), np.full(100, 0.5)]).astype(np.float32)
    voice = measure_voice(write_sound(tmp_path / "s16", sound))
    assert len(voice.level) == len(voice.probability) == 21
    assert voice.level[:10].max() < -100
    assert voice.level[10:20] == pytest.approx(np.full(10, -20.0), abs=0.1)
    assert voice.floor == pytest.approx(-20, abs=0.5)


def test_there_is_no_voice_in_silence_hum_and_noise(tmp_path: Path) -> None:
    for sound in (np.zeros(3 * SAMPLE_RATE, np.float32), hum(3, 0.05), hum(3, 0.0005), sound_of(3, 0.001)):
        voice = measure_voice(write_sound(tmp_path / "s16", sound))
        assert voice.most_likely(0, 3000) < 0.2


def test_a_long_recording_is_looked_at_in_pieces_that_join(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = np.concatenate([sound_of(2, 0.01), hum(2, 0.1), sound_of(2, 0.1)])
    path = write_sound(tmp_path / "s16", sound)
    whole = measure_voice(path)
    monkeypatch.setattr(module, "_PIECE", 512 * 40)
    parts = measure_voice(path)
    assert len(parts.level) == len(whole.level)
    assert np.array_equal(parts.level, whole.level)
    assert parts.probability == pytest.approx(whole.probability, abs=0.05)


def test_the_same_sound_gives_the_same_numbers(tmp_path: Path) -> None:
    path = write_sound(tmp_path / "s16", sound_of(2))
    assert np.array_equal(measure_voice(path).probability, measure_voice(path).probability)


def test_an_empty_file_has_no_frames(tmp_path: Path) -> None:
    path = tmp_path / "s16"
    path.write_bytes(b"")
    voice = measure_voice(path)
    assert len(voice.level) == 0
    assert voice.most_likely(0, 1000) == 0
    assert voice.loudest(0, 1000) < -90


@settings(max_examples=40)
@given(st.lists(st.floats(-120, 0, width=32), min_size=1, max_size=600))
def test_the_running_maximum_is_the_maximum(levels: list[float]) -> None:
    array = np.array(levels, dtype=np.float32)
    reach = module._REACH
    expected = [array[max(0, i - reach) : i + reach + 1].max() for i in range(len(array))]
    assert module._running_maximum(array).tolist() == expected


def test_stretches_are_asked_about_in_milliseconds() -> None:
    levels = np.full(100, -60, np.float32)
    levels[50] = -10
    voice = Voice(np.where(levels > -20, 1, 0).astype(np.float32), levels)
    assert voice.most_likely(50 * FRAME_MS, 50 * FRAME_MS + 1) == 1
    assert voice.most_likely(0, 50 * FRAME_MS) == 0
    assert voice.loudest(-500, 10_000) == -10
    assert voice.loudest(50 * FRAME_MS, 50 * FRAME_MS) == -10
