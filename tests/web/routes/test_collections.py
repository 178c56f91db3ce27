import pytest
from sqlalchemy import update

from archive.database import writing
from archive.models import Collection
from tests.web.sites import Site


@pytest.mark.slow
def test_a_collection_says_what_it_is_and_lists_its_testimonies(site: Site) -> None:
    site.add("In the south", [["Sun."]], collection="south")
    site.add("In the north", [["Rain."]])
    with writing(site.archive.engine) as session:
        session.execute(
            update(Collection)
            .where(Collection.slug == "south")
            .values(name="The south", description="All of it.", depositor="A library")
        )
    html = site.client.get("/collections/south").text
    for words in ("The south", "All of it.", "Deposited by A library", "In the south"):
        assert words in html
    assert "In the north" not in html
    assert '<input type="hidden" name="collection" value="south">' in html


def test_a_collection_of_closed_testimonies_and_none_at_all_are_the_same(site: Site) -> None:
    site.add("Closed", [["Rain."]], collection="hidden", level="restricted")
    hidden, missing = site.client.get("/collections/hidden"), site.client.get("/collections/missing")
    assert hidden.status_code == missing.status_code == 404
    assert hidden.content == missing.content


@pytest.mark.slow
def test_a_long_list_leads_on_to_the_search(site: Site) -> None:
    for number in range(21):
        site.archive.add(f"Day {number}", [["Rain."]])
    html = site.client.get("/collections/weather").text
    assert html.count('<article class="card">') == 20
    assert 'href="/search?collection=weather"' in html
