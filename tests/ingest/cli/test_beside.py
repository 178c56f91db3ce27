"""Whoever works beside the site is started again, and more slowly each time it ends at once."""

import logging
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.settings import Settings
from ingest.cli import beside
from ingest.cli.beside import WorkerBeside

pytestmark = pytest.mark.slow


def end_at_once(settings: Settings) -> None:
    with (settings.home / "starts").open("a") as told:
        told.write("started\n")
    raise SystemExit(3)


def stay(settings: Settings) -> None:
    (settings.home / "starts").touch()
    time.sleep(600)


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_pause_grows_as_far_as_its_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(beside, "_LEAVING_SECONDS", 0.0)
    monkeypatch.setattr(beside, "_FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(beside, "_LONGEST_PAUSE_SECONDS", 0.04)
    with caplog.at_level(logging.ERROR, "ingest"), WorkerBeside(Settings(home=tmp_path), end_at_once):
        wait_until(lambda: len(caplog.records) >= 4)
    assert [record.args for record in caplog.records[:4]] == [
        ("ended with exit code 3", pause) for pause in (0.01, 0.02, 0.04, 0.04)
    ]


def test_it_is_there_from_entering_to_leaving(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    worker = WorkerBeside(Settings(home=tmp_path), stay)
    assert not worker.alive()
    with worker:
        wait_until(lambda: (tmp_path / "starts").exists())
        assert worker.alive()
    assert not worker.alive()
    assert not caplog.records


def test_one_that_ends_as_the_site_does_is_not_started_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with WorkerBeside(Settings(home=tmp_path), end_at_once) as worker:
        worker.let_go()
        wait_until(lambda: not worker.alive())
    assert (tmp_path / "starts").read_text() == "started\n"
    assert not caplog.records
