"""Words of a text, and where each stands."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from search.analysis import _pieces, _segmented, tokens
from search.forms import exact
from tests.search.readings import LANGUAGES


def words(text: str) -> list[str]:
    return [text[token.start : token.end] for token in tokens(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bread, please! (Warm.)", ["Bread", "please", "Warm"]),
        ("a well-known baker", ["a", "well", "known", "baker"]),
        ("It rained.Then it snowed", ["It", "rained", "Then", "it", "snowed"]),
        ("on 27.01.1945 at 10:30", ["on", "27", "01", "1945", "at", "10", "30"]),
        ("the U.S.A. and z.B. snow", ["the", "U.S.A", "and", "z.B", "snow"]),
        ("don’t can't O'Brien's rock'n'roll", ["don’t", "can't", "O'Brien's", "rock'n'roll"]),
        ("l'hiver d’un aujourd'hui", ["l", "hiver", "d", "un", "aujourd'hui"]),
        ("dell'acqua un'ora", ["dell", "acqua", "un", "ora"]),
        ("ס'איז מ׳האָט ר' משה", ["ס", "איז", "מ", "האָט", "ר", "משה"]),
        ("ג'ורג' צ׳כיה", ["ג'ורג", "צ׳כיה"]),
        ('צה"ל צה״ל צה”ל', ['צה"ל', "צה״ל", "צה”ל"]),
        ("בית־ספר", ["בית", "ספר"]),
        ('"שלום"', ["שלום"]),
        ("שָׁלוֹם עֲלֵיכֶם", ["שָׁלוֹם", "עֲלֵיכֶם"]),
        ("col·lecció", ["col·lecció"]),
        ("日本 カタカナ", ["日", "本", "カタカナ"]),
        ("snow_man \u200erain\u200f", ["snow", "man", "rain"]),
        ("... — !?", []),
        ("", []),
    ],
)
def test_cuts_a_text_into_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_tells_words_that_lean_on_the_next() -> None:
    assert [token.leaning for token in tokens("l'hiver d'or ס'איז don't l'")] == [
        True, False, True, False, True, False, False, False,
    ]  # fmt: skip


def test_tokens_have_the_stems_of_their_languages() -> None:
    (token,) = tokens("Brote", "de")
    assert (token.exact, token.stems) == ("brote", ("de:brot",))
    assert tokens("Brote", "he")[0].stems == ()
    assert tokens("Brote", "de", "en", "de-AT")[0].stems == ("de:brot", "en:brote")


@given(st.text(max_size=60), st.sampled_from(LANGUAGES))
@example("\u0301 a\u0301", "fr")
@example("a\u00a0b\u2028c\x1fd", "en")
@example("אַ'\"ב", "yi")
def test_tokens_stand_in_order_and_have_the_form_of_their_words(text: str, language: str) -> None:
    found = tokens(text, language)
    assert all(token.exact == exact(text[token.start : token.end]) for token in found)
    edges = [edge for token in found for edge in (token.start, token.end)]
    assert edges == sorted(edges)
    assert all(token.start < token.end for token in found)


@pytest.mark.slow
@given(st.lists(st.text(min_size=1, max_size=8).filter(str.strip), max_size=5))
def test_white_space_parts_tokens_and_nothing_else_matters(chunks: list[str]) -> None:
    chunks = [part for chunk in chunks for part in chunk.split()]
    alone = [token.exact for chunk in chunks for token in tokens(chunk)]
    assert [token.exact for token in tokens("\n  ".join(chunks))] == alone


@given(st.text(max_size=20))
def test_a_word_typed_as_it_stands_gives_the_same_token(text: str) -> None:
    for token in tokens(text):
        again = tokens(text[token.start : token.end])
        assert [one.exact for one in again] == [token.exact]


@given(st.text("aZ0äßŁέΩжЙאךװ.,;:!?()'-", min_size=1, max_size=8))
@example("(rain),")
@example("b.c")
@example('צה"ל')
def test_a_plain_word_is_cut_as_any_other(chunk: str) -> None:
    assert list(_pieces(chunk)) == list(_segmented(chunk))
