"""Segments lose no word and invent none, and end where a sentence or a breath does."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.transcription.segments import LONGEST_MS, MachineSegment, make_segments
from schemas.recognition import Engine, RecognisedSegment, RecognisedWord, WindowRecognition

ENGINE = Engine(name="script", version="1", model="none")


def window(words: list[RecognisedWord], number: int = 1, language: str = "en") -> WindowRecognition:
    end = max([word.end_ms for word in words], default=0)
    segment = RecognisedSegment(start_ms=0, end_ms=end, words=tuple(words))
    return WindowRecognition(
        number=number, start_ms=0, end_ms=end, language=language, engine=ENGINE, segments=(segment,)
    )


def spoken(text: str, start_ms: int = 0, each_ms: int = 400, gap_ms: int = 50) -> list[RecognisedWord]:
    return [
        RecognisedWord(
            text=f" {word}",
            start_ms=start_ms + i * (each_ms + gap_ms),
            end_ms=start_ms + i * (each_ms + gap_ms) + each_ms,
            probability=0.5,
        )
        for i, word in enumerate(text.split())
    ]


def check(segments: list[MachineSegment]) -> None:
    for segment in segments:
        assert segment.words
        assert segment.text == segment.text.strip()
        for word in segment.words:
            assert segment.text[word.offset : word.offset + len(word.text)] == word.text
            assert word.text == word.text.strip() != ""
            assert segment.start_ms <= word.start_ms <= word.end_ms <= segment.end_ms
        assert all(a.start_ms <= b.start_ms and a.offset < b.offset for a, b in pairwise(segment.words))
        assert segment.end_ms - segment.start_ms <= LONGEST_MS or len(segment.words) == 1


pieces = st.sampled_from(
    [" bread", " rises.", " Slowly,", "-five", "!", " 「パン", "は", "焼ける。", " לחם", "", " ", " 😀", "\n"]
)
raw_words = st.builds(
    lambda text, start, length, kept: RecognisedWord(
        text=text,
        start_ms=start,
        end_ms=start + length,
        probability=0.5,
        dropped=None if kept else "a reason",
    ),
    pieces,
    st.integers(0, 90_000),
    st.integers(0, 3_000),
    st.booleans(),
)


@pytest.mark.slow
@settings(max_examples=80)
@given(st.lists(st.lists(raw_words, max_size=25), max_size=3))
def test_no_kept_word_is_lost_and_no_text_is_made(windows: list[list[RecognisedWord]]) -> None:
    in_order = [sorted(words, key=lambda word: word.start_ms) for words in windows]
    segments = make_segments([window(words, number) for number, words in enumerate(in_order, 1)])
    check(segments)
    kept = [word for words in in_order for word in words if word.dropped is None]
    assert [word.text for segment in segments for word in segment.words] == [
        word.text.strip() for word in kept if word.text.strip()
    ]
    said = "".join("".join(word.text for word in kept).split())
    assert "".join("".join(segment.text for segment in segments).split()) == said


def test_text_is_the_words_joined() -> None:
    words = [
        RecognisedWord(text=text, start_ms=i * 100, end_ms=i * 100 + 90, probability=1)
        for i, text in enumerate([" Twenty", "-five", " loaves", ",", " said", " he", "."])
    ]
    (segment,) = make_segments([window(words)])
    assert segment.text == "Twenty-five loaves, said he."
    assert [word.offset for word in segment.words] == [0, 6, 12, 18, 20, 25, 27]


def test_languages_without_spaces() -> None:
    words = [
        RecognisedWord(text=text, start_ms=i * 300, end_ms=i * 300 + 290, probability=1)
        for i, text in enumerate("パンは焼ける。天気はいい。")
    ]
    (segment,) = make_segments([window(words, language="ja")])
    assert segment.text == "パンは焼ける。天気はいい。"
    assert segment.words[3].offset == 3


def test_a_long_passage_ends_with_its_sentence() -> None:
    text = " ".join(["one two three four five six seven."] * 10)
    segments = make_segments([window(spoken(text))])
    check(segments)
    assert len(segments) > 1
    assert all(segment.text.endswith("seven.") for segment in segments)
    assert all(10_000 <= segment.end_ms - segment.start_ms <= 20_000 for segment in segments[:-1])


def test_a_breath_between_sentences_and_a_pause_anywhere_end_a_segment() -> None:
    asked = spoken("Does bread rise?")
    answered = spoken("Slowly, it", start_ms=asked[-1].end_ms + 800)
    later = spoken("rises.", start_ms=answered[-1].end_ms + 2_500)
    segments = make_segments([window([*asked, *answered, *later])])
    assert [segment.text for segment in segments] == ["Does bread rise?", "Slowly, it", "rises."]


def test_without_sentences_the_longest_pause_is_cut() -> None:
    first = spoken(" ".join(["word"] * 50))
    second = spoken(" ".join(["next"] * 30), start_ms=first[-1].end_ms + 600)
    segments = make_segments([window([*first, *second])])
    assert [segment.words[0].text for segment in segments] == ["word", "next"]


def test_a_sentence_may_end_within_quotation_marks() -> None:
    words = spoken("»Brot.« " + " ".join(["und"] * 9), gap_ms=750)
    assert make_segments([window(words)])[0].text == "»Brot.«"


def test_a_windows_end_is_a_segments_end() -> None:
    words = spoken("Bread rises slowly in a warm bakery")
    whole = make_segments([window(words)])
    parts = make_segments([window(words[:3], 1), window(words[3:], 2, "de")])
    assert len(whole) == 1
    assert [(part.text, part.language) for part in parts] == [
        ("Bread rises slowly", "en"),
        ("in a warm bakery", "de"),
    ]


def test_a_change_of_language_is_a_segments_end() -> None:
    words = spoken("Bread rises slowly Brot geht langsam auf Bread again")
    languages = [(words[:3], None), (words[3:5], "de"), (words[5:7], "de"), (words[7:], None)]
    mixed = window(words).model_copy(
        update={
            "segments": tuple(
                RecognisedSegment(
                    start_ms=said[0].start_ms, end_ms=said[-1].end_ms, words=tuple(said), language=tag
                )
                for said, tag in languages
            )
        }
    )
    segments = make_segments([mixed])
    check(segments)
    assert [(segment.language, segment.text) for segment in segments] == [
        ("en", "Bread rises slowly"),
        ("de", "Brot geht langsam auf"),
        ("en", "Bread again"),
    ]


def test_nothing_said_is_no_segment() -> None:
    assert make_segments([]) == []
    assert make_segments([window([])]) == []
    assert make_segments([window([word.model_copy(update={"dropped": "x"}) for word in spoken("You")])]) == []


def test_a_word_that_lasts_too_long_is_kept() -> None:
    words = [
        RecognisedWord(text=" go.", start_ms=0, end_ms=40_000, probability=1),
        RecognisedWord(text=" on", start_ms=40_000, end_ms=41_000, probability=1),
    ]
    assert [segment.text for segment in make_segments([window(words)])] == ["go.", "on"]
