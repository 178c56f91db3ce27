"""Ingests take turns: one that comes after a large one need not wait for all of it."""

import subprocess
from pathlib import Path

import pytest

from ingest.cli.app import open_archive
from ingest.cli.ingest import bring_in
from tests.contracts.queue import do_all
from tests.databases import enter


def make_sound(path: Path, number: int) -> None:
    path.parent.mkdir(exist_ok=True)
    source = f"sine=frequency={200 + 10 * number}:duration=1"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, path], check=True, stdin=subprocess.DEVNULL
    )


def test_one_after_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(monkeypatch, tmp_path / "archive")
    monkeypatch.setattr("ingest.cli.ingest._work", lambda *_: None)
    for number in range(1, 5):
        make_sound(tmp_path / "many" / f"{number}.flac", number)
    make_sound(tmp_path / "one" / "5.flac", 5)
    with open_archive() as archive:
        for name in ("many", "one"):
            assert bring_in(archive, [tmp_path / name]).failed == []
        first = archive.queue.states()[0].recording_id
        assert [recording - first for recording in do_all(archive.queue)] == [0, 1, 4, 2, 3]
