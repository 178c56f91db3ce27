"""From typed text to a page of results, with a backend that answers what it was told to."""

from collections.abc import Collection, Mapping

import pytest
from pydantic import ValidationError

from archive.reading import OpenRecording, PersonInRole, Reading
from schemas.query import Filters, SearchQuery
from schemas.results import FacetValue, Total
from search.backend import BackendPage, FoundIds, SearchBackend
from search.find import ask, find
from tests.search.readings import make_passage, make_reading, make_stream


class Told:
    """A backend that gives one page, whatever is asked."""

    def __init__(self, page: BackendPage) -> None:
        self.page = page

    def search(self, query: SearchQuery) -> BackendPage:
        return self.page


def told(*hits: FoundIds, total: int | None = None) -> SearchBackend:
    facets = {"kind": (FacetValue(value="interview", count=1),)}
    return Told(BackendPage(len(hits) if total is None else total, hits, facets))  # type: ignore[arg-type, return-value]  # search is all that find asks of it


def give(*readings: Reading) -> "Given":
    return Given({reading.id: reading for reading in readings})


class Given:
    """Gives readings and remembers what was wanted."""

    def __init__(self, readings: Mapping[str, Reading]) -> None:
        self.readings, self.wanted = readings, dict[str, Collection[str]]()

    def __call__(self, wanted: Mapping[str, Collection[str]]) -> Mapping[str, Reading]:
        self.wanted = dict(wanted)
        return self.readings


RAIN = make_reading(
    "a",
    "It began with rain.",
    "Then warm",
    "bread and rain",
    title="Rain",
    accession_number="W 1",
    people=(PersonInRole("interviewer", "A. Baker"), PersonInRole("interviewee", None)),
    recordings=(OpenRecording(1, "r", 60_000, False, "audio/mpeg", "open"),),
)


def test_puts_a_page_together() -> None:
    read = give(RAIN)
    page = find(ask("rain", page=2, size=5), told(FoundIds("a", 2, ("a.3", "a.1")), total=9), read)
    assert read.wanted == {"a": ("a.3", "a.1")}
    assert (page.query, page.page, page.size, page.total, page.pages) == (
        "rain",
        2,
        5,
        Total(testimonies=9),
        2,
    )
    (hit,) = page.hits
    assert (hit.testimony.id, hit.testimony.identifier, hit.testimony.people) == ("a", "W 1", ("A. Baker",))
    assert (hit.testimony.recordings, hit.testimony.duration_ms) == (1, 60_000)
    assert (hit.matched, hit.passages, hit.more) == (("title",), 2, 0)
    assert [(one.id, one.marks, one.play_ms) for one in hit.segments] == [
        ("a.3", ((10, 14),), 2000),
        ("a.1", ((14, 18),), 3000),
    ]
    assert page.facets["kind"][0].count == 1


def test_json_has_the_shape_that_outsiders_rely_on() -> None:
    page = find(ask("rain"), told(FoundIds("a", 2, ("a.1",))), give(RAIN)).model_dump(mode="json")
    assert page["total"] == {"testimonies": 1}
    assert page["facets"] == {"kind": [{"value": "interview", "count": 1}]}
    (hit,) = page["hits"]
    assert {"testimony", "passages", "matched", "segments"} <= set(hit)
    assert {"id", "title", "identifier"} <= set(hit["testimony"])
    (segment,) = hit["segments"]
    assert {"id", "recording", "start_ms", "end_ms", "speaker", "text", "marks"} <= set(segment)
    assert segment["marks"] == [[14, 18]]


def test_a_pair_that_a_phrase_runs_over_stays_together() -> None:
    page = find(ask('rain OR "warm bread"'), told(FoundIds("a", 3, ("a.3", "a.1"))), give(RAIN))
    assert [(one.id, one.marks) for one in page.hits[0].segments] == [
        ("a.2", ((5, 9),)),
        ("a.3", ((0, 5), (10, 14))),
        ("a.1", ((14, 18),)),
    ]


def test_what_the_reading_does_not_hold_is_not_shown() -> None:
    gone, changed = FoundIds("gone", 1, ("g.1",)), FoundIds("a", 3, ("a.1", "a.2", "a.9"))
    page = find(ask("rain"), told(changed, gone), give(RAIN))
    assert [hit.testimony.id for hit in page.hits] == ["a"]
    # a.2 holds no rain (any more), a.9 is closed or corrected away.
    assert [one.id for one in page.hits[0].segments] == ["a.1"]
    assert page.hits[0].more == 2


def test_nothing_found_reads_nothing() -> None:
    def never(wanted: Mapping[str, Collection[str]]) -> Mapping[str, Reading]:
        raise AssertionError(wanted)

    assert find(ask("rain"), told(), never).hits == ()


def test_listening_starts_with_the_passage_where_no_word_has_a_time() -> None:
    untimed = make_passage("u", "So much rain", words=(), start_ms=7000)
    silent = make_passage("s", "So much rain", words=(), start_ms=None, end_ms=None, recording=None)
    reading = make_reading("a", streams=(make_stream("s", [untimed, silent]),))
    segments = find(ask("rain"), told(FoundIds("a", 2, ("u", "s"))), give(reading)).hits[0].segments
    assert [one.play_ms for one in segments] == [7000, None]


def test_asks_for_what_was_typed_and_chosen() -> None:
    filters = Filters(place=("Brno",))
    query = ask("  rain ", filters=filters, page=3, size=10, index="staff", without=["a", "a"])
    assert (query.text, query.page, query.size, query.index) == ("  rain ", 3, 10, "staff")
    assert (query.filters, query.without) == (filters, frozenset({"a"}))
    assert ask("").tree is None


@pytest.mark.parametrize("wrong", [{"page": 0}, {"page": 10_001}, {"size": 0}, {"size": 101}])
def test_pages_have_bounds(wrong: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        ask("rain", **wrong)  # type: ignore[arg-type]  # page or size
