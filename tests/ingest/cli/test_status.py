"""`testimony status` says what can't be listened to, and why."""

import json
from pathlib import Path

import pytest
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from archive.database import writing
from archive.models import File
from archive.queries import testimonies
from ingest.cli import app
from tests.archives import SmallArchive
from tests.databases import enter


def test_a_copy_that_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(monkeypatch, tmp_path / "archive")
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


def test_while_a_better_transfer_is_made_ready_the_one_before_is_played(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(monkeypatch, tmp_path / "archive")
    archive = SmallArchive(tmp_path / "archive")
    public_id = archive.add("Weather", [["It rained all day."]], accession_number="A/1")
    archive.finish(public_id)
    with writing(archive.engine) as session:
        _add_transfer(session, public_id)
    archive.close()
    shown = CliRunner().invoke(app, ["status"]).stdout
    assert "A/1, recording 1 (better.wav): playback copy (the file before it is played until then)" in shown


def _add_transfer(session: Session, public_id: str) -> None:
    testimony = testimonies.find(session, public_id)
    assert testimony is not None
    (recording,) = testimony.recordings
    first = recording.files[0]
    kept = {
        name: getattr(first, name)
        for name in ("size", "media_type", "duration_ms", "video", "probe", "offset_ms", "source", "sha256")
    }
    better = File(**kept, current=False, sha512="b" * 128, original_name="better.wav", derivatives=[])
    better.stored_path = "original/better.wav"
    recording.files.append(better)
