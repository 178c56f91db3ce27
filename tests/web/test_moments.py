import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.moments import Moment, clock_time, iso_duration, read_moment, read_number


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("57.2", Moment(57_200)),
        ("57.2,83", Moment(57_200, 83_000)),
        (" 1 , 2 ", Moment(1000, 2000)),
        ("0.0005", Moment(0)),
        ("83,57.2", Moment(83_000)),
        ("5,5", Moment(5000)),
        # W3C Media Fragments 1.0, section 4.2.1
        ("10,20", Moment(10_000, 20_000)),
        (",20", Moment(0, 20_000)),
        ("10.", Moment(10_000)),
        ("npt:10", Moment(10_000)),
        ("npt:,121.5", Moment(0, 121_500)),
        ("0:02:00,121.5", Moment(120_000, 121_500)),
        ("npt:120,0:02:01.5", Moment(120_000, 121_500)),
        ("1:23", Moment(83_000)),
        ("83:20", Moment(5_000_000)),
        # as video sites have it
        ("1m23s", Moment(83_000)),
        ("1h2m3.5s", Moment(3_723_500)),
        ("90s,2m", Moment(90_000, 120_000)),
        ("1H", Moment(3_600_000)),
    ],
)
def test_what_t_can_say(text: str, moment: Moment) -> None:
    assert read_moment(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "abc",
        "-1",
        "1,2,3",
        "١",
        "1e3",
        "99999999",
        ",",
        "5,",
        ",x",
        "x,5",
        ",0",
        "1:60",
        "1:60:00",
        ":5",
        "m",
        "1s2m",
        "smpte:0:01:02",
        "9999h",
    ],
)
def test_what_cannot_be_used_says_nothing(text: str | None) -> None:
    assert read_moment(text) is None


@pytest.mark.parametrize(
    ("t", "start", "end", "moment"),
    [
        (None, "57.2", "83", Moment(57_200, 83_000)),
        (None, "1m", None, Moment(60_000)),
        (None, None, "1:23", Moment(0, 83_000)),
        ("5", "57.2", "83", Moment(5000)),
        ("x", "57.2", "83", Moment(57_200, 83_000)),
        ("", "x", "83", None),
        (None, "57.2", "x", None),
        (None, "", "", None),
    ],
)
def test_start_and_end_count_where_t_says_nothing(
    t: str | None, start: str | None, end: str | None, moment: Moment | None
) -> None:
    assert read_moment(t, start, end) == moment


@given(st.integers(0, 9_999_999_999), st.none() | st.integers(1, 9_999_999_999))
def test_what_goes_out_is_read_as_it_was_meant(start: int, length: int | None) -> None:
    end = None if length is None else start + length
    if end is None or end < 10_000_000_000:
        assert read_moment(Moment(start, end).t) == Moment(start, end)


@pytest.mark.parametrize(
    ("text", "number"),
    [("2", 2), ("", None), (None, None), ("x", None), ("-1", None), ("0", None), ("02", 2)],
)
def test_recording_numbers(text: str | None, number: int | None) -> None:
    assert read_number(text) == number


def test_a_stretch_holds_what_has_its_midpoint_in_it() -> None:
    stretch = Moment(1000, 2000)
    assert stretch.holds(900, 1200)
    assert not stretch.holds(1900, 2300)
    assert not stretch.holds(None, None)
    assert not Moment(1000).holds(1000, 1400)


def test_clock_time_writes_hours_where_there_are_any_or_a_column_needs_them() -> None:
    assert clock_time(57_999) == "00:57"
    assert clock_time(4_460_000) == "01:14:20"
    assert clock_time(57_000, hours=True) == "00:00:57"


def test_iso_duration() -> None:
    assert iso_duration(57_200) == "PT57.200S"
    assert iso_duration(57_000) == "PT57S"
