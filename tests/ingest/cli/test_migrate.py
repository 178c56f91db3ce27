"""`testimony migrate`: from SQLite to PostgreSQL and back at the command line."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import make_url
from typer.testing import CliRunner

from ingest.cli import app
from tests.archives import SmallArchive
from tests.databases import migrate, settings_of
from tests.rows import rows


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallArchive:
    """An archive on SQLite, which the environment names."""
    small = SmallArchive(tmp_path / "archive", database="sqlite")
    small.add("Weather in Łódź", [["It rained."]], accession_number="A/1")
    small.close()
    monkeypatch.setenv("TESTIMONY_HOME", str(small.settings.home))
    monkeypatch.delenv("TESTIMONY_DATABASE_URL", raising=False)
    return small


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


@pytest.mark.slow
def test_there_and_back(source: SmallArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    migrate(source.settings.home, "postgresql")
    there = str(settings_of(source.settings.home, "postgresql").database_url)
    done = run("migrate", "--to", there, "--json")
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert answer["tables"]["testimony"]["rows"] == 1
    assert answer["rows"] == sum(table["rows"] for table in answer["tables"].values())
    assert answer["stays"] == ["store", "derivatives", "index"]
    assert str(make_url(there).password) not in done.output

    again = run("migrate", "--to", there)
    assert again.exit_code == 1
    assert "is not empty" in again.stderr

    monkeypatch.setenv("TESTIMONY_DATABASE_URL", there)
    status = run("status")
    assert status.exit_code == 0, status.output
    assert "1 testimonies, 1 recordings" in status.stdout
    assert "PostgreSQL" in status.stdout
    assert str(make_url(there).password) not in status.output
    (tmp_path / "back").mkdir()
    back = run("migrate", "--to", f"sqlite:///{tmp_path / 'back' / 'archive.db'}")
    assert back.exit_code == 0, back.output
    assert "testimony: 1 rows, the same in both" in back.stdout
    assert "TESTIMONY_DATABASE_URL" in back.stdout
    here = SmallArchive(tmp_path / "back", fresh=False, database="sqlite")
    assert rows(here.engine) == rows(source.engine)
    here.close()
    source.close()


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("mysql://127.0.0.1/weather", "expected sqlite:///FILE or postgresql+psycopg://"),
        ("postgresql+psycopg://rain:secret@127.0.0.1:1/weather", "is away"),
        ("sqlite:////nowhere/at/all/archive.db", "its folder is gone"),
    ],
)
def test_what_cannot_be_reached_is_said(source: SmallArchive, to: str, said: str) -> None:
    done = run("migrate", "--to", to)
    assert done.exit_code == 1
    assert said in done.stderr
    assert "secret" not in done.output
    assert "Traceback" not in done.output
