import re
from html import unescape

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.web.sites import make_passage
from web.moments import Moment
from web.words import marked_html, passage_html

TEXT = st.text(alphabet=st.sampled_from("ab <>&\"'é ל\n"), min_size=1, max_size=40)
MARKS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=4).map(
    lambda pairs: sorted((min(pair), max(pair)) for pair in pairs)
)


def plain(html: str) -> str:
    return unescape(re.sub(r"</?(?:span|mark)[^>]*>", "", html))


@settings(max_examples=60)
@given(text=TEXT, marks=MARKS, timed=st.booleans())
def test_nothing_of_a_text_is_lost_or_becomes_markup(
    text: str, marks: list[tuple[int, int]], timed: bool
) -> None:
    html = passage_html(make_passage(text, timed=timed), marks, Moment(0, 900))
    assert plain(html) == text


@settings(max_examples=60)
@given(text=TEXT, marks=MARKS)
def test_marks_hold_exactly_what_was_found(text: str, marks: list[tuple[int, int]]) -> None:
    html = marked_html(text, marks)
    found = "".join(unescape(part) for part in re.findall(r"<mark>(.*?)</mark>", html, re.DOTALL))
    places = sorted({place for start, end in marks for place in range(start, min(end, len(text)))})
    assert found == "".join(text[place] for place in places)


def test_words_carry_their_start_and_length() -> None:
    html = passage_html(make_passage("It rained.", start_ms=57_200))
    assert html == "<span data-m=57200 data-d=400>It</span> <span data-m=57700 data-d=400>rained.</span>"


def test_a_passage_without_times_of_words_has_none_made_up() -> None:
    assert passage_html(make_passage("It rained.", timed=False)) == "It rained."


def test_a_mark_may_be_part_of_a_word() -> None:
    html = passage_html(make_passage("well-known"), [(5, 10)])
    assert html == "<span data-m=0 data-d=400>well-<mark>known</mark></span>"


def test_the_stretch_and_the_machines_doubt_are_told_apart() -> None:
    passage = make_passage("It rained.", machine=True, probability=0.2)
    html = passage_html(passage, stretch=Moment(0, 400))
    assert '<span class="within doubtful" data-m=0 data-d=400>It</span>' in html
    assert '<span class="doubtful" data-m=500 data-d=400>rained.</span>' in html
