"""What crawlers are led to: what is open, and nothing else."""

import re

import pytest

from archive.changes.access import NewStatement
from archive.queries import collections
from tests.web.sites import Site
from web.routes import sitemap


def listed(site: Site, address: str = "/sitemap.xml") -> list[str]:
    answer = site.client.get(address)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/xml"
    return re.findall(r"<loc>http://testserver([^<]*)</loc>", answer.text)


def test_open_testimonies_are_listed_and_closed_ones_are_not(site: Site) -> None:
    open_one = site.add("Rain", [["It rained."]])
    closed = site.add("Wind", [["The wind turned."]], collection="closed")
    site.archive.state(closed, NewStatement("restricted", notice="Closed."))
    assert listed(site) == ["/", "/collections/weather", f"/testimonies/{open_one}"]
    assert site.client.get("/sitemap-2.xml").status_code == 404


@pytest.mark.slow
def test_of_many_each_is_listed_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap, "IN_ONE", 2)
    monkeypatch.setattr(collections, "_BATCH", 1)
    ids = {site.add(f"Rain {number}", [["It rained."]]) for number in range(5)}
    parts = listed(site)
    assert parts == [f"/sitemap-{number}.xml" for number in (1, 2, 3)]
    found = [address for part in parts for address in listed(site, part)]
    assert sorted(found) == sorted(["/", "/collections/weather", *(f"/testimonies/{one}" for one in ids)])
    for missing in ("4", "0", "x", "99999999", "-1"):
        assert site.client.get(f"/sitemap-{missing}.xml").status_code == 404
