import pytest

from tests.web.sites import english
from web.dates import describe_date


@pytest.mark.parametrize(
    ("edtf", "words"),
    [
        ("1996", "1996"),
        ("1996-05", "May 1996"),
        ("1996-05-04", "4 May 1996"),
        ("1996-05-04T10:00:00Z", "4 May 1996"),
        ("1944~", "about 1944"),
        ("1944?", "perhaps 1944"),
        ("1944%", "perhaps about 1944"),
        ("1944-05~", "about May 1944"),
        ("1944~-05", "about May 1944"),
        ("?1944-05", "perhaps May 1944"),
        ("194X", "between 1940 and 1949"),
        ("19XX", "between 1900 and 1999"),
        ("1944-XX", "1944"),
        ("1944-05-XX", "May 1944"),
        ("1941/1943", "1941 to 1943"),
        ("1941-05/1943~", "May 1941 to about 1943"),
        ("1941/..", "from 1941 on"),
        ("1941/", "from 1941 to an unknown date"),
        ("../1943", "until 1943"),
        ("[1941,1943]", "1941 or 1943"),
        ("[1941..1943]", "between 1941 and 1943"),
        ("{1941,1943}", "1941 and 1943"),
        ("[..1943]", "1943 or earlier"),
        ("[1941..]", "1941 or later"),
        ("1944-21", "spring 1944"),
    ],
)
def test_dates_in_words(edtf: str, words: str) -> None:
    assert describe_date(edtf, english()) == words


def test_what_nobody_can_read_is_shown_as_it_was_written() -> None:
    assert describe_date("in the spring", english()) == "in the spring"


def test_without_a_date_there_are_no_words() -> None:
    assert describe_date(None, english()) == ""
