from functools import partial

import pytest
from fastapi.testclient import TestClient

from archive.errors import SearchUnavailable
from tests.web.sites import Site
from web.app import create_app


def test_all_is_well(library: Site) -> None:
    answer = library.client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "search": "ok"}
    assert answer.headers["cache-control"] == "no-store"


def test_a_search_that_is_away_is_told_and_takes_nothing_down(
    library: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise SearchUnavailable("gone")

    monkeypatch.setattr("search.tantivy_backend.TantivyBackend.check", away)
    answer = library.client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json()["search"] == "away"


def test_a_database_that_is_away_takes_it_down_without_saying_why(site: Site) -> None:
    from sqlalchemy import text

    with site.archive.engine.begin() as connection:
        connection.execute(text("ALTER TABLE testimony RENAME TO elsewhere"))
    answer = site.client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "away", "database": "away", "search": "ok"}


def test_a_worker_beside_the_site_is_told_of(library: Site) -> None:
    for there, told in ((True, "ok"), (False, "away")):
        app = create_app(library.archive.settings, worker=partial(bool, there))
        with TestClient(app) as client:
            answer = client.get("/healthz")
        assert (answer.status_code, answer.json()["worker"]) == (200, told)
