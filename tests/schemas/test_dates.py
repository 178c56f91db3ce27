"""EDTF dates: which are read, which years they cover, and that no typing brings out the library's slips."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from schemas.dates import FIRST_YEAR, LAST_YEAR, MOST_YEARS, read_edtf, years_covered


@pytest.mark.parametrize(
    ("edtf", "years"),
    [
        (None, ()),
        ("1996", (1996,)),
        ("1996-05-04", (1996,)),
        ("1996-05-04T10:00:00Z", (1996,)),
        ("1944~", (1944,)),
        ("1944-05?", (1944,)),
        ("1944-21", (1944,)),
        ("1944-XX", (1944,)),
        ("1944-05-XX", (1944,)),
        ("194X", tuple(range(1940, 1950))),
        ("19XX", ()),
        ("1944/1946", (1944, 1945, 1946)),
        ("1930/1960", tuple(range(1930, 1950))),
        ("1944-05/1945-02-03", (1944, 1945)),
        ("1944/..", (1944,)),
        ("1944/", (1944,)),
        ("../1945", (1945,)),
        ("/1945", (1945,)),
        ("[1944,1946]", (1944, 1946)),
        ("{1944,1946..1948}", (1944, 1946, 1947, 1948)),
        ("[..1945]", (1945,)),
        ("[1944..]", (1944,)),
        ("19XX/1950", ()),
    ],
)
def test_years(edtf: str | None, years: tuple[int, ...]) -> None:
    assert years_covered(edtf) == years
    if edtf:
        assert read_edtf(edtf) == edtf


@pytest.mark.parametrize(
    "slip",
    [
        "",
        "spring",
        "1944-5",
        "1944-1X",
        "../194",
        "1944-05-0X",
        "May 1944",
        "1944–1945",
        "1944-02-30",
        "1944-13",
        "44",
        "Y17000",
        "-0500",
        "XXXX",
        "1X44",
        "1944/1946/1948",
        "{" + ",".join(["1944"] * 40) + "}",
        "١٩٤٤",
    ],
)
def test_slips_are_refused_without_a_word_on_stdout(slip: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(PydanticCustomError, match="expected"):
        read_edtf(slip)
    assert capsys.readouterr().out == ""


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(
    st.text("0123456789X-/.~?%[]{},TZ: ", max_size=16)
    | st.from_regex(r"\A19[0-9X]{2}(-[01X][0-9X]){0,2}[~?%]?\Z")
)
def test_whatever_is_typed_is_refused_or_has_years(text: str) -> None:
    try:
        read = read_edtf(text)
    except PydanticCustomError:
        return
    years = years_covered(read)
    assert len(years) <= MOST_YEARS
    assert all(FIRST_YEAR <= year <= LAST_YEAR for year in years)
    assert list(years) == sorted(set(years))
