import pytest

from archive.formats.issued import Issued, issued


@pytest.mark.parametrize(
    ("edtf", "parts"),
    [
        ("1996", Issued((1996,))),
        ("1996-05", Issued((1996, 5))),
        ("1996-05-16", Issued((1996, 5, 16))),
        ("1996-05-16T10:00:00", Issued((1996, 5, 16))),
        ("1996~", Issued((1996,), about=True)),
        ("1996-05?", Issued((1996, 5), perhaps=True)),
        ("1996%", Issued((1996,), about=True, perhaps=True)),
        ("1996/1997", Issued((1996,), (1997,))),
        ("1996-05-30/1996-06~", Issued((1996, 5, 30), (1996, 6), about=True)),
        ("1996/1996", Issued((1996,))),
    ],
)
def test_the_parts_of_a_date(edtf: str, parts: Issued) -> None:
    assert issued(edtf) == parts


@pytest.mark.parametrize(
    "edtf", [None, "", "194X", "1996-XX", "1996-21", "[1996,1997]", "1996/..", "no date"]
)
def test_what_has_no_parts_is_left_to_words(edtf: str | None) -> None:
    assert issued(edtf) is None
