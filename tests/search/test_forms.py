"""What makes no difference between two words, and what they are stemmed to."""

import threading

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from search.forms import LONGEST_FORM, exact, stem, stem_languages, stems


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("Łódź", "lodz"),
        ("Straße", "strasse"),
        ("ŒUVRE", "oeuvre"),
        ("İstanbul", "istanbul"),
        ("ﬁsh", "fish"),
        ("Ｂｒｅａｄ", "bread"),
        ("don’t", "dont"),
        ("don´t", "dont"),
        ("co\u00adop", "coop"),
        ("U.S.A", "usa"),
        ("шЁлк", "шелк"),
        ("МОЙ", "мой"),
        ("ψωμί", "ψωμι"),
        ("ΛΌΓΟΣ", "λογοσ"),
        ("שָׁלוֹם", "שלומ"),
        ("שלום", "שלומ"),
        ('צה"ל', "צהל"),
        ("צה״ל", "צהל"),
        ("ײִדיש", "יידיש"),
        ("ייִדיש", "יידיש"),
        ("װאָס", "וואס"),
        ("פֿון", "פונ"),
        ("كِتَاب", "كتاب"),
        ("أب", "اب"),
        ("١٩٤٥", "1945"),
        ("हिन्दी", "हिन्दी"),
        ("한국", "한국"),
        ("!?", ""),
    ],
)
def test_levels_what_makes_no_difference(written: str, form: str) -> None:
    assert exact(written) == form


@pytest.mark.parametrize(("one", "other"), [("мой", "мои"), ("ספר", "סבר"), ("कि", "की"), ("o", "a")])
def test_keeps_what_makes_a_difference(one: str, other: str) -> None:
    assert exact(one) != exact(other)


@pytest.mark.slow
@given(st.text(max_size=120))
@example("A\u00af")
@example("\U0001e5f1")
def test_a_form_is_one_word_and_its_own_form(text: str) -> None:
    form = exact(text)
    assert not any(character.isspace() for character in form)
    assert len(form) <= LONGEST_FORM
    assert exact(form) == form


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", ["Mutter", "Mütter", "Müttern", "Muetter"]),
        ("pl", ["książka", "książki", "ksiazki"]),
        ("pl", ["Łódź", "Łodzi", "lodz"]),
        ("yi", ["מענטש", "מענטשן"]),
        ("yi", ["ייִדיש", "ײִדיש", "יידיש"]),
        ("en", ["dog", "dogs", "dog’s"]),
        ("fr", ["élève", "eleve", "Élèves"]),
        ("sr", ["knjiga", "knjige", "књига"]),
    ],
)
def test_forms_of_a_word_meet_in_their_stem(language: str, words: list[str]) -> None:
    assert len({stem(word, language) for word in words}) == 1
    assert str(stem(words[0], language)).startswith(f"{language}:")


def test_stems_of_a_word_of_unknown_language_hold_those_of_each() -> None:
    found = stems("Mütter")
    assert {"de:mutt", "en:mutter", "pl:mutter"} <= found
    assert stem("Mütter", "de") in found
    assert stems("!") == frozenset()


def test_languages_share_stemmers_or_have_none() -> None:
    assert stem_languages("nb", "nn-NO", "he", "uk") == ("no",)
    assert stem_languages("hr", "bs_BA", "SR-Latn") == ("sr",)
    assert stem_languages("ji", "iw") == ("yi",)
    assert stem_languages() == ()


def test_threads_stem_alike() -> None:
    words = [f"gingen{n}ungen" for n in range(200)]
    alone = [stem(word, "de") for word in words]
    stem.cache_clear()
    results: list[list[str | None]] = []
    threads = [
        threading.Thread(target=lambda: results.append([stem(word, "de") for word in words]))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [alone] * 4
