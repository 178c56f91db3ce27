"""The words of a stretch."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from archive.quotation import quote, settle
from archive.reading import Passage, Word
from tests.web.sites import make_passage

RAIN = make_passage("It rained  all day.", id="a")  # words at 0, 500, 1000, 1500, each 400 ms long
SUN = make_passage("Then the sun came.", id="b", start_ms=3000)
OTHER = make_passage("On the second tape.", id="c", recording=2)
WHOLE = make_passage("Nobody timed these words.", id="d", start_ms=6000, timed=False)
ALL = (RAIN, SUN, OTHER, WHOLE)


def test_words_whose_middle_lies_in_the_stretch_are_quoted_as_they_stand() -> None:
    found = quote(ALL, 1, 600, 3100)
    assert found is not None
    assert found.text == "rained all day."
    assert (found.start_ms, found.end_ms) == (500, 1900)
    found = quote(ALL, 1, 1200, 3201)
    assert found is not None
    assert found.text == "all day.\nThen"
    assert [passage.id for passage in found.passages] == ["a", "b"]


def test_where_only_the_passage_has_times_it_is_quoted_whole() -> None:
    found = quote(ALL, 1, 6500, 7500)
    assert found is not None
    assert (found.text, found.start_ms, found.end_ms) == ("Nobody timed these words.", 6000, 7900)
    assert quote(ALL, 1, 6000, 6900) is None


def test_where_no_words_stand_there_is_none() -> None:
    assert quote(ALL, 1, 2000, 2900) is None
    assert quote(ALL, 3, 0, 9000) is None


@st.composite
def spoken_at_once(draw: st.DrawFn) -> tuple[Passage, ...]:
    """Passages that may overlap, with words of any length, none among them."""
    passages = []
    for number in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, 3000))
        words, offset, text = [], 0, "one two three"
        for part in text.split():
            end = at + draw(st.integers(0, 900))
            words.append(Word(part, offset, at, end))
            at, offset = end + draw(st.integers(0, 300)), offset + len(part) + 1
        passage = make_passage(text, id=f"p{number}")
        passages.append(
            replace(passage, words=tuple(words), start_ms=words[0].start_ms, end_ms=words[-1].end_ms)
        )
    return tuple(passages)


@given(spoken_at_once(), st.integers(0, 6000), st.integers(1, 6000))
def test_what_is_settled_is_quoted_again_from_its_own_ends(
    passages: tuple[Passage, ...], start: int, length: int
) -> None:
    found = settle(passages, 1, start, start + length, longest_ms=100_000)
    first = quote(passages, 1, start, start + length)
    assert (found is None) is (first is None)
    if found is not None and first is not None:
        assert quote(passages, 1, found.start_ms, found.end_ms) == found
        assert found.start_ms < found.end_ms
        assert found.start_ms <= first.start_ms
        assert found.end_ms >= first.end_ms


def test_one_that_would_never_end_is_given_as_far_as_it_came() -> None:
    """Captions that overlap lead from each to the next."""
    cues = [
        make_passage("Nobody timed these words.", id=f"p{number}", start_ms=number * 800, timed=False)
        for number in range(200)
    ]
    found = settle(cues, 1, 0, 2000, longest_ms=10_000)
    assert found is not None
    assert 10_000 < found.end_ms - found.start_ms < 30_000
