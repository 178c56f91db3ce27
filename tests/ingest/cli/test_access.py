"""`testimony access`: said, shown, explained, and refused in a sentence."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from archive.access import PUBLIC
from archive.database import reading
from archive.queries import outbox, readings
from ingest.cli import app
from tests.archives import NOW, SmallArchive


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallArchive]:
    monkeypatch.setenv("TESTIMONY_HOME", str(tmp_path / "archive"))
    small = SmallArchive(tmp_path / "archive")
    yield small
    small.close()


def is_open(archive: SmallArchive, public_id: str) -> bool:
    with reading(archive.engine) as session:
        return isinstance(readings.read_public_id(session, public_id, PUBLIC, "read", NOW), readings.Reading)


def test_said_and_explained(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained."]], accession_number="A/1")
    shown = CliRunner().invoke(app, ["access", "A/1"])
    assert shown.exit_code == 0
    assert f"{public_id}: open to the public" in shown.stdout
    said = CliRunner().invoke(
        app, ["access", public_id, "Reading-Room", "--reason", "asked", "--by", "The archivist"]
    )
    assert said.exit_code == 0, said.output
    assert "closed because it is reading room, said by The archivist" in said.stdout
    assert not is_open(archive, public_id)
    # Acknowledged only once it is in the store, and nothing waits.
    with reading(archive.engine) as session:
        assert outbox.count(session, "store") == outbox.count(session, "index") == 0
    descriptor = json.loads(archive.store.path(public_id, "descriptor.json").read_text())
    assert descriptor["statements"][-1]["reason"] == "asked"


def test_a_stretch(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained all day."]])
    said = CliRunner().invoke(
        app, ["access", public_id, "restricted", "--start", "0.5s", "--end", "1s", "--json"]
    )
    assert said.exit_code == 0, said.output
    answer = json.loads(said.stdout)
    assert answer["open"]
    assert answer["sentence"] == "open to the public, but for what is closed below"
    with reading(archive.engine) as session:
        found = readings.read_public_id(session, public_id, PUBLIC, "read", NOW)
        assert isinstance(found, readings.Reading)
        assert "rained" not in " ".join(passage.text for passage in found.streams[0].passages)


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["nobody"], 1, "no testimony has the id or accession number nobody"),
        (["A/1", "publik"], 2, "did you mean public?"),
        (["A/1", "public", "--recording", "7"], 1, "has no recording 7"),
        (["A/1", "public", "--start", "soon"], 1, "soon"),
        (["A/1", "public", "--from", "next week"], 1, "next week"),
        (["A/1", "public", "--start", "5s", "--end", "4s"], 1, "has to end after it starts"),
    ],
)
def test_refused_in_a_sentence(archive: SmallArchive, arguments: list[str], code: int, sentence: str) -> None:
    archive.add("Weather", [["It rained."]], accession_number="A/1")
    result = CliRunner().invoke(app, ["access", *arguments])
    assert result.exit_code == code
    assert sentence in result.stderr
    assert "Traceback" not in result.output
