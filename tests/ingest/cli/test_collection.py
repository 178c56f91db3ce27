"""`testimony collection`: shown, changed, refused in a sentence."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from archive.database import reading
from archive.queries import outbox
from ingest.cli import app
from tests.archives import SmallArchive
from tests.databases import enter

pytestmark = pytest.mark.slow


@pytest.fixture
def weather(archive: SmallArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallArchive:
    enter(monkeypatch, tmp_path / "archive")
    archive.collection("weather", "Weather")
    return archive


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["collection", *arguments])


def test_listed(weather: SmallArchive) -> None:
    weather.collection("bread", "Bread", machine_text="listen")
    weather.add("Rain", [["It rained."]], collection="weather")
    assert call().stdout.splitlines() == [
        "Bread [bread]: 0 testimonies",
        "  machine text: listen (found and followed while listening, not copied)",
        "Weather [weather]: 1 testimony",
        "  machine text: open (read, searched and quoted)",
    ]


def test_a_rule_that_closes_is_in_the_store_when_it_is_acknowledged(weather: SmallArchive) -> None:
    public_id = weather.add("Rain", [["It rained."]], collection="weather")
    said = call("Weather", "--machine-text", "staff", "--depositor", "The town", "--by", "A. B.", "--json")
    assert said.exit_code == 0, said.output
    assert json.loads(said.stdout) == [
        {
            "slug": "weather",
            "name": "Weather",
            "description": None,
            "depositor": "The town",
            "machine_text": "staff",
            "framed_by": None,
            "testimonies": 1,
        }
    ]
    with reading(weather.engine) as session:
        assert outbox.count(session, "store") == outbox.count(session, "index") == 0
    descriptor = json.loads(weather.store.path(public_id, "descriptor.json").read_text())
    assert descriptor["collection"]["machine_text"] == "staff"
    assert descriptor["collection"]["depositor"] == "The town"


def test_renamed_it_is_shown_by_its_new_name(weather: SmallArchive) -> None:
    assert call("weather", "--name", " Reports ").stdout.startswith("Reports [weather]: 0 testimonies")
    assert "nothing changes" in call("Reports", "--name", "Reports").stderr


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["nobody"], 1, "no collection is called nobody"),
        (["nobody", "--name", "x"], 1, "no collection is called nobody"),
        (["weather", "--machine-text", "closed"], 2, "expected one of open, listen, staff"),
        (["--name", "x"], 2, "say which collection"),
        (["weather", "--name", ""], 1, "needs a name"),
    ],
)
def test_refused(weather: SmallArchive, arguments: list[str], code: int, sentence: str) -> None:
    done = call(*arguments)
    assert done.exit_code == code
    assert sentence in done.output


def test_sites_that_may_frame_it(weather: SmallArchive) -> None:
    public_id = weather.add("Rain", [["It rained."]], collection="weather")
    changed = call("Weather", "--framed-by", "https://School.example/, https://*.museum.example")
    assert changed.exit_code == 0, changed.stderr
    assert "framed by: https://school.example https://*.museum.example" in changed.stdout
    descriptor = json.loads(weather.store.path(public_id, "descriptor.json").read_text())
    assert descriptor["collection"]["framed_by"] == "https://school.example https://*.museum.example"
    refused = call("Weather", "--framed-by", "school.example")
    assert refused.exit_code == 2
    assert "is no site" in refused.stderr
    assert "framed by" not in call("Weather", "--framed-by", "").stdout
