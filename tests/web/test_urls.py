from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.query import Filters
from web import urls
from web.moments import Moment, read_moment


@given(start=st.integers(0, 10_000_000), length=st.integers(1, 10_000_000))
def test_a_time_that_goes_into_an_address_comes_out_the_same(start: int, length: int) -> None:
    text = f"{urls.seconds(start)},{urls.seconds(start + length)}"
    assert read_moment(text) == Moment(start, start + length)


def test_testimony_names_recording_and_stretch_as_citations_do() -> None:
    assert (
        urls.testimony("abc", recording=2, start_ms=57_200, end_ms=83_000) == "/testimonies/abc?r=2&t=57.2,83"
    )


def test_the_first_recording_needs_no_number() -> None:
    assert urls.testimony("abc", recording=1, start_ms=0) == "/testimonies/abc?t=0"


@pytest.mark.parametrize("number", ["W/1", "a b", "100%", "a?b#c", "ä", "../x", "a&b=c"])
def test_accession_numbers_of_any_form_stay_in_the_path(number: str) -> None:
    address = urls.accession(number)
    assert unquote(address) == f"/id/{number}"
    assert not set(address.removeprefix("/id/")) & set("/?#& ")


def test_search_keeps_every_choice_and_leaves_the_first_page_out() -> None:
    filters = Filters(language=("de", "pl"), place=("Łódź",))
    assert urls.search("a b", filters, page=1) == (
        "/search?q=a+b&language=de&language=pl&place=%C5%81%C3%B3d%C5%BA"
    )
    assert urls.search(page=3, size=50) == "/search?page=3&size=50"


def test_values_are_added_to_and_taken_from_filters() -> None:
    filters = urls.with_value(Filters(year=("1996",)), "year", "1997")
    assert filters.year == ("1996", "1997")
    assert urls.without_value(filters, "year", "1996").year == ("1997",)
