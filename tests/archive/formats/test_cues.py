from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from archive.formats.cues import LINE, LINES, MOST_MS, cut, offsets, wrap
from archive.reading import OpenRecording, Passage, Word
from tests.archive.formats.samples import passage, passages

PROSE = (
    "It was a bright cold day in April, and the clocks were striking. The baker had been up since three, "
    "and the first loaves lay on the board: rye, wheat and barley. Nobody spoke before the kettle sang."
)


def test_a_short_passage_is_one_caption() -> None:
    (cue,) = cut(passage("The bread rises.", 1_000, 3_000))
    assert (cue.start_ms, cue.end_ms, cue.text) == (1_000, 3_000, "The bread rises.")


def test_a_long_one_is_cut_where_a_sentence_or_clause_ends() -> None:
    texts = [cue.text for cue in cut(passage(PROSE, 0, 20_000))]
    assert texts == [
        "It was a bright cold day in April, and the clocks were striking.",
        "The baker had been up since three,",
        "and the first loaves lay on the board: rye, wheat and barley.",
        "Nobody spoke before the kettle sang.",
    ]


def test_captions_begin_with_their_first_word() -> None:
    cues = cut(passage(PROSE, 10_000, 30_000))
    by_start = {word.start_ms: word.text for word in passage(PROSE, 10_000, 30_000).words}
    assert [by_start[cue.start_ms] for cue in cues] == ["It", "The", "and", "Nobody"]


def test_slow_speech_is_cut_by_time() -> None:
    cues = cut(passage("one two three four five six", 0, 30_000))
    assert [cue.text for cue in cues] == ["one", "two", "three", "four", "five", "six"]
    assert all(cue.end_ms - cue.start_ms <= MOST_MS for cue in cues)


def test_no_word_is_left_to_flash_by_alone() -> None:
    text = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    cues = cut(passage(text, 0, 5_000))
    assert [len(cue.text.split()) for cue in cues] in ([7, 8], [8, 7])


def test_words_of_one_time_stay_together() -> None:
    """A recogniser gave all words of a long text the same time; none is made up."""
    long = passage(PROSE, 500, 20_000)
    words = tuple(replace(word, start_ms=600, end_ms=700) for word in long.words)
    (cue,) = cut(replace(long, words=words))
    assert (cue.start_ms, cue.end_ms, cue.text) == (600, 1_600, PROSE)


def test_without_word_times_nothing_is_guessed() -> None:
    (cue,) = cut(passage(PROSE, 0, 20_000, timed=False))
    assert (cue.start_ms, cue.end_ms, cue.text) == (0, 20_000, PROSE)


def test_words_that_are_glued_together_stay_together() -> None:
    """Recognisers part `o'clock` or `mother-in-law` into words of their own times; no caption ends within."""
    text = "mother-in-law bakes"
    whole = passage(text, 0, 30_000)
    parts = [("mother", 0, 0), ("-in", 6, 8_000), ("-law", 9, 16_000), ("bakes", 14, 24_000)]
    words = tuple(Word(word, offset, at, at + 6_000) for word, offset, at in parts)
    cues = cut(replace(whole, words=words))
    assert [cue.text for cue in cues] == ["mother-in-law", "bakes"]


def test_scripts_without_spaces_are_cut_between_words() -> None:
    text = "面包" * 60
    words = tuple(Word("面包", 2 * at, at * 200, at * 200 + 200) for at in range(60))
    cues = cut(replace(passage(text, 0, 12_000), words=words))
    assert "".join(cue.text for cue in cues) == text
    assert all(len(cue.text) <= LINE for cue in cues)


def test_a_passage_without_times_or_text_has_no_caption() -> None:
    assert cut(passage("A letter.", None, None, recording=None)) == []
    assert cut(passage(" \n ", 0, 1_000)) == []


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(passages(ordered=False), st.integers(0, 30))
def test_no_word_is_lost_and_times_are_sound_whatever_the_word_times(each: Passage, room: int) -> None:
    cues = cut(each, room)
    assert [word for cue in cues for word in cue.text.split()] == each.text.split()
    assert each.start_ms is not None
    assert each.end_ms is not None
    for cue in cues:
        assert each.start_ms <= cue.start_ms < cue.end_ms
        assert cue.start_ms <= each.end_ms
        assert cue.end_ms <= each.end_ms + 1
    for before, after in pairwise(cues):
        assert before.end_ms <= after.start_ms
    assert [cue.part for cue in cues] == list(range(len(cues)))


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(passages())
def test_captions_can_be_read_where_words_are_timed(each: Passage) -> None:
    assume(each.words[0].timed)
    assume(len({word.start_ms for word in each.words}) == len(each.words))
    for cue in cut(each):
        one_word = len(cue.text.split()) == 1
        assert one_word or cue.end_ms - cue.start_ms <= MOST_MS
        assert one_word or (len(wrap(cue.text)) <= LINES and max(map(len, wrap(cue.text))) <= LINE)


@given(st.lists(st.text("abc", min_size=1, max_size=50), max_size=30))
def test_wrapping_keeps_the_words_and_the_width(words: list[str]) -> None:
    lines = wrap(" ".join(words))
    assert " ".join(lines).split() == words
    assert all(len(line) <= LINE or " " not in line for line in lines)


def test_two_lines_are_balanced() -> None:
    assert wrap("The baker had been up since three in the dark") == [
        "The baker had been up",
        "since three in the dark",
    ]


@pytest.mark.parametrize(("ends", "expected"), [(5_000, 60_000), (70_000, 70_001)])
def test_recordings_follow_each_other(ends: int, expected: int) -> None:
    """A recording is as long as its file, or its text where that is longer."""
    recordings = [
        OpenRecording(number, f"r{number}", duration, False, "audio/mpeg", "open")
        for number, duration in ((1, 60_000), (3, 90_000))
    ]
    said = [passage("a", 0, ends), passage("b", 0, 1_000, recording=3)]
    assert offsets(recordings, said) == {None: 0, 1: 0, 3: expected}
