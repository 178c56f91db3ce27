"""Times within a recording, as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from schemas.times import read_shift, read_time, write_time


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("0", 0),
        ("83", 83_000),
        ("83.4", 83_400),
        (83, 83_000),
        (83.4, 83_400),
        ("83.4s", 83_400),
        ("1m23s", 83_000),
        ("1m 23.45s", 83_450),
        ("1H2M3S", 3_723_000),
        ("90min", 5_400_000),
        ("2h", 7_200_000),
        ("1:23", 83_000),
        ("83:20", 5_000_000),
        ("00:01:23.4", 83_400),
        ("1:02:03.456", 3_723_456),
        ("1.0006", 1_001),
    ],
)
def test_times(text: object, milliseconds: int) -> None:
    assert read_time(text) == milliseconds


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "soon",
        "1:2",
        "1:60",
        "1:60:00",
        "-1",
        "1,5",
        "1e3",
        "m",
        "٣",
        "9999999",
        None,
        True,
        [],
        float("nan"),
        "1m23",
        "00:00:01:00",
    ],
)
def test_what_is_no_time(text: object) -> None:
    with pytest.raises(PydanticCustomError, match="expected a time such as 1m23s"):
        read_time(text)


def test_a_shift_may_go_back() -> None:
    assert (read_shift("-1.5"), read_shift("1m"), read_shift(-2)) == (-1_500, 60_000, -2_000)


@given(st.integers(0, 3_599_999_999))
def test_a_clock_time_is_read_to_the_millisecond(milliseconds: int) -> None:
    minutes, rest = divmod(milliseconds, 60_000)
    assert read_time(f"{minutes // 60:02}:{minutes % 60:02}:{rest / 1000:06.3f}") == milliseconds


@given(st.integers(-3_599_999_999, 3_599_999_999))
def test_what_is_written_is_read_back(milliseconds: int) -> None:
    assert read_shift(write_time(milliseconds)) == milliseconds


def test_written_as_people_write() -> None:
    assert [write_time(ms) for ms in (0, 83_000, 3_600_500, -1_005)] == ["0s", "1m23s", "1h0m0.5s", "-1.005s"]
