import pytest

from search.parse import parse
from tests.web.sites import english
from web.sentences import nothing_sentence, plain_words, query_words, results_sentence


@pytest.mark.parametrize(
    ("typed", "count", "sentence"),
    [
        ("bread", 1, "1 testimony speaks of bread"),
        ("lodz bread", 12, "12 testimonies speak of lodz and bread"),
        ("bread OR cake", 2, "2 testimonies speak of bread or cake"),
        ('"warm bread"', 2, "2 testimonies speak of “warm bread”"),
        ("bread -cake", 2, "2 testimonies speak of bread but not of cake"),
        ("-cake", 2, "2 testimonies do not speak of cake"),
        ("-cake", 1, "1 testimony does not speak of cake"),
        ("", 1234, "1,234 testimonies"),
    ],
)
def test_the_heading_says_how_many_and_of_what(typed: str, count: int, sentence: str) -> None:
    assert results_sentence(parse(typed), count, english()).striptags() == sentence


def test_what_was_typed_is_escaped_and_runs_its_own_way() -> None:
    html = nothing_sentence(parse('"<script>x</script>" לחם'), english())
    assert "<script" not in html
    assert '<em class="sought upright" dir="auto">לחם</em>' in html


def test_nothing_found() -> None:
    assert nothing_sentence(parse("lemberik"), english()).striptags() == "Nothing was found for lemberik."
    assert nothing_sentence(None, english()) == "There is no testimony here yet."


def test_a_sentence_survives_percent_signs_and_braces() -> None:
    assert "100" in results_sentence(parse('"100 %s {0}"'), 2, english())


def test_words_of_a_query() -> None:
    tree = parse('bread "warm sun" OR rain -cake')
    assert plain_words(tree) == ("bread", "warm", "sun", "rain")
    assert query_words(tree, english()).striptags() == "bread and “warm sun” or rain"
