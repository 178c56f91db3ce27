import pytest

from tests.web.sites import english
from web.durations import describe_duration


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [
        (0, "0 s"),
        (38_400, "38 s"),
        (59_600, "1 min"),
        (240_000, "4 min"),
        (8_040_000, "2 h 14 min"),
        (7_200_000, "2 h"),
        (3_599_000, "1 h"),
    ],
)
def test_durations(milliseconds: int, words: str) -> None:
    # No line breaks between a figure and its unit.
    assert describe_duration(milliseconds, english()) == words.replace(" ", "\N{NO-BREAK SPACE}")
