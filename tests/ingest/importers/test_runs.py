"""A time line over several recordings: every cue lands on its recording, at its time, or is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.importers.errors import MetadataErrors
from ingest.importers.runs import part_cues
from ingest.importers.webvtt import CaptionWord, Cue, parse_captions

TWO = ((1, 0), (2, 62_000))


def test_times_are_those_of_each_recording() -> None:
    text = (
        "WEBVTT\n\n00:01.000 --> 00:02.000\nFlour.\n\n"
        "01:02.000 --> 01:04.000\n<01:02.000>Rye <01:03.000>bread.\n"
    )
    parts = part_cues(parse_captions(text, "a.vtt").cues, TWO, "a.vtt")
    assert [(c.start_ms, c.end_ms, c.text) for c in parts[1]] == [(1_000, 2_000, "Flour.")]
    assert [(c.start_ms, c.end_ms, c.text) for c in parts[2]] == [(0, 2_000, "Rye bread.")]
    assert [word.start_ms for word in parts[2][0].words] == [0, 1_000]


@pytest.mark.parametrize(
    ("runs_over", "times", "sentence"),
    [
        (
            TWO,
            "01:01.000 --> 01:02.500",
            "a.vtt: line 3: expected a cue within one recording; recording 2 begins at 00:01:02.000, and "
            "this cue ends at 00:01:02.500",
        ),
        (
            ((4, 5_000), (5, 9_000)),
            "00:04.000 --> 00:06.000",
            "a.vtt: line 3: expected a cue after recording 4 begins at 00:00:05.000",
        ),
    ],
)
def test_a_cue_that_nobody_could_place_is_refused(
    runs_over: tuple[tuple[int, int], ...], times: str, sentence: str
) -> None:
    cues = parse_captions(f"WEBVTT\n\n{times}\nBread.\n", "a.vtt").cues
    with pytest.raises(MetadataErrors) as caught:
        part_cues(cues, runs_over, "a.vtt")
    assert str(caught.value) == sentence


def cue(start: int, length: int) -> Cue:
    word = CaptionWord("Bread.", 0, start, start + length)
    return Cue(start, start + length, None, None, "Bread.", (word,), 1)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.integers(0, 500), min_size=1, max_size=4, unique=True).map(sorted),
    st.lists(st.tuples(st.integers(0, 600), st.integers(1, 50)), min_size=1, max_size=6),
)
def test_every_cue_keeps_its_place_on_the_time_line_or_all_are_refused(
    begins: list[int], spans: list[tuple[int, int]]
) -> None:
    runs_over = [(number, begin) for number, begin in enumerate(begins, start=1)]
    cues = [cue(start, length) for start, length in spans]
    fits = all(
        start >= begins[0] and not any(start < begin < start + length for begin in begins)
        for start, length in spans
    )
    try:
        parts = part_cues(cues, runs_over, "a.vtt")
    except MetadataErrors:
        assert not fits
        return
    assert fits
    back = [
        (each.start_ms + begin, each.end_ms - each.start_ms)
        for number, begin in runs_over
        for each in parts[number]
    ]
    assert sorted(back) == sorted(spans)
    assert all(each.words[0].start_ms == each.start_ms for part in parts.values() for each in part)
