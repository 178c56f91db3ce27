"""`testimony verify`: findings on stdout, and an exit code."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from archive.preservation import preserve_waiting
from ingest.cli import app
from tests.archives import SmallArchive
from tests.databases import ask_database, enter, lose


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallArchive]:
    enter(monkeypatch, tmp_path / "archive")
    small = SmallArchive(tmp_path / "archive")
    small.add("Weather", [["It rained."]], accession_number="A/1")
    small.add("Bread", [["The bakery opened."]], accession_number="A/2")
    preserve_waiting(small.engine, small.store)
    yield small
    small.close()


def test_a_whole_archive(archive: SmallArchive) -> None:
    done = CliRunner().invoke(app, ["verify"])
    assert done.exit_code == 0, done.output
    assert "2 objects" in done.stdout
    assert "no findings" in done.stdout
    answer = json.loads(CliRunner().invoke(app, ["verify", "--json"]).stdout)
    assert (answer["objects"], answer["findings"], answer["notices"]) == (2, [], [])
    assert answer["bytes"] > 0


def test_findings_end_with_exit_code_1(archive: SmallArchive) -> None:
    stray = archive.settings.store_folder / "notes.txt"
    stray.write_bytes(b"notes")
    done = CliRunner().invoke(app, ["verify", "--quick"])
    assert done.exit_code == 1
    assert f"unexpected: {stray}" in done.stdout
    done = CliRunner().invoke(app, ["verify", "--json"])
    assert done.exit_code == 1
    (finding,) = json.loads(done.stdout)["findings"]
    assert (finding["code"], finding["testimony"], finding["path"]) == ("unexpected", None, str(stray))
    assert "nobody names" in finding["sentence"]
    assert CliRunner().invoke(app, ["verify", "A/1"]).exit_code == 0  # the object, not what lies beside it


def test_without_a_database_that_is_said(archive: SmallArchive) -> None:
    archive.engine.dispose()
    lose(archive.settings.home)
    done = CliRunner().invoke(app, ["verify"])
    assert done.exit_code == 0, done.output
    assert "left out" in done.stderr
    assert ask_database(archive.settings.home, "SELECT version_num FROM alembic_version") == []


def test_what_is_not_there_is_refused_in_a_sentence(archive: SmallArchive) -> None:
    done = CliRunner().invoke(app, ["verify", "nobody"])
    assert (done.exit_code, done.stdout) == (1, "")
    assert "no testimony has the id or accession number nobody" in done.stderr
