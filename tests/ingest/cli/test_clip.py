"""`testimony clip`: made, listed, closed by a word of its own, kept in the store."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ingest.cli import app
from tests.archives import SmallArchive
from tests.databases import enter

pytestmark = pytest.mark.slow


@pytest.fixture
def rain(archive: SmallArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    enter(monkeypatch, tmp_path / "archive")
    return archive.add("Rain", [["It rained all day.", "Then the sun came."]], accession_number="R/1")


def call(*arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments])


def test_made_and_listed_and_in_the_store(archive: SmallArchive, rain: str) -> None:
    made = call("clip", "R/1", "0:00.4", "1.5s", "--title", " All  day ", "--json")
    assert made.exit_code == 0, made.stderr
    (clip,) = json.loads(made.stdout)
    assert clip["words"] == "rained all"
    assert (clip["title"], clip["start"], clip["end"]) == ("All day", "00:00:00.500", "00:00:01.400")
    assert clip["address"] == f"/clips/{clip['id']}"
    assert json.loads(call("clip", rain, "--json").stdout) == [clip]
    assert f"{clip['id']} All day: recording 1, 00:00:00.500 to 00:00:01.400" in call("clip", rain).stdout
    descriptor = json.loads(archive.store.path(rain, "descriptor.json").read_text())
    assert [each["public_id"] for each in descriptor["clips"]] == [clip["id"]]


def test_closed_by_a_word_of_its_own(rain: str) -> None:
    (clip,) = json.loads(call("clip", rain, "0", "2", "--json").stdout)
    closed = call("access", rain, "withdrawn", "--clip", clip["id"])
    assert closed.exit_code == 0, closed.stderr
    assert f"clip {clip['id']}" in closed.stdout
    assert call("access", rain, "withdrawn", "--clip", "nothing").exit_code == 1
    refused = call("access", rain, "withdrawn", "--clip", clip["id"], "--recording", "1")
    assert "a clip has its own place" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["0"], "say where it begins and where it ends"),
        (["2", "1"], "before it begins"),
        (["0", "11m"], "more than 10 minutes"),
        (["50", "51"], "no words in that stretch"),
        (["0", "2", "--recording", "7"], "no words in that stretch"),
        (["soon", "2"], "soon"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(rain: str, arguments: list[str], said: str) -> None:
    refused = call("clip", rain, *arguments)
    assert refused.exit_code in (1, 2)
    assert said in refused.stderr
