"""Sites that may frame a collection, as they are typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from schemas.sites import read_sites


def test_sites_are_read_as_people_write_them() -> None:
    assert read_sites("https://School.example/, https://*.museum.example  http://localhost:8000") == (
        "https://school.example https://*.museum.example http://localhost:8000"
    )
    assert read_sites("https://a.example https://a.example") == "https://a.example"
    assert read_sites(" ") == ""


@pytest.mark.parametrize(
    "typed",
    [
        "school.example",
        "https://",
        "https://a.example/path",
        "*",
        "'self'",
        "https://a.example;script-src",
        "https://straße.example",
    ],
)
def test_what_is_no_site_is_refused(typed: str) -> None:
    with pytest.raises(
        PydanticCustomError, match=r"is no site: expected one such as https://school\.example"
    ):
        read_sites(typed)


@given(st.text())
def test_nothing_but_sites_gets_into_a_header(typed: str) -> None:
    try:
        read = read_sites(typed)
    except PydanticCustomError:
        return
    assert not set(read) & set(";,'\"\n\r\t")
    assert read_sites(read) == read
