"""What is written into a cell is read back, whatever it is."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from schemas.access import Statement
from schemas.cells import (
    harmless,
    natural,
    read_list_cell,
    read_records,
    record_lines,
    without,
    write_list,
    write_record,
    write_records,
)
from schemas.parts import DescribedChapter, Person

AWKWARD = st.text(st.sampled_from("ab ;|\\:='\n\rłש-+"), min_size=1, max_size=12).map(str.strip).filter(bool)
LINES = AWKWARD.map(lambda text: " ".join(text.split())).filter(bool)


@given(st.text(max_size=20) | st.text(st.sampled_from("'=+-@\t\r\nא"), max_size=6))
def test_no_cell_looks_like_a_formula_and_each_comes_back(text: str) -> None:
    cell = harmless(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    assert natural(cell) == text


@given(st.lists(LINES, max_size=4))
def test_several_values(values: list[str]) -> None:
    assert read_list_cell(write_list(values)) == values


@given(st.lists(st.tuples(AWKWARD, AWKWARD, st.lists(LINES, max_size=2)), max_size=3))
def test_sets_of_fields(chapters: list[tuple[str, str, list[str]]]) -> None:
    said: list[dict[str, Any]] = [
        {"title": " ".join(title.split()), "synopsis": synopsis} | ({"keywords": words} if words else {})
        for title, synopsis, words in chapters
    ]
    cell = write_records(said, DescribedChapter)
    assert read_records(cell, DescribedChapter) == said
    assert len(record_lines(cell)) == len(said)


def test_people_are_named_behind_their_role() -> None:
    cell = "interviewee: A: b; id: P-17; names: c | d\ninterviewer\nrole: narrator; published name: E"
    assert read_records(cell, Person) == [
        {"role": "interviewee", "published_name": "A: b", "id": "P-17", "names": ["c", "d"]},
        {"role": "interviewer"},
        {"role": "narrator", "published_name": "E"},
    ]


def test_one_value_a_line_and_empty_ones_left_out() -> None:
    assert read_list_cell("bread\r\nweather | | rain |") == ["bread", "weather", "rain"]


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [("bread; weather", r"\\; for a ;"), (r"C:\tapes", "two backslashes"), ("bread\\", "two backslashes")],
)
def test_what_may_mean_something_else_is_refused(cell: str, sentence: str) -> None:
    with pytest.raises(PydanticCustomError, match=sentence):
        read_list_cell(cell)


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("restricted; asked for", "name of a field and a colon"),
        ("restricted; reason: a; reason: b", "reason once"),
        ("restricted; reason: a | b", r"\\| for a |"),
    ],
)
def test_sets_of_fields_that_cannot_be_used(cell: str, sentence: str) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        read_records(cell, Statement)
    assert sentence.replace("\\\\", "\\") in str(caught.value)


def test_a_set_of_fields_without_one_of_them() -> None:
    line = write_record({"level": "restricted", "reason": "a; b", "by": "c"}, Statement)
    assert line == r"restricted; reason: a\; b; by: c"
    assert without(line, "by") == without(r"restricted;  reason: a\; b", "by") == r"restricted; reason: a\; b"
