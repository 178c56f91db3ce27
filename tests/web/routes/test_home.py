import pytest

from tests.web.sites import Site


def test_an_empty_archive_says_what_to_do(site: Site) -> None:
    html = site.client.get("/").text
    assert "There is no testimony here yet." in html
    assert "testimony ingest" in html
    assert '<form class="search-box"' not in html


@pytest.mark.slow
def test_the_newest_testimonies_the_collections_and_things_to_try_are_what_is_here(library: Site) -> None:
    html = library.client.get("/").text
    assert "Weather in the north" in html
    assert 'href="/collections/weather"' in html
    assert 'href="/search?q=weather"' in html
    assert 'href="/search?q=%22warm+bread%22"' in html
    assert 'href="/search?place=%C5%81%C3%B3d%C5%BA"' in html


@pytest.mark.slow
def test_what_is_closed_gives_no_title_collection_or_thing_to_try(site: Site) -> None:
    site.add("Open", [["Rain."]])
    site.add(
        "Closed", [["Rain."]], level="restricted", collection="secret", subjects=["snow"], places=["Hel"]
    )
    site.add("Nothing said", [["Rain."]], level=None, collection="silent", subjects=["hail"])
    html = site.client.get("/").text
    for word in ("Closed", "secret", "snow", "Hel", "Nothing said", "silent", "hail"):
        assert word not in html
