"""Addresses of before lead on to where testimonies are now, and closed ones nowhere."""

import pytest
from fastapi import FastAPI
from starlette.routing import BaseRoute

from archive.changes.access import NewStatement
from archive.changes.addresses import NewAddress, take_over
from archive.database import writing
from archive.queries import testimonies
from schemas.addresses import OURS, read_old_address
from tests.web.sites import Site


@pytest.fixture
def rain(site: Site) -> str:
    public_id = site.add("Rain", [["It rained all day."], ["Then the sun came."]])
    with writing(site.archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        take_over(
            session,
            [
                NewAddress("/interview.php?id=12", row),
                NewAddress("/interview.php?id=12&tape=2", row, 2, 1500),
                NewAddress(read_old_address("https://old.example/bäcker/%72ain"), row, 1, 500, 900),
            ],
            said_by="test",
        )
    return public_id


def led(site: Site, address: str) -> str | None:
    return site.client.get(address, follow_redirects=False).headers.get("location")


def test_whoever_follows_one_is_led_on(site: Site, rain: str) -> None:
    assert led(site, "/interview.php?id=12") == f"/testimonies/{rain}"
    assert led(site, "/interview.php?id=12&tape=2") == f"/testimonies/{rain}?r=2&t=1.5"
    for asked in ("/b%C3%A4cker/rain?utm=x", "/b%c3%a4cker/r%61in"):
        assert led(site, asked) == f"/testimonies/{rain}?t=0.5,0.9"
    assert led(site, "/b%C3%A4cker/rain?utm=x") == f"/testimonies/{rain}?t=0.5,0.9"
    assert site.client.head("/interview.php?id=12", follow_redirects=False).status_code == 302


@pytest.mark.parametrize("address", ["/interview.php", "/interview.php?id=13", "/nowhere/at/all"])
def test_all_others_lead_nowhere(site: Site, rain: str, address: str) -> None:
    answer = site.client.get(address, follow_redirects=False)
    assert answer.status_code == 404
    assert "There is nothing to see at this address." in answer.text


def test_what_is_closed_looks_like_what_never_was(site: Site, rain: str) -> None:
    nowhere = site.client.get("/interview.php?id=13")
    site.archive.state(rain, NewStatement("withdrawn"))
    closed = site.client.get("/interview.php?id=12", follow_redirects=False)
    assert (closed.status_code, closed.content) == (404, nowhere.content)
    assert "location" not in closed.headers


def test_of_what_is_closed_with_a_notice_the_notice_is_told(site: Site, rain: str) -> None:
    site.archive.state(rain, NewStatement("restricted", notice="Closed until 2040."))
    answer = site.client.get("/interview.php?id=12", follow_redirects=False)
    assert answer.status_code == 403
    assert "Closed until 2040." in answer.text


def test_no_address_of_the_archives_own_can_be_taken_over(site: Site) -> None:
    """Asked last, the table would never be asked of them."""

    def paths(routes: list[BaseRoute]) -> set[str]:
        found: set[str] = set()
        for route in routes:
            inner = getattr(route, "original_router", None)
            found |= paths(inner.routes) if inner is not None else {getattr(route, "path", "/")}
        return found

    app = site.client.app
    assert isinstance(app, FastAPI)
    firsts = {path[1:].partition("/")[0] for path in paths(list(app.routes))}
    ours = {first for first in firsts if first and not first.startswith(("{", "sitemap-"))}
    assert ours <= set(OURS)
