import re
from html import unescape

from hypothesis import given, settings
from hypothesis import strategies as st

from web.excerpts import LONGEST, excerpt_html, shorten

WORDS = st.lists(
    st.sampled_from(["bread", "<b>", "rain&sun", "a", "Łódź", "catalogue"]), min_size=1, max_size=150
)


@settings(max_examples=60)
@given(words=WORDS, chosen=st.lists(st.integers(0, 149), min_size=1, max_size=3))
def test_the_first_mark_is_always_shown_whole_and_the_rest_stands_as_in_the_text(
    words: list[str], chosen: list[int]
) -> None:
    text = " ".join(words)
    starts = [len(" ".join(words[:place])) + (place > 0) for place in range(len(words))]
    marks = sorted(
        {(starts[p % len(words)], starts[p % len(words)] + len(words[p % len(words)])) for p in chosen}
    )
    html = excerpt_html(text, marks)
    shown = unescape(re.sub(r"</?mark>", "", html)).removeprefix("… ").removesuffix(" …")
    assert shown in text
    first = text[marks[0][0] : marks[0][1]]
    assert unescape(re.findall(r"<mark>(.*?)</mark>", html)[0]) == first


def test_a_short_passage_is_shown_whole() -> None:
    assert excerpt_html("The bread was warm.", [(4, 9)]) == "The <mark>bread</mark> was warm."


def test_what_is_left_out_leaves_a_sign() -> None:
    text = "rain " * 60 + "bread " + "sun " * 60
    html = excerpt_html(text, [(300, 305)])
    assert html.startswith("… rain")
    assert html.endswith("sun …")
    assert len(html) < LONGEST


def test_shorten_cuts_between_words() -> None:
    assert shorten("rain and sun", 220) == "rain and sun"
    assert shorten("rain and sun", 6) == "rain …"
