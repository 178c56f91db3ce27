"""Windows cover a recording without a gap, are short enough, and are cut where nobody speaks."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.transcription.voice import FRAME_MS, Voice
from ingest.transcription.windows import Window, plan_windows, runs


def voice_of(stretches: list[tuple[bool, int]]) -> Voice:
    """Stretches of speech or none, in frames."""
    speech = np.concatenate([np.full(length, spoken, dtype=bool) for spoken, length in stretches])
    probability = np.where(speech, 0.9, 0.05).astype(np.float32)
    level = np.where(speech, -20.0, -60.0).astype(np.float32)
    return Voice(probability, level)


def speech_with_pauses(seconds: int, every_s: float = 4.0, pause_s: float = 0.6) -> Voice:
    spoken, paused = int(every_s * 1000 / FRAME_MS), int(pause_s * 1000 / FRAME_MS)
    count = int(seconds * 1000 / FRAME_MS) // (spoken + paused) + 1
    return voice_of([(True, spoken), (False, paused)] * count)


stretches = st.lists(st.tuples(st.booleans(), st.integers(1, 400)), min_size=1, max_size=30)


@pytest.mark.slow
@settings(max_examples=60)
@given(stretches, st.integers(0, FRAME_MS - 1), st.integers(1_000, 30_000))
def test_any_recording_is_covered(stretches: list[tuple[bool, int]], short: int, longest_ms: int) -> None:
    voice = voice_of(stretches)
    duration_ms = len(voice.level) * FRAME_MS - short
    windows = plan_windows(voice, duration_ms, longest_ms)
    assert windows[0].start_ms == 0
    assert windows[-1].end_ms == duration_ms
    assert [window.number for window in windows] == list(range(1, len(windows) + 1))
    for before, after in pairwise(windows):
        assert before.end_ms == after.start_ms
    assert all(0 < window.duration_ms <= longest_ms for window in windows)
    assert plan_windows(voice, duration_ms, longest_ms) == windows
    assert len(windows) <= 2 * -(-duration_ms // longest_ms) + 1


def test_cuts_lie_in_pauses() -> None:
    voice = speech_with_pauses(900)
    pauses = runs(voice.probability < 0.3)
    windows = plan_windows(voice, 900_000, 300_000)
    for window in windows[:-1]:
        assert any(start < window.end_ms < end for start, end in pauses)


def test_windows_are_of_about_one_length() -> None:
    lengths = [window.duration_ms for window in plan_windows(speech_with_pauses(360), 360_000, 300_000)]
    assert len(lengths) == 2
    assert abs(lengths[0] - lengths[1]) < 20_000


def test_the_longer_of_two_pauses_is_cut() -> None:
    second = 1000 // FRAME_MS
    voice = voice_of(
        [(True, 9 * second), (False, 7), (True, 2 * second), (False, 2 * second), (True, 8 * second)]
    )
    duration_ms = len(voice.level) * FRAME_MS
    cut = plan_windows(voice, duration_ms, 16_000)[0].end_ms
    assert cut == (11 * second + 7 + second) * FRAME_MS


def test_without_a_pause_the_least_voiced_frame_is_cut() -> None:
    voice = voice_of([(True, 1000)])
    voice.probability[600] = 0.6
    (first, second) = plan_windows(voice, 32_000, 20_000)
    assert first.end_ms == second.start_ms == 600 * FRAME_MS + FRAME_MS // 2


def test_a_minute_is_four_windows_of_less_than_twenty_seconds() -> None:
    assert len(plan_windows(speech_with_pauses(60, every_s=3), 60_000, 18_000)) == 4


def test_short_and_empty_recordings() -> None:
    assert plan_windows(voice_of([(True, 10)]), 320, 300_000) == [Window(1, 0, 320)]
    assert plan_windows(Voice(np.empty(0, np.float32), np.empty(0, np.float32)), 0, 300_000) == []


def test_runs_are_found_at_both_ends() -> None:
    frames = np.array([True, False, True, True])
    assert runs(frames) == [(0, FRAME_MS), (2 * FRAME_MS, 4 * FRAME_MS)]
    assert runs(np.zeros(0, dtype=bool)) == []
