"""Cutting segments at access borders."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from archive.access import EVERYTHING, open_spans
from archive.models.segment import pack_words, unpack_words
from archive.passages import Line, OpenText, Voice, cut_passages
from archive.reading import Passage, Word

TEXT = "It rained all day, and then the sun came out."
RECORDING = 7


def line(
    text: str,
    start: int = 0,
    *,
    position: int | None = None,
    timed: bool = True,
    label: str | None = None,
    person: int | None = None,
    machine: bool = True,
    checked: bool = False,
) -> Line:
    """A line whose place is its second."""
    words, offset = [], 0
    for number, part in enumerate(text.split()):
        offset = text.index(part, offset)
        words.append(Word(part, offset, start + number * 100, start + number * 100 + 80, 0.5))
        offset += len(part)
    return Line(
        position=start // 1000 if position is None else position,
        public_id=f"s{start}",
        recording_id=RECORDING,
        start_ms=start,
        end_ms=start + len(words) * 100,
        person_id=person,
        speaker_label=label,
        language="en",
        recognition_id=1 if machine else None,
        checked=checked,
        text=text,
        words=pack_words(words) if timed else b"",
    )


def cut_text(
    lines: Sequence[Line],
    *cuts: tuple[int, int],
    machine_text: bool = True,
    voices: Sequence[Voice] = (),
) -> OpenText:
    spans = {1: open_spans(cuts), None: EVERYTHING}
    return cut_passages(
        lines, {RECORDING: 1}, spans, {5: "A. B."}, {1: "W"}, machine_text=machine_text, voices=voices
    )


def cut(lines: Sequence[Line], *cuts: tuple[int, int]) -> tuple[Passage, ...]:
    return cut_text(lines, *cuts).passages


def speakers(*lines: Line, voices: Sequence[Voice] = ()) -> list[str | None]:
    return [passage.speaker for passage in cut_text(lines, voices=voices).passages]


def test_nothing_closed_leaves_segments_as_they_are() -> None:
    (first, second) = cut([line(TEXT), line("The end.", 2000, position=1)])
    assert (first.id, first.text, first.start_ms, first.end_ms) == ("s0", TEXT, 0, 1000)
    assert not first.gap_before
    assert not second.gap_before


def test_a_closed_word_leaves_two_pieces_with_a_gap() -> None:
    pieces = cut([line(TEXT)], (320, 330))
    assert [piece.text for piece in pieces] == ["It rained all", "and then the sun came out."]
    assert pieces[1].gap_before
    assert "s0" not in {piece.id for piece in pieces}
    assert [(piece.start_ms, piece.end_ms) for piece in pieces] == [(0, 280), (400, 980)]
    assert [word.offset for word in pieces[1].words][:2] == [0, 4]


def test_a_segment_whose_words_have_no_times_is_closed_whole() -> None:
    assert cut([line(TEXT, timed=False)], (320, 330)) == ()


def test_a_closed_segment_leaves_a_gap() -> None:
    passages = cut([line("One."), line("Two.", 1000), line("Three.", 2000)], (1000, 1100))
    assert [passage.text for passage in passages] == ["One.", "Three."]
    assert passages[1].gap_before


def test_machine_text_that_nobody_checked_is_closed_where_it_is_not_open() -> None:
    lines = [
        line("One."),
        line("Two.", 1000, machine=False),
        line("Three.", 2000),
        line("Four.", 3000, checked=True),
    ]
    text = cut_text(lines, machine_text=False)
    assert [(passage.text, passage.gap_before) for passage in text.passages] == [
        ("Two.", False),
        ("Four.", True),
    ]
    assert text.engines == ("W",)
    assert not text.machine_alone


def test_a_gap_is_where_lines_were_left_out() -> None:
    passages = cut([line("One."), line("Two.", 1000), line("Four.", 3000)])
    assert [passage.gap_before for passage in passages] == [False, False, True]


def test_a_label_that_is_nobodys_is_never_shown() -> None:
    assert speakers(line("One.", label="A private name"), line("Two.", 1000, label="Another")) == [
        "Speaker 1",
        "Speaker 2",
    ]


def test_a_speaker_whom_nobody_is_to_be_told_from_is_not_named() -> None:
    one = line("One.", label="A private name")
    assert speakers(one, line("Two.", 1000), line("Three.", 2000, label="A private name")) == [None] * 3
    assert speakers(one, line("Two.", 1000, label=" interviewer ")) == ["Speaker 1", "Interviewer"]
    assert speakers(one, line("Two.", 1000, person=5)) == ["Speaker 1", "A. B."]
    # Nobody knows the second person's name either.
    assert speakers(one, line("Two.", 1000, person=6)) == [None, None]
    assert speakers(line("One.", label="interviewer")) == ["Interviewer"]


def test_those_who_speak_in_what_was_left_out_count() -> None:
    second = line("Two.", 1000, label="Another")
    before = Voice(0, None, "A private name", "de", None)
    assert speakers(second) == [None]
    assert speakers(second, voices=[before]) == ["Speaker 2"]
    assert speakers(second, voices=[before._replace(position=2)]) == ["Speaker 1"]
    text = cut_text([second], voices=[before])
    assert text.languages == ("de", "en")
    assert not text.machine_alone


def test_those_who_speak_only_in_what_is_closed_do_not_count() -> None:
    lines = [line("One.", label="A private name"), line("Two.", 1000, label="Another")]
    assert [passage.speaker for passage in cut(lines, (0, 100))] == [None]


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(1, 400)), max_size=4))
def test_exactly_the_untouched_words_are_left(cuts: list[tuple[int, int]]) -> None:
    whole = line(TEXT)
    passages = cut([whole], *[(start, start + length) for start, length in cuts])
    left = [(word.text, word.start_ms) for passage in passages for word in passage.words]
    expected = [
        (word.text, word.start_ms)
        for word in unpack_words(whole.text, whole.words, whole.start_ms, whole.end_ms)
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
