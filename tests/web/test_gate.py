"""Nothing closed leaks (promise 3): one word of a text is closed by a stretch, and looked for wherever the
site could say it."""

import re

import pytest

from archive.changes.access import NewStatement
from tests.web.sites import Site

WORD = "quince"


@pytest.fixture
def closed_word(site: Site) -> str:
    """A testimony of which the fourth word, and it alone, is closed; and one that lies beside it."""
    public_id = site.add(
        "Fruit at the market",
        [["They sold one quince on Monday.", "Then it rained."]],
        person=True,
        translation=[["They sold one quince."]],
        accession_number="F/1",
    )
    site.add("Weather", [["It rained."]])
    # Words last 400 ms and begin 500 ms apart.
    site.archive.close_stretch(public_id, 1500, 1900)
    site.index()
    return public_id


def addresses(site: Site, public_id: str) -> list[str]:
    recording = site.recording_id(public_id)
    return [
        "/",
        "/collections/weather",
        "/search",
        f"/testimonies/{public_id}",
        f"/testimonies/{public_id}?q={WORD[:3]}&t=1.5,1.9",
        f"/testimonies/{public_id}?text=de",
        "/id/F/1",
        *(f"/testimonies/{public_id}/transcript.{extension}" for extension in ("vtt", "srt", "txt", "json")),
        f"/testimonies/{public_id}/transcript.vtt?r=1",
        f"/recordings/{recording}/captions.vtt",
        f"/recordings/{recording}/media",
        f"/recordings/{recording}/poster",
        f"/api/v1/testimonies/{public_id}",
        "/api/v1/search",
        "/api/v1/search?q=monday",
        "/search?q=monday",
    ]


@pytest.mark.slow
def test_the_word_is_said_nowhere(site: Site, closed_word: str) -> None:
    for address in addresses(site, closed_word):
        answer = site.client.get(address)
        assert answer.status_code in (200, 302, 404), address
        assert WORD not in answer.text, address


@pytest.mark.slow
def test_without_the_statement_it_is_said(site: Site) -> None:
    public_id = site.add("Fruit", [["They sold one quince on Monday."]], person=True)
    said = [address for address in (f"/testimonies/{public_id}", f"/testimonies/{public_id}/transcript.txt")]
    for address in said:
        assert WORD in site.client.get(address).text


def test_the_word_finds_nothing_and_is_counted_nowhere(site: Site, closed_word: str) -> None:
    for query in (WORD, f'"one {WORD}"', f"-{WORD}", '"one on"'):
        answer = site.client.get("/api/v1/search", params={"q": query}).json()
        expected = 2 if query.startswith("-") else 0
        assert answer["total"]["testimonies"] == expected, query
    html = site.client.get(f"/testimonies/{closed_word}?q={WORD}").text
    assert "<mark>" not in html


def test_no_phrase_runs_over_the_place_and_no_time_of_it_is_given(site: Site, closed_word: str) -> None:
    html = site.client.get(f"/testimonies/{closed_word}").text
    assert "data-m=1500" not in html
    assert html.count("data-m=1000") == 1  # "one" stays
    text = site.client.get(f"/testimonies/{closed_word}/transcript.txt").text
    assert "one on" not in re.sub(r"\s+", " ", text)


@pytest.mark.slow
def test_a_closing_leaves_search_at_once_though_the_index_has_not_heard_of_it(site: Site) -> None:
    public_id = site.add("Fruit", [["They sold one quince."]])
    assert site.client.get(f"/api/v1/search?q={WORD}").json()["total"]["testimonies"] == 1
    site.archive.state(public_id, NewStatement("restricted"))
    answer = site.client.get(f"/api/v1/search?q={WORD}").json()
    assert answer["total"]["testimonies"] == 0
    assert answer["hits"] == []
    assert site.client.get("/api/v1/search").json()["total"]["testimonies"] == 0
    assert "Nothing was found" in site.client.get(f"/search?q={WORD}").text


@pytest.mark.slow
def test_a_files_name_is_said_nowhere(site: Site, closed_word: str) -> None:
    for address in addresses(site, closed_word):
        answer = site.client.get(address)
        assert "depositor" not in answer.text
        assert "depositor" not in str(answer.headers)
