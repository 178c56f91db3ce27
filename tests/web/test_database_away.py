"""A site whose database is away says so plainly, and goes on by itself once it is back."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from archive.settings import Settings
from tests.servers.postgresql import started
from web.app import create_app


@pytest.mark.slow
def test_away_is_said_and_back_is_noticed(tmp_path: Path) -> None:
    with started() as server:
        server.create_migrated("weather")
        settings = Settings(home=tmp_path, database_url=server.url("weather"))
        with TestClient(create_app(settings)) as client:
            assert client.get("/").status_code == 200
            assert client.get("/healthz").json()["database"] == "ok"
            server.stop()
            for path in ("/", "/testimonies/bcdfgh2345"):
                page = client.get(path, headers={"accept": "text/html"})
                assert (page.status_code, page.headers["retry-after"]) == (503, "60")
                assert "The archive cannot answer just now." in page.text
                assert "127.0.0.1" not in page.text
            answer = client.get("/api/v1/testimonies/bcdfgh2345")
            assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
            health = client.get("/healthz")
            assert (health.status_code, health.json()["database"]) == (503, "away")
            server.start()
            assert client.get("/healthz").status_code == 200
            assert client.get("/testimonies/bcdfgh2345").status_code == 404
