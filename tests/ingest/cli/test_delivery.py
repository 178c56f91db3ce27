"""What a command says was done is where it has to be."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from archive.store import create_store
from ingest.cli import app
from tests.databases import enter, settings_of, worker_elsewhere


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
