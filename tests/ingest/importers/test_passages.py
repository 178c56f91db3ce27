"""Which cues become one passage."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.importers.passages import LONGEST_MS, join_cues
from ingest.importers.webvtt import CaptionWord, Cue


def cue(start: int, end: int, text: str, speaker: str | None = "Baker", language: str | None = None) -> Cue:
    offset, words = 0, []
    for word in text.split():
        offset = text.index(word, offset)
        words.append(CaptionWord(word, offset, start, end))
        offset += len(word)
    return Cue(start, end, speaker, language, text, tuple(words), 1)


def texts(*cues: Cue) -> list[str]:
    return [passage.text for passage in join_cues(cues)]


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        (cue(0, 2000, "We bake before the sun"), cue(2000, 4000, "is up."), True),
        (cue(0, 2000, "We bake with"), cue(2000, 4000, "Roggenmehl."), True),
        (cue(0, 2000, "We bake."), cue(2000, 4000, "every day."), False),
        (cue(0, 2000, "We bake!”"), cue(2000, 4000, "every day."), False),
        (cue(0, 2000, "אנחנו אופים׃"), cue(2000, 4000, "כל יום"), False),
        (cue(0, 2000, "We bake"), cue(3000, 4000, "every day."), True),
        (cue(0, 2000, "We bake"), cue(3001, 4000, "every day."), False),
        (cue(0, 2000, "We bake"), cue(1900, 4000, "every day."), True),
        (cue(0, 2000, "We bake"), cue(1000, 4000, "every day."), False),
        (cue(0, 2000, "We bake"), cue(2000, 4000, "every day?", "Guest"), False),
        (cue(0, 2000, "We bake"), cue(2000, 4000, "every day?", None), False),
        (cue(0, 2000, "We say"), cue(2000, 4000, "dzień dobry", language="pl"), False),
        (cue(0, 2000, "We bake"), cue(2000, 4000, "- every day."), False),
        (cue(0, 2000, "We bake"), cue(2000, 4000, "[a bell]"), False),
        (cue(0, 2000, "We bake", None), cue(2000, 4000, "every day.", None), True),
        (cue(0, 2000, "We bake", None), cue(2000, 4000, "Every day.", None), False),
        (cue(0, 20_000, "We bake"), cue(20_000, 30_000, "every day."), True),
        (cue(0, 20_000, "We bake"), cue(20_000, 30_001, "every day."), False),
    ],
)
def test_a_cue_is_joined_where_it_carries_the_sentence_on(first: Cue, second: Cue, joined: bool) -> None:
    assert texts(first, second) == ([f"{first.text} {second.text}"] if joined else [first.text, second.text])


def test_words_keep_the_times_of_their_cues() -> None:
    [passage] = join_cues([cue(0, 2000, "We bake"), cue(2500, 4000, "each day.")])
    assert (passage.start_ms, passage.end_ms, passage.speaker, passage.timed_as_one) == (
        0,
        4000,
        "Baker",
        False,
    )
    assert [(word.text, word.start_ms, word.end_ms) for word in passage.words] == [
        ("We", 0, 2000),
        ("bake", 0, 2000),
        ("each", 2500, 4000),
        ("day.", 2500, 4000),
    ]
    [alone] = join_cues([cue(0, 2000, "We bake")])
    assert alone.timed_as_one


cue_lists = st.lists(
    st.tuples(
        st.integers(0, 3_000),
        st.integers(1, 12_000),
        st.sampled_from(["we bake", "every day.", "Brot", "- no", "[bell]"]),
        st.sampled_from([None, "Baker", "Guest"]),
    ),
    max_size=12,
)


@settings(max_examples=80)
@given(cue_lists)
def test_nothing_is_lost_and_passages_stay_short(drawn: list[tuple[int, int, str, str | None]]) -> None:
    cues, moment = [], 0
    for pause, length, text, speaker in drawn:
        cues.append(cue(moment + pause, moment + pause + length, text, speaker))
        moment += pause + length
    passages = join_cues(cues)
    assert " ".join(passage.text for passage in passages) == " ".join(each.text for each in cues)
    assert [word.start_ms for passage in passages for word in passage.words] == [
        word.start_ms for each in cues for word in each.words
    ]
    for passage in passages:
        assert passage.end_ms - passage.start_ms <= LONGEST_MS
        assert all(passage.text[word.offset :].startswith(word.text) for word in passage.words)
