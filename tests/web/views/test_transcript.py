from tests.web.sites import make_passage, make_reading, make_stream
from web.moments import Moment
from web.views.addresses import Address, Addresses
from web.views.transcript import lay_out
from web.wording import english

A = make_passage("It rained.", id="a", speaker="A. B.")
B = make_passage("Then the sun came.", id="b", start_ms=2000, speaker="A. B.")
C = make_passage("And wind.", id="c", start_ms=5500, speaker="C. D.")
D = make_passage("On the second tape.", id="d", recording=2, speaker="C. D.")
HERE = Addresses("xyz2345678")


def test_recordings_follow_one_another_and_a_name_is_said_once_a_turn() -> None:
    stream = make_stream(A, B, C, D)
    sections = lay_out(make_reading(stream), stream, Address(1), {}, HERE, english())
    assert [section.number for section in sections] == [1, 2]
    assert [passage.speaker for passage in sections[0].passages] == ["A. B.", None, "C. D."]
    assert sections[1].passages[0].speaker == "C. D."


def test_a_gap_is_not_told_by_a_name_that_is_said_again() -> None:
    from dataclasses import replace

    stream = make_stream(A, replace(B, gap_before=True))
    (section,) = lay_out(make_reading(stream), stream, Address(1), {}, HERE, english())
    assert section.passages[1].speaker is None


def opened(stream_passages: tuple, moment: Moment, recording: int = 1) -> list[str]:  # type: ignore[type-arg]
    stream = make_stream(*stream_passages)
    sections = lay_out(make_reading(stream), stream, Address(recording, moment), {}, HERE, english())
    return [passage.id for section in sections for passage in section.passages if passage.opened]


def test_the_page_opens_where_the_moment_lies() -> None:
    passages = (A, B, C, D)
    assert opened(passages, Moment(2100)) == ["b"]
    assert opened(passages, Moment(1500)) == ["a"]  # in the pause after it
    assert opened(passages, Moment(5000)) == ["c"]  # read off "00:05"
    assert opened(passages, Moment(99_000)) == ["c"]
    assert opened(passages, Moment(0), recording=2) == ["d"]


def test_a_stretch_belongs_to_its_recording_alone() -> None:
    stream = make_stream(A, B, C, D)
    sections = lay_out(make_reading(stream), stream, Address(1, Moment(0, 3000)), {}, HERE, english())
    assert [p.within for section in sections for p in section.passages] == [True, True, False, False]


def test_a_passage_without_times_of_words_is_lit_and_quoted_as_a_whole() -> None:
    stream = make_stream(make_passage("It rained.", timed=False))
    (section,) = lay_out(make_reading(stream), stream, Address(1, Moment(800, 5000)), {}, HERE, english())
    (passage,) = section.passages
    assert not passage.timed_words
    assert (passage.start_ms, passage.length_ms) == (0, 900)
    assert passage.within


def test_only_a_mixed_text_marks_its_machine_passages_one_by_one() -> None:
    machine = make_passage("It rained.", machine=True)
    for passages, status, marked in (
        ((machine,), "machine", [False]),
        ((machine, B), "in review", [True, False]),
        ((machine, B), "reviewed", [False, False]),
    ):
        stream = make_stream(*passages, status=status)
        (section,) = lay_out(make_reading(stream), stream, Address(1), {}, HERE, english())
        assert [passage.machine for passage in section.passages] == marked


def test_text_without_sound_has_no_times() -> None:
    from dataclasses import replace

    silent = replace(A, recording=None, start_ms=None, end_ms=None, words=())
    stream = make_stream(silent)
    nowhere = Address(None, Moment(0))
    (section,) = lay_out(make_reading(stream, recordings=()), stream, nowhere, {}, HERE, english())
    (passage,) = section.passages
    assert (section.number, passage.time, passage.address, passage.start_ms) == (None, None, None, None)
    assert passage.html == "It rained."


def test_what_was_searched_for_and_the_chosen_text_go_along_in_every_time() -> None:
    stream = make_stream(A)
    (section,) = lay_out(
        make_reading(stream),
        stream,
        Address(1),
        {"a": [(3, 9)]},
        Addresses("xyz2345678", "rain", "en"),
        english(),
    )
    assert section.passages[0].address == "/testimonies/xyz2345678?t=0&q=rain&text=en"
    assert "<mark>rained</mark>" in section.passages[0].html


def test_where_no_words_stand_for_a_while_that_is_said_and_no_more() -> None:
    late = make_passage("Then nothing more.", id="e", start_ms=20_000)
    long_before = make_passage("They speak at once.", id="f", start_ms=1000)
    stream = make_stream(A, B, late, D)
    sections = lay_out(make_reading(stream), stream, Address(1), {}, HERE, english())
    told = [passage.wordless for section in sections for passage in section.passages]
    assert told == [None, None, "16\N{NO-BREAK SPACE}s without words", None]
    # Who speaks at the same time, and goes on longer, leaves no gap; nor does text without sound.
    stream = make_stream(make_passage("word " * 45, id="g"), long_before, late)
    (section,) = lay_out(make_reading(stream), stream, Address(1), {}, HERE, english())
    assert [passage.wordless for passage in section.passages] == [None, None, None]
