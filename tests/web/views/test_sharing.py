"""What a page tells programs of itself, read by readers that nobody here wrote."""

from typing import Any

import extruct
import pytest

from tests.web.routes.test_testimonies import find
from tests.web.sites import Site

SITE = "http://testserver"


@pytest.fixture
def public_id(library: Site) -> str:
    return find(library, "Weather in the north")


def told(site: Site, address: str) -> dict[str, Any]:
    html = site.client.get(address).text
    return dict(extruct.extract(html, base_url=SITE, syntaxes=["json-ld", "opengraph"], uniform=True))


def test_a_preview_leads_to_the_stretch_that_was_open(library: Site, public_id: str) -> None:
    (preview,) = told(library, f"/testimonies/{public_id}?r=2&t=0.5,1.5")["opengraph"]
    assert preview["og:title"] == "Weather in the north"
    assert preview["og:description"] == "Rain, then sun."
    assert preview["og:site_name"] == "We Remember archive"
    assert preview["og:url"] == f"{SITE}/testimonies/{public_id}?r=2&t=0.5,1.5"
    assert preview["@type"] == "article"


def test_each_recording_is_described_with_how_to_seek_in_it(library: Site, public_id: str) -> None:
    first, second = told(library, f"/testimonies/{public_id}")["json-ld"]
    assert first["@type"] == "AudioObject"
    assert first["name"] == "Weather in the north, Recording 1"
    assert first["embedUrl"] == f"{SITE}/embed/{public_id}"
    assert first["duration"].startswith("PT")
    assert first["potentialAction"]["target"] == f"{SITE}/testimonies/{public_id}?t={{seek_to_second_number}}"
    target = second["potentialAction"]["target"]
    assert target == f"{SITE}/testimonies/{public_id}?r=2&t={{seek_to_second_number}}"
    assert library.client.get(second["embedUrl"]).status_code == 200


def test_a_tape_is_kept_by_what_finds_the_embed(library: Site, public_id: str) -> None:
    html = library.client.get(f"/testimonies/{public_id}?r=2").text
    assert told(library, f"/testimonies/{public_id}?r=2")["opengraph"][0]["og:url"].endswith(
        f"{public_id}?r=2"
    )
    asked = html.split('type="application/json+oembed" href="')[1].split('"')[0].replace("&amp;", "&")
    said = library.client.get(asked.removeprefix(SITE)).json()
    assert f'/embed/{public_id}?r=2"' in said["html"]


def test_markup_in_a_description_stays_text(site: Site) -> None:
    hostile = "</script><script>alert(1)</script>"
    public_id = site.add(hostile, [["It rained."]], summary=f'"><b>{hostile}')
    page = told(site, f"/testimonies/{public_id}")
    assert page["json-ld"][0]["name"] == hostile
    assert page["opengraph"][0]["og:title"] == hostile
    assert "<script>alert" not in site.client.get(f"/testimonies/{public_id}").text


def test_text_alone_describes_no_recording(site: Site) -> None:
    public_id = site.archive.add_text("Rain", ["It rained."])
    page = told(site, f"/testimonies/{public_id}")
    assert page["json-ld"] == []
    assert page["opengraph"][0]["og:title"] == "Rain"
