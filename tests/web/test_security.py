from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from archive.changes.collections import NewRules, change
from archive.database import writing
from archive.queries.collections import find_named
from archive.settings import Settings
from tests.web.sites import Site
from web.app import create_app
from web.security import ASK_AGAIN, CONTENT_SECURITY_POLICY, FOR_EVER, HEADERS

ADDRESSES = [
    "/",
    "/search?q=bread",
    "/nowhere",
    "/api/v1/search",
    "/api/docs",
    "/robots.txt",
    "/search?page=x",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_carries_the_headers(library: Site, address: str) -> None:
    headers = library.client.get(address).headers
    for name, value in HEADERS.items():
        assert headers[name] == value
    assert headers["cache-control"] == ASK_AGAIN
    assert "set-cookie" not in headers


def test_the_policy_lets_nothing_run_that_is_not_ours() -> None:
    assert "default-src 'none'" in CONTENT_SECURITY_POLICY
    assert "frame-ancestors 'none'" in CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "http" not in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize("address", ["/", "/search?q=bread", "/api/docs", "/nowhere"])
def test_no_page_holds_scripts_or_styles_that_the_policy_would_refuse(library: Site, address: str) -> None:
    html = library.client.get(address).text
    assert "<style" not in html
    assert " style=" not in html
    assert " onclick=" not in html
    assert "<script>" not in html


def test_files_that_never_change_may_be_kept_for_ever(library: Site) -> None:
    html = library.client.get("/").text
    address = html.split('rel="stylesheet" href="')[1].split('"')[0]
    answer = library.client.get(address)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == FOR_EVER
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_an_old_address_of_a_file_is_gone(library: Site) -> None:
    assert library.client.get("/static/000000000000/css/base.css").status_code == 404


def test_a_site_with_a_public_address_answers_to_no_other_name(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "archive", base_url="https://archive.example/")
    with TestClient(create_app(settings), base_url="https://archive.example") as client:
        assert client.get("/robots.txt").status_code == 200
        assert client.get("/robots.txt", headers={"host": "127.0.0.1:8000"}).status_code == 200
        assert client.get("/robots.txt", headers={"host": "elsewhere.example"}).status_code == 400


def test_a_collection_names_the_sites_that_may_frame_it(site: Site) -> None:
    rain = site.add("Rain", [["It rained."]])
    free = site.client.get(f"/embed/{rain}")
    assert "frame-ancestors" not in free.headers["content-security-policy"]
    with writing(site.archive.engine) as session:
        row = find_named(session, "weather")
        assert row is not None
        change(session, row, NewRules(framed_by="https://a.example https://*.b.example"), said_by="test")
    bound = site.client.get(f"/embed/{rain}")
    policy = bound.headers["content-security-policy"]
    assert policy.endswith("; frame-ancestors 'self' https://a.example https://*.b.example")
    assert "x-frame-options" not in bound.headers
    page = site.client.get(f"/testimonies/{rain}")
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "DENY"
