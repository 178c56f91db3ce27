"""A recording's language is a vote of the pieces in which most is spoken."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.transcription.detection import choose_pieces, vote
from ingest.transcription.transcriber import Language
from ingest.transcription.voice import FRAME_MS, Voice


def voice(seconds: int, spoken: tuple[int, int] | None = None) -> Voice:
    frames = -(-seconds * 1000 // FRAME_MS)
    found = Voice(np.zeros(frames, np.float32), np.full(frames, -60, np.float32))
    if spoken:
        found.probability[found.frames(spoken[0] * 1000, spoken[1] * 1000)] = 0.9
    return found


def test_pieces_lie_where_the_voice_is() -> None:
    (piece,) = choose_pieces(voice(100, (62, 95)), 100_000)
    assert (piece.start_ms, piece.end_ms) == (65_000, 95_000)


@settings(max_examples=40)
@given(st.integers(1, 4 * 3600 * 1000))
def test_pieces_are_few_short_and_within(duration_ms: int) -> None:
    pieces = choose_pieces(voice(0), duration_ms)
    assert 1 <= len(pieces) <= 5
    assert all(0 <= piece.start_ms < piece.end_ms <= duration_ms for piece in pieces)
    assert all(piece.duration_ms <= 30_000 for piece in pieces)
    assert all(a.end_ms <= b.start_ms for a, b in pairwise(pieces))


def test_the_majority_wins_and_silence_hardly_counts() -> None:
    german, english = {"de": 0.9, "en": 0.1}, {"en": 0.95, "de": 0.05}
    assert vote([(german, 500), (english, 500), (german, 500)]).tag == "de"
    assert vote([(german, 500), (english, 3)]).tag == "de"
    assert vote([(german, 500)]) == Language("de", 0.9)


def test_nothing_heard_is_no_language() -> None:
    assert vote([({}, 0)]) == Language("und", 0.0)
    assert vote([]) == Language("und", 0.0)


def test_equal_votes_always_give_the_same() -> None:
    assert vote([({"de": 0.5, "en": 0.5}, 1)]) == vote([({"en": 0.5, "de": 0.5}, 1)])
