"""What a query means."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.reading import PersonInRole, Reading
from schemas.query import And, Not, Or, Phrase, Term
from search.match import mark, match
from search.parse import parse
from tests.search.readings import corpora, make_passage, make_reading, make_stream, trees

BAKERY = make_reading(
    "a",
    "The bakery opened early.",
    "They sold warm",
    "bread, and rain fell.",
    title="Rain over the bakery",
    summary="Of bread and of weather.",
    subjects=("baking bread", "weather"),
    places=("Łódź",),
    people=(PersonInRole("interviewer", "A. Baker"), PersonInRole("interviewee", None)),
)


def marked(text: str, reading: Reading = BAKERY) -> dict[str, list[str]] | None:
    """Marked words by passage; None where the testimony doesn't match."""
    found = match(parse(text), reading)
    if found is None:
        return None
    return {
        one.passage.id: [one.passage.text[start:end] for start, end in one.marks] for one in found.passages
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bread", {"a.3": ["bread"]}),
        ("Bread THE", {"a.1": ["The"], "a.3": ["bread"]}),
        ("bakeries", {"a.1": ["bakery"]}),
        ('"bakeries"', None),
        ("bread bakery", {"a.1": ["bakery"], "a.3": ["bread"]}),
        ("bread snow", None),
        ("bread OR snow", {"a.3": ["bread"]}),
        ("bread -snow", {"a.3": ["bread"]}),
        ("bread -warm", None),
        ("-snow", {}),
        ("-bread", None),
        ('"warm bread"', {"a.2": ["warm"], "a.3": ["bread"]}),
        ('"sold warm bread and"', {"a.2": ["sold", "warm"], "a.3": ["bread", "and"]}),
        ('"bread warm"', None),
        ('"early bread"', None),
        ("lodz", {}),
        ('"weather lodz"', None),
        ("", {}),
    ],
)
def test_marks_what_is_asked_for(text: str, expected: dict[str, list[str]] | None) -> None:
    assert marked(text) == expected


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("rain", ("title",)),
        ("bread", ("summary", "subjects")),
        ("lodz baker", ("places", "people")),
        ('"baking bread"', ("subjects",)),
        ('"bread weather"', None),
        ("sold", ()),
        ("weather -snow", ("summary", "subjects")),
    ],
)
def test_names_the_fields_that_hold_it(text: str, fields: tuple[str, ...] | None) -> None:
    found = match(parse(text), BAKERY)
    assert (found and found.fields) == fields


def test_a_phrase_stays_within_a_stream_and_never_runs_over_a_gap() -> None:
    warm, bread = make_passage("w", "Warm"), make_passage("b", "bread")
    near = make_reading("a", streams=(make_stream("s", [warm, bread]),))
    closed = make_reading("a", streams=(make_stream("s", [warm, replace(bread, gap_before=True)]),))
    apart = make_reading("a", streams=(make_stream("s", [warm]), make_stream("t", [bread], "translation")))
    assert marked('"warm bread"', near) == {"w": ["Warm"], "b": ["bread"]}
    assert marked('"warm bread"', closed) is None
    assert marked('"warm bread"', apart) is None
    assert marked("warm bread", closed) == {"w": ["Warm"], "b": ["bread"]}


def test_passages_without_words_do_not_part_a_phrase() -> None:
    passages = [make_passage("w", "Warm"), make_passage("x", "- - -"), make_passage("b", "bread")]
    reading = make_reading("a", streams=(make_stream("s", passages),))
    assert marked('"warm bread"', reading) == {"w": ["Warm"], "b": ["bread"]}


def test_a_stem_counts_in_its_own_language_only() -> None:
    assert marked("Brot", make_reading("a", "Zwei Brote", language="de")) == {"a.1": ["Brote"]}
    assert marked("Brot", make_reading("a", "Zwei Brote", language="he")) is None
    assert marked("Brote", make_reading("a", "Zwei Brote", language="he")) == {"a.1": ["Brote"]}


def test_marks_only_what_a_positive_part_matched() -> None:
    reading = make_reading("a", "bread and rain", "snow")
    either = Or(parts=(Term(word="bread"), And(parts=(Term(word="rain"), Not(part=Term(word="fog"))))))
    twice = Not(part=Not(part=Term(word="snow")))
    found = match(And(parts=(either, twice)), reading)
    assert found is not None
    assert [one.marks for one in found.passages] == [((0, 5), (10, 14)), ((0, 4),)]


def test_nothing_asked_for_holds_everywhere_and_no_word_nowhere() -> None:
    assert match(And(parts=()), BAKERY) is not None
    assert match(Or(parts=()), BAKERY) is None
    assert match(Term(word="!"), BAKERY) is None
    assert match(Phrase(words=("!", "bread")), BAKERY) is not None


def test_marks_count_code_points() -> None:
    reading = make_reading("a", "🌧️ re\u0301gen und Łódź", language="de")
    found = match(parse("łódź regen"), reading)
    assert found is not None
    text = found.passages[0].passage.text
    assert [text[start:end] for start, end in found.passages[0].marks] == ["re\u0301gen", "Łódź"]


@pytest.mark.slow
@given(data=st.data(), readings=corpora())
@settings(max_examples=40, deadline=None)
def test_marks_some_passages_as_it_marks_all(data: st.DataObject, readings: list[Reading]) -> None:
    tree = data.draw(trees(readings))
    for reading in readings:
        whole = match(tree, reading)
        if whole is None:
            continue
        everywhere = {one.passage.id: one for one in whole.passages}
        chosen = (
            set(data.draw(st.lists(st.sampled_from(sorted(everywhere)), max_size=3))) if everywhere else set()
        )
        some = mark(tree, reading, chosen)
        assert some.fields == whole.fields
        meant = chosen.union(*(everywhere[one].joined for one in chosen))
        assert {one.passage.id: one.marks for one in some.passages} == {
            one: everywhere[one].marks for one in meant
        }
