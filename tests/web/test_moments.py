import pytest

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
    ],
)
def test_what_t_can_say(text: str, moment: Moment) -> None:
    assert read_moment(text) == moment


@pytest.mark.parametrize("text", [None, "", "abc", "-1", "1:23", "1,2,3", "١", "1e3", "99999999"])
def test_what_cannot_be_used_says_nothing(text: str | None) -> None:
    assert read_moment(text) is None


@pytest.mark.parametrize(("text", "number"), [("2", 2), ("", None), (None, None), ("x", None), ("-1", None)])
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
