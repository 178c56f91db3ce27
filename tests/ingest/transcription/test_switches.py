"""A language other than the recording's needs proof; where one gives way to another is found to a second."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.transcription.switches import (
    Doubt,
    Stretch,
    find_change,
    find_changes,
    find_stretches,
    hear_short,
)
from schemas.recognition import Engine, RecognisedSegment, RecognisedWord, WindowRecognition

ENGLISH, GERMAN = {"en": 0.97, "de": 0.02}, {"de": 0.97, "en": 0.02}
UNCLEAR = {"en": 0.3, "de": 0.2, "nn": 0.4}


def test_one_language_is_one_stretch() -> None:
    assert find_stretches([ENGLISH] * 26, "en") == [Stretch("en", 0)]
    assert find_stretches([GERMAN] * 26, "en") == [Stretch("de", 0)]
    assert find_stretches([UNCLEAR] * 26, "en") == [Stretch("en", 0)]
    assert find_stretches([], "en") == [Stretch("en", 0)]


def test_a_change_lies_between_the_middles_of_slices() -> None:
    assert find_stretches([ENGLISH] * 10 + [GERMAN] * 16, "en") == [Stretch("en", 0), Stretch("de", 12)]
    assert find_stretches([ENGLISH] * 10 + [GERMAN] * 16, "de") == [Stretch("en", 0), Stretch("de", 12)]
    heard = [ENGLISH] * 10 + [GERMAN] * 6 + [ENGLISH] * 10
    assert find_stretches(heard, "en") == [Stretch("en", 0), Stretch("de", 12), Stretch("en", 18)]


@pytest.mark.parametrize("count", [1, 2])
def test_two_slices_are_no_proof(count: int) -> None:
    assert find_stretches([ENGLISH] * 10 + [GERMAN] * count + [ENGLISH] * 10, "en") == [Stretch("en", 0)]


def test_the_highest_ever_heard_where_nobody_switched_is_no_proof() -> None:
    hoarse = {"nn": 0.84, "en": 0.07}
    assert find_stretches([hoarse] * 26, "en") == [Stretch("en", 0)]
    doubtful = [{"hu": 0.93}, {"hu": 0.74}, {"hu": 0.93}] * 8
    assert find_stretches(doubtful, "pl") == [Stretch("pl", 0)]


def test_what_the_chunk_before_was_cut_for_needs_no_second_proof() -> None:
    heard = [{"fr": 0.98, "en": 0.01}, {"fr": 0.7, "en": 0.1}, *[ENGLISH] * 15]
    assert find_stretches(heard, "en") == [Stretch("en", 0)]
    assert find_stretches(heard, "en", "fr") == [Stretch("fr", 0), Stretch("en", 4)]
    late = [*[ENGLISH] * 10, *[GERMAN] * 8, *[{"fr": 0.8}] * 5]
    assert "fr" not in [stretch.language for stretch in find_stretches(late, "en", "fr")]


@settings(max_examples=60)
@given(
    st.lists(st.dictionaries(st.sampled_from(["en", "de", "fr"]), st.floats(0, 1)), max_size=26),
    st.sampled_from(["en", "de"]),
)
def test_stretches_follow_each_other_and_are_proven(heard: list[dict[str, float]], own: str) -> None:
    stretches = find_stretches(heard, own)
    assert stretches[0].start_s == 0
    assert all(a.start_s < b.start_s and a.language != b.language for a, b in pairwise(stretches))
    for stretch in stretches:
        assert stretch.language == own or sum(each.get(stretch.language, 0) >= 0.9 for each in heard) >= 3


def test_a_change_is_found_within_short_slices() -> None:
    assert find_change([ENGLISH] * 4 + [GERMAN] * 2, "en", "de") == 5
    assert find_change([ENGLISH, GERMAN, ENGLISH, ENGLISH, UNCLEAR, GERMAN], "en", "de") in (5, 6)


def test_a_short_chunk_has_to_be_all_but_certain() -> None:
    assert hear_short({"fr": 0.96, "en": 0.01}, "en") == "fr"
    assert hear_short({"fr": 0.94, "en": 0.01}, "en") == "en"
    assert hear_short({}, "en") == "en"
    assert hear_short({"fr": 0.6, "en": 0.3}, "en", expected="fr") == "fr"
    assert hear_short({"fr": 0.3, "en": 0.6}, "en", expected="fr") == "en"


def passage(
    text: str, start_ms: int, end_ms: int, language: str | None = None, also: tuple[str, ...] = ()
) -> RecognisedSegment:
    word = RecognisedWord(text=text, start_ms=start_ms, end_ms=end_ms, probability=0.9)
    return RecognisedSegment(
        start_ms=start_ms, end_ms=end_ms, words=(word,), language=language, also_heard=also
    )


def window(*segments: RecognisedSegment, number: int = 1) -> WindowRecognition:
    return WindowRecognition(
        number=number,
        start_ms=0,
        end_ms=90_000,
        language="en",
        engine=Engine(name="e", version="1", model="m"),
        segments=segments,
    )


def test_changes_are_for_the_archivists_ear() -> None:
    bread, brot = passage(" Bread.", 0, 9_000), passage(" Brot.", 9_500, 20_000, "de")
    assert find_changes([window(bread, brot)]) == [Doubt(7_000, 11_500, ("en", "de"))]
    assert find_changes([window(bread), window(brot, number=2)]) == [Doubt(7_000, 11_500, ("en", "de"))]
    assert find_changes([window(bread, passage(" Rain.", 10_000, 12_000))]) == []


def test_a_given_language_in_doubt_is_for_the_archivists_ear() -> None:
    assert find_changes([window(passage(" Bread.", 0, 9_000, None, ("fr",)))]) == [
        Doubt(0, 9_000, ("en", "fr"))
    ]
