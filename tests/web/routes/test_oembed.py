import re
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.web.routes.test_testimonies import find
from tests.web.sites import Site

SITE = "http://testserver"


@pytest.fixture
def public_id(library: Site) -> str:
    return find(library, "Weather in the north")


def ask(site: Site, address: str, **more: Any) -> Any:
    answer = site.client.get("/oembed", params={"url": address, **more})
    assert answer.status_code == 200
    return answer.json()


def test_an_answer_has_all_that_the_format_wants(library: Site, public_id: str) -> None:
    assert ask(library, f"{SITE}/testimonies/{public_id}") == {
        "version": "1.0",
        "type": "rich",
        "title": "Weather in the north",
        "provider_name": "We Remember archive",
        "provider_url": f"{SITE}/",
        "html": f'<iframe src="{SITE}/embed/{public_id}" title="Weather in the north"'
        ' width="600" height="480" style="border:0;max-width:100%" loading="lazy"'
        ' allow="fullscreen; picture-in-picture" referrerpolicy="no-referrer"></iframe>',
        "width": 600,
        "height": 480,
    }


@pytest.mark.parametrize(
    "form",
    [
        "/testimonies/{}?r=2&t=0.5,1.5",
        "/testimonies/{}?r=2#t=0:00.5,0:01.5",
        "/testimonies/{}?q=rain&start=0.5s&end=1.5s&r=2",
        "/embed/{}?r=2&t=0.5,1.5&lines=1",
        "/id/W/1%20%C3%A9?r=2&t=0.5,1.5",
    ],
)
def test_every_form_of_an_address_leads_to_the_stretch(library: Site, public_id: str, form: str) -> None:
    said = ask(library, SITE + form.format(public_id))
    assert f'src="{SITE}/embed/{public_id}?r=2&amp;t=0.5,1.5"' in said["html"]


@pytest.mark.parametrize(
    ("room", "width", "height", "lines"),
    [
        ({"maxwidth": 300}, 300, 480, None),
        ({"maxheight": 400}, 600, 400, None),
        ({"maxheight": 300}, 600, 285, "3"),
        ({"maxheight": 240, "maxwidth": 320}, 320, 230, "1"),
        ({"maxheight": 100}, 600, 100, "1"),
        ({"maxwidth": 9000, "maxheight": 9000}, 600, 480, None),
    ],
)
def test_it_is_no_larger_than_was_asked_for(
    library: Site, public_id: str, room: dict[str, int], width: int, height: int, lines: str | None
) -> None:
    said = ask(library, f"{SITE}/testimonies/{public_id}", **room)
    assert (said["width"], said["height"]) == (width, height)
    found = re.search(r"lines=(\d)", said["html"])
    assert (found[1] if found else None) == lines


def test_it_can_be_had_as_xml_and_as_nothing_else(library: Site, public_id: str) -> None:
    address = f"{SITE}/testimonies/{public_id}"
    answer = library.client.get("/oembed", params={"url": address, "format": "xml"})
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    told = {each.tag: each.text for each in ElementTree.fromstring(answer.content)}  # noqa: S314 - our own
    assert told == {name: str(value) for name, value in ask(library, address).items()}
    refused = library.client.get("/oembed", params={"url": address, "format": "yaml"})
    assert refused.status_code == 501
    assert "in the form that was asked for" in refused.text


def test_scripts_of_other_sites_may_ask(library: Site, public_id: str) -> None:
    headers = library.client.get("/oembed", params={"url": f"{SITE}/testimonies/{public_id}"}).headers
    assert headers["access-control-allow-origin"] == "*"
    assert headers["cross-origin-resource-policy"] == "cross-origin"


@pytest.mark.parametrize(
    "address",
    [
        "{0}/testimonies/nothing222",
        "{0}/search?q=rain",
        "{0}/testimonies/{1}/transcript.txt",
        "{0}/id/nobody",
        "http://elsewhere.example/testimonies/{1}",
        "ftp://testserver/testimonies/{1}",
        "http://[/testimonies/{1}",
        "javascript:alert(1)",
        "",
    ],
)
def test_other_addresses_are_not_found(library: Site, public_id: str, address: str) -> None:
    asked = {"url": address.format(SITE, public_id)}
    assert library.client.get("/oembed", params=asked).status_code == 404


def test_what_is_hidden_is_as_what_is_not_there(site: Site) -> None:
    hidden = site.add("Rain", [["It rained."]], level="restricted", accession_number="R/1")
    said = {
        site.client.get("/oembed", params={"url": f"{SITE}{path}"}).content
        for path in (f"/testimonies/{hidden}", "/testimonies/nothing222", "/id/R/1", "/id/R/2")
    }
    assert len(said) == 1


def test_a_size_that_is_none_is_refused(library: Site, public_id: str) -> None:
    asked = {"url": f"{SITE}/testimonies/{public_id}", "maxwidth": "0"}
    assert library.client.get("/oembed", params=asked).status_code == 400
