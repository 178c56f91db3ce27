"""`testimony status` says what can't be listened to, and why."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ingest.cli import app
from tests.archives import SmallArchive


def test_a_copy_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESTIMONY_HOME", str(tmp_path / "archive"))
    archive = SmallArchive(tmp_path / "archive")
    public_id = archive.add("Weather", [["It rained all day."]], accession_number="A/1")
    archive.close_stretch(public_id, 500, 900)
    archive.close()
    shown = CliRunner().invoke(app, ["status"]).stdout
    assert "to have their copies looked at: 1" in shown
    assert "A/1, recording 1" in shown
    assert "playback copy (cannot be listened to until it is made)" in shown
    answer = json.loads(CliRunner().invoke(app, ["status", "--json"]).stdout)
    assert answer["copies"] == 1
    assert answer["recordings"][0]["step"] == "playback copy"
