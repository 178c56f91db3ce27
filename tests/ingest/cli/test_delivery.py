"""What a command says was done is where it has to be."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from archive import preservation
from archive.preservation import preserve_waiting
from archive.store import create_store
from ingest.cli import app
from tests.archives import SmallArchive
from tests.databases import ask_database, enter, settings_of, sqlite_alone, worker_elsewhere

pytestmark = pytest.mark.slow


def described_access(home: Path, public_id: str) -> list[str]:
    """What the store knows of who may see a testimony."""
    path = create_store(settings_of(home)).path(public_id, "descriptor.json")
    statements = json.loads(path.read_bytes())["statements"]
    return [each["level"] for each in statements if each["superseded_at"] is None]


def test_a_sidecar_that_closes_is_in_the_store_before_ingest_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, folder = tmp_path / "archive", tmp_path / "deposit"
    enter(monkeypatch, home)
    folder.mkdir()
    (folder / "a.txt").write_text("Bread is baked before the sun is up.\n")
    sidecar = folder / "a.json"
    sidecar.write_text(json.dumps({"title": "Bread", "accession_number": "A/1", "access": "public"}))
    first = CliRunner().invoke(app, ["ingest", str(folder), "--json"])
    assert first.exit_code == 0, first.output
    (public_id,) = json.loads(first.stdout)["published"]
    assert described_access(home, public_id) == ["public"]
    sidecar.write_text(json.dumps({"title": "Bread", "accession_number": "A/1", "access": "restricted"}))
    with worker_elsewhere(home):
        second = CliRunner().invoke(app, ["ingest", str(folder), "--json"])
    assert json.loads(second.stdout)["updated"] == [public_id], second.output
    assert described_access(home, public_id) == ["restricted"]


def test_a_withdrawal_is_not_acknowledged_into_an_empty_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store's share is not mounted: it is said, and that the word holds; the store hears of it later."""
    archive = SmallArchive(tmp_path / "archive")
    public_id, other = archive.add("Weather", [["It rained."]]), archive.add("Snow", [["Snow fell."]])
    preserve_waiting(archive.engine, archive.store)
    archive.close()
    home = archive.settings.home
    enter(monkeypatch, home)
    (home / "store").rename(tmp_path / "share")
    (home / "store").mkdir()
    said = CliRunner().invoke(app, ["access", public_id, "withdrawn"])
    assert said.exit_code == 1
    assert "it holds from now on, and waits for the store" in said.stderr
    assert "mount the disk or share" in said.stderr
    assert list((home / "store").iterdir()) == []
    (home / "store").rmdir()
    (tmp_path / "share").rename(home / "store")
    assert described_access(home, public_id) == ["public"]
    assert CliRunner().invoke(app, ["access", other, "restricted"]).exit_code == 0
    assert described_access(home, public_id) == ["withdrawn"]


@sqlite_alone("there nobody keeps the whole database to himself")
@pytest.mark.parametrize("meeting", ["preserve", "preserve_waiting"])
def test_a_database_that_is_busy_afterwards_is_not_taken_for_a_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, meeting: str
) -> None:
    """Another program begins to write between the word and what is carried on for it."""
    archive = SmallArchive(tmp_path / "archive")
    public_id = archive.add("Weather", [["It rained."]])
    archive.close()
    home = archive.settings.home
    enter(monkeypatch, home)
    monkeypatch.setattr("archive.sqlite.BUSY_TIMEOUT_MS", 200)
    real = getattr(preservation, meeting)
    with closing(sqlite3.connect(home / "archive.db", isolation_level=None)) as other:

        def busy(*arguments: object) -> object:
            if not other.in_transaction:
                other.execute("BEGIN IMMEDIATE")
            return real(*arguments)

        monkeypatch.setattr(preservation, meeting, busy)
        said = CliRunner().invoke(app, ["access", public_id, "withdrawn"])
        other.execute("ROLLBACK")
    assert said.exit_code == 1
    assert "it holds from now on" in said.stderr
    assert "to itself" in said.stderr
    told = ask_database(home, "SELECT level FROM access_statement WHERE superseded_at IS NULL")
    assert told == [("withdrawn",)]
