import pytest

from schemas.api import TestimonyAnswer
from schemas.results import SearchPage
from tests.web.routes.test_testimonies import find
from tests.web.sites import Site


def test_a_search_answers_as_agreed(library: Site) -> None:
    answer = library.client.get("/api/v1/search?q=bread&collection=weather").json()
    assert SearchPage.model_validate(answer).total.testimonies == 2
    assert answer["total"] == {"testimonies": 2}
    hit = next(hit for hit in answer["hits"] if hit["testimony"]["title"] == "Bread in a bakery")
    assert hit["passages"] == 2
    segment = hit["segments"][0]
    start, end = segment["marks"][0]
    assert segment["text"][start:end] == "bread"
    assert {"id", "recording", "start_ms", "end_ms", "speaker", "text", "marks"} <= set(segment)
    assert {"value": "weather", "count": 2} in answer["facets"]["collection"]


def test_filters_are_or_within_one_and_between_them(library: Site) -> None:
    count = lambda query: library.client.get(f"/api/v1/search?{query}").json()["total"]["testimonies"]  # noqa: E731
    assert count("language=de") == 1
    assert count("language=de&language=en") == 3
    assert count("language=de&kind=interview") == 0
    assert count("language=") == 3


def test_a_testimony_answers_as_agreed(library: Site) -> None:
    public_id = find(library, "Weather in the north")
    answer = library.client.get(f"/api/v1/testimonies/{public_id}").json()
    TestimonyAnswer.model_validate(answer)
    assert answer["url"] == f"http://testserver/testimonies/{public_id}"
    assert answer["identifier"] == "W/1 é"
    assert answer["people"] == [
        {"role": "interviewee", "name": "A. B."},
        {"role": "interviewer", "name": None},
    ]
    assert [recording["number"] for recording in answer["recordings"]] == [1, 2]
    assert answer["transcripts"][0]["machine"] is True
    assert "Whisper base" in answer["transcripts"][0]["engine"]
    assert answer["citation"].startswith("Weather in the north. Weather reports, We Remember archive.")


@pytest.mark.slow
def test_the_addresses_in_an_answer_lead_somewhere(library: Site) -> None:
    public_id = find(library, "Weather in the north")
    answer = library.client.get(f"/api/v1/testimonies/{public_id}").json()
    addresses = [answer["url"], answer["collection"]["url"]]
    addresses += [recording["media"] for recording in answer["recordings"]]
    addresses += answer["transcripts"][0]["downloads"].values()
    assert len(addresses) == 8
    for address in addresses:
        assert library.client.get(address).status_code == 200, address


def test_what_is_hidden_is_not_found(site: Site) -> None:
    closed = site.add("Closed", [["It rained."]], level="restricted")
    hidden, missing = (site.client.get(f"/api/v1/testimonies/{one}") for one in (closed, "nothing222"))
    assert hidden.status_code == missing.status_code == 404
    assert hidden.content == missing.content


@pytest.mark.parametrize("query", ["page=0", "page=x", "size=0", "size=101", "page=10001"])
def test_paging_has_bounds(library: Site, query: str) -> None:
    assert library.client.get(f"/api/v1/search?{query}").status_code == 400


def test_the_page_for_programmers_names_what_there_is_without_anybody_elses_files(library: Site) -> None:
    html = library.client.get("/api/docs").text
    assert "GET /api/v1/search" in html
    assert "Testimonies on a page, at most 100." in html
    assert "//cdn" not in html
