"""Ingests take turns: one that comes after a large one need not wait for all of it; and one that was taken
for dead begins anew."""

import subprocess
from pathlib import Path
from threading import Event

import pytest

from archive.errors import WorkerLost
from ingest.cli.app import open_archive
from ingest.cli.ingest import _work, bring_in
from tests.contracts.queue import do_all
from tests.databases import enter

pytestmark = pytest.mark.slow


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


def test_one_that_could_not_say_that_it_lives_begins_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(monkeypatch, tmp_path / "archive")
    runs: list[bool] = []

    def run_worker(*_: object, stop: Event, **__: object) -> None:
        runs.append(stop.is_set())
        if len(runs) == 1:
            stop.set()
            raise WorkerLost("the database did not hear of this worker")

    monkeypatch.setattr("ingest.worker.run_worker", run_worker)
    with open_archive() as archive:
        _work(archive, [])
    assert runs == [False, False]
