"""Cutting segments at access borders."""

from hypothesis import given
from hypothesis import strategies as st

from archive.access import EVERYTHING, open_spans
from archive.models import Recognition, Segment
from archive.models.segment import pack_words
from archive.passages import cut_passages
from archive.reading import Passage, Word

TEXT = "It rained all day, and then the sun came out."
RECORDING = 7


def segment(
    text: str, start: int = 0, *, timed: bool = True, label: str | None = None, machine: bool = True
) -> Segment:
    words, offset = [], 0
    for number, part in enumerate(text.split()):
        offset = text.index(part, offset)
        words.append(Word(part, offset, start + number * 100, start + number * 100 + 80, 0.5))
        offset += len(part)
    return Segment(
        id=start + 1,
        public_id=f"s{start}",
        recording_id=RECORDING,
        start_ms=start,
        end_ms=start + len(words) * 100,
        language="en",
        text=text,
        words=pack_words(words) if timed else b"",
        speaker_label=label,
        person_id=None,
        recognition_id=1 if machine else None,
        recognition=Recognition(engine="e", engine_version="1", model="m") if machine else None,
    )


def cut(
    segments: list[Segment], *cuts: tuple[int, int], without: frozenset[int] = frozenset()
) -> tuple[Passage, ...]:
    spans = {1: open_spans(cuts), None: EVERYTHING}
    return cut_passages(segments, {RECORDING: 1}, spans, {}, without=without)


def test_nothing_closed_leaves_segments_as_they_are() -> None:
    (first, second) = cut([segment(TEXT), segment("The end.", 2000)])
    assert (first.id, first.text, first.start_ms, first.end_ms) == ("s0", TEXT, 0, 1000)
    assert not first.gap_before
    assert not second.gap_before


def test_a_closed_word_leaves_two_pieces_with_a_gap() -> None:
    pieces = cut([segment(TEXT)], (320, 330))
    assert [piece.text for piece in pieces] == ["It rained all", "and then the sun came out."]
    assert pieces[1].gap_before
    assert "s0" not in {piece.id for piece in pieces}
    assert [(piece.start_ms, piece.end_ms) for piece in pieces] == [(0, 280), (400, 980)]
    assert [word.offset for word in pieces[1].words][:2] == [0, 4]


def test_a_segment_whose_words_have_no_times_is_closed_whole() -> None:
    assert cut([segment(TEXT, timed=False)], (320, 330)) == ()


def test_a_closed_segment_leaves_a_gap() -> None:
    passages = cut([segment("One."), segment("Two.", 1000), segment("Three.", 2000)], (1000, 1100))
    assert [passage.text for passage in passages] == ["One.", "Three."]
    assert passages[1].gap_before


def test_a_segment_that_is_closed_altogether() -> None:
    segments = [segment("One."), segment("Two.", 1000, machine=False)]
    assert [passage.text for passage in cut(segments, without=frozenset({segments[0].id}))] == ["Two."]


def test_a_label_that_is_nobodys_is_never_shown() -> None:
    passages = cut([segment("One.", label="A private name"), segment("Two.", 1000, label="Another")])
    assert [passage.speaker for passage in passages] == ["Speaker 1", "Speaker 2"]


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(1, 400)), max_size=4))
def test_exactly_the_untouched_words_are_left(cuts: list[tuple[int, int]]) -> None:
    whole = segment(TEXT)
    passages = cut([whole], *[(start, start + length) for start, length in cuts])
    left = [(word.text, word.start_ms) for passage in passages for word in passage.words]
    expected = [
        (word.text, word.start_ms)
        for word in whole.iter_words()
        if not any(
            start < (word.end_ms or 0) and (word.start_ms or 0) < start + length for start, length in cuts
        )
    ]
    assert left == expected
    for passage in passages:
        assert [passage.text[w.offset : w.offset + len(w.text)] for w in passage.words] == [
            w.text for w in passage.words
        ]
        assert passage.text.split() == [word.text for word in passage.words]
