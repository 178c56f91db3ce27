"""Words as a segment keeps them."""

import pytest

from archive.models.segment import pack_words, unpack_words
from archive.reading import Word

TEXT = "Rain fell on Łódź."
WORDS = (
    Word("Rain", 0, 0, 400, 0.9),
    Word("fell", 5, 500, 900, None),
    Word("on", 10, 1000, 1100, 0.0),
    Word("Łódź.", 13, 1200, 1900, 1.0),
)


def test_packed_words_come_back_as_they_were() -> None:
    words = unpack_words(TEXT, pack_words(WORDS), 0, 1900)
    assert len(words) == 4
    assert words == WORDS
    assert hash(words) == hash(WORDS)
    assert list(words) == list(WORDS)


@pytest.mark.parametrize("asked_before", [False, True])
def test_one_word_is_had_like_that_of_a_tuple(asked_before: bool) -> None:
    words = unpack_words(TEXT, pack_words(WORDS), 0, 1900)
    if asked_before:
        assert list(words)
    for place in range(-4, 4):
        assert words[place] == WORDS[place]
    assert words[1:3] == WORDS[1:3]
    for place in (4, -5):
        with pytest.raises(IndexError):
            words[place]


def test_words_without_times_have_those_of_their_segment() -> None:
    words = unpack_words(TEXT, b"", 100, 900)
    assert [(word.text, word.offset) for word in words] == [(word.text, word.offset) for word in WORDS]
    assert {(word.start_ms, word.end_ms, word.timed) for word in words} == {(100, 900, False)}
