"""Nothing that a stranger wrote acts on a terminal, and every value stays what it is."""

import json
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.legible import legible, legible_json, legible_name

ACTING = {chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x2028, 0x2029)}


def acts(text: str, allowed: str = "") -> bool:
    return any((c in ACTING or unicodedata.category(c) in ("Cc", "Cs")) and c not in allowed for c in text)


@settings(max_examples=50)
@given(st.text(st.characters(codec=None)))
def test_nothing_acts(text: str) -> None:
    assert not acts(legible(text), "\n\t")
    assert not acts(legible_name(text))
    assert "\n" not in legible_name(text)


@settings(max_examples=50)
@given(st.dictionaries(st.text(), st.text(st.characters(codec=None))))
def test_json_means_the_same(value: dict[str, str]) -> None:
    for indent in (None, 1):
        document = legible_json(json.dumps(value, ensure_ascii=False, indent=indent))
        assert json.loads(document) == value
        assert not acts(document, "\n\t")


def test_letters_of_every_script_stay() -> None:
    for name in ("Łódź.wav", "שלום.wav", "می‌خواهم.wav", "각.wav", "a b (c) 50%.wav"):
        assert legible_name(name) == legible(name) == name


def test_what_acts_is_shown() -> None:
    assert legible_name("a\nb\x1b[2J\u202egpj\udce9.wav") == r"a\nb\x1b[2J\u202egpj\udce9.wav"
    assert legible("one\ntwo\u200f \x07") == "one\ntwo\u200f \\x07"
