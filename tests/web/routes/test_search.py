import re

import pytest

from archive.errors import SearchUnavailable
from tests.web.sites import Site


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


def test_the_heading_counts_testimonies_and_the_passages_are_marked(library: Site) -> None:
    html = library.client.get("/search?q=bread").text
    assert "2 testimonies speak of bread" in text_of(html)
    assert "The <mark>bread</mark> was warm." in html
    assert "Nobody ate the <mark>bread</mark>." in html


def test_each_passage_leads_to_the_word_in_its_recording(library: Site) -> None:
    html = library.client.get("/search?q=bread+sun").text
    # "bread" is the second word of the second recording; words begin 500 ms apart.
    assert re.search(r'href="/testimonies/\w+\?r=2&amp;t=0\.5&amp;q=bread\+sun"', html)


def test_more_passages_than_are_shown_are_counted(site: Site) -> None:
    site.add("Rain", [[f"Rain on day {number}." for number in range(5)]])
    assert "and 2 more passages" in text_of(site.client.get("/search?q=rain").text)


def test_diacritics_are_forgiven(library: Site) -> None:
    assert "<mark>Łódź</mark>" in library.client.get("/search?q=lodz").text


def test_a_hit_by_its_description_names_the_field(library: Site) -> None:
    assert "Found in its description: summary" in text_of(library.client.get('/search?q="rain then"').text)


def test_a_translation_is_opened_in_its_own_text(library: Site) -> None:
    html = library.client.get("/search?q=rained+graz").text
    assert re.search(r'href="/testimonies/\w+\?t=[\d.]+&amp;q=rained\+graz&amp;text=en"', html)


def test_facets_are_links_with_counts_and_what_is_chosen_can_be_removed(library: Site) -> None:
    html = library.client.get("/search").text
    assert re.search(
        r'href="/search\?language=de"[^>]*><bdi>German</bdi></a> <span class="count">\(1\)', html
    )
    html = library.client.get("/search?language=de&size=5").text
    assert "1 testimony" in text_of(html)
    assert re.search(
        r'href="/search\?size=5"[^>]*><span class="facet-title">Language:</span> <bdi>German', html
    )
    assert '<input type="hidden" name="language" value="de">' in html


def test_nothing_asked_lists_the_newest_and_says_how_many(library: Site) -> None:
    html = library.client.get("/search").text
    assert "3 testimonies" in text_of(html)


def test_nothing_found_helps_on(library: Site) -> None:
    html = library.client.get("/search?q=lemberik+trolley&language=de").text
    assert "Nothing was found for lemberik and trolley." in text_of(html)
    for address in ("/search?q=lemberik+trolley", "/search?q=lemberik", "/search?q=trolley", "/search"):
        assert f'href="{address}"' in html


def test_pages_lead_back_and_on_with_everything_chosen(library: Site) -> None:
    html = library.client.get("/search?size=1&page=2&year=1996&year=1944").text
    assert "Page 2 of 2" in text_of(html)
    assert 'href="/search?year=1996&amp;year=1944&amp;size=1"' in html
    assert 'rel="next"' not in html


def test_a_page_beyond_the_last_leads_back(library: Site) -> None:
    html = library.client.get("/search?page=9").text
    assert "There are fewer pages than this." in html
    assert 'href="/search"' in html


@pytest.mark.parametrize("query", ['"', "-", "OR", "((", "🍞", "a" * 1000, "%00", "NOT"])
def test_whatever_is_typed_is_answered(library: Site, query: str) -> None:
    assert library.client.get("/search", params={"q": query}).status_code == 200


def test_an_answer_does_not_grow_with_the_square_of_what_is_asked(library: Site) -> None:
    values = "&".join(f"{name}=v{n}" for name in ("place", "kind", "year") for n in range(20))
    answer = library.client.get(f"/search?{values}")
    assert answer.status_code == 200
    assert len(answer.content) < 200_000
    for address in ("/search?" + "&".join(f"place=p{n}" for n in range(21)), "/search?q=" + "a" * 1001):
        assert library.client.get(address).status_code == 400
        assert library.client.get("/api/v1" + address).json()["error"]["status"] == 400
    public_id = library.client.get("/api/v1/search").json()["hits"][0]["testimony"]["id"]
    assert library.client.get(f"/testimonies/{public_id}?q={'a' * 1001}").status_code == 400


def test_a_translation_is_not_shown_as_if_it_was_said(library: Site) -> None:
    html = library.client.get("/search?q=rained&language=de").text
    assert '<span class="made">English translation</span>' in html
    # Everything that is shown stands in it, so the page opens in it.
    assert re.search(r'<h3><a href="/testimonies/\w+\?q=rained&amp;text=en"', html)
    assert "machine transcript" in library.client.get("/search?q=bread").text


@pytest.mark.slow
def test_texts_of_both_kinds_say_each_which_they_are(site: Site) -> None:
    site.add("Graz", [["Graz, Graz."]], translation=[["Graz, Graz."]], translation_language="de")
    html = site.client.get("/search?q=graz").text
    assert re.search(r'<span class="made" [^>]*>German translation</span>', html)
    assert re.search(r'<span class="made" [^>]*>machine transcript</span>', html)
    assert "text=de" not in html.split("</h3>")[0]


def test_what_holds_no_word_says_so_and_lists_the_newest(library: Site) -> None:
    for query in ("🍞", "*", "-"):
        html = library.client.get("/search", params={"q": query}).text
        assert "There is no word to look for in this." in html
        assert "3 testimonies" in text_of(html)
    assert "There is no word" not in library.client.get("/search?q=bread").text


@pytest.mark.slow
def test_an_accession_number_leads_to_its_testimony(site: Site) -> None:
    public_id = site.add("Rain", [["It rained."]], accession_number="W/77")
    site.add("Hidden", [["It rained."]], accession_number="W/78", level="restricted")
    assert f'href="/testimonies/{public_id}"' in site.client.get("/search?q=W/77").text
    assert "accession number" not in site.client.get("/search?q=W/78").text


def test_what_stands_in_a_description_alone_nobody_speaks_of(library: Site) -> None:
    assert "Found in 1 testimony: “rain then”" in text_of(library.client.get('/search?q="rain then"').text)


def test_results_are_not_for_crawlers(library: Site) -> None:
    answer = library.client.get("/search?q=bread")
    assert answer.headers["x-robots-tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in answer.text


def test_the_name_of_a_closed_collection_is_not_told(site: Site) -> None:
    site.archive.collection("hidden", "A name that tells")
    site.add("Closed", [["Rain."]], collection="hidden", level="restricted")
    assert "A name that tells" not in site.client.get("/search?collection=hidden").text


@pytest.mark.slow
def test_a_search_that_is_away_leaves_the_rest(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    public_id = site.add("Rain", [["It rained."]])

    def away(*_: object) -> None:
        raise SearchUnavailable("gone")

    monkeypatch.setattr("search.tantivy_backend.TantivyBackend.search", away)
    assert site.client.get("/search?q=rain").status_code == 503
    assert site.client.get("/api/v1/search?q=rain").json()["error"]["code"] == "unavailable"
    for address in ("/", f"/testimonies/{public_id}?q=rained", "/collections/weather"):
        assert site.client.get(address).status_code == 200
