"""`testimony metrics` tells Prometheus how the work stands, on an address that is nobody else's."""

import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from archive.database import writing
from archive.errors import MediaError
from archive.jobs import Job, create_queue
from archive.models import Recognition
from ingest.cli.app import Archive
from ingest.cli.metrics import Measures
from tests.archives import SmallArchive
from tests.contracts.queue import defer, do_all
from tests.databases import environment_of

Samples = dict[tuple[str, tuple[str, ...]], float]


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[SmallArchive]:
    """One recording waits, and one failed: of a testimony that nobody may know of."""
    archive = SmallArchive(tmp_path / "archive")
    for number in (1, 2):
        archive.add(f"Weather {number}", [["It rained all day."]], accession_number=f"A/{number}")
    with writing(archive.engine) as session:
        for run in session.query(Recognition):
            run.finished_at = None
    queue = create_queue(archive.settings, archive.engine)

    def fail(_: Job) -> None:
        raise MediaError("hum.wav", 'no "sound" in it')

    defer(queue, archive.engine, 2)
    do_all(queue, fail)
    defer(queue, archive.engine, 1)
    yield archive
    archive.close()


def samples(exposition: str) -> Samples:
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(exposition)
        for sample in family.samples
    }


@pytest.mark.slow
def test_what_it_tells(archive: SmallArchive, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", "from ingest.cli import main; main()", "metrics", "--port", "0"],
        env=os.environ | environment_of(tmp_path / "archive"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(address) as answer:
            told = samples(answer.read().decode())
    finally:
        process.terminate()
        _, said = process.communicate(timeout=60)
    assert process.returncode == 0
    assert said == ""
    assert told["testimony_up", ()] == 1
    for state, count in (("waiting", 1), ("running", 0), ("failed", 1)):
        assert told["testimony_jobs", (state,)] == count
    assert told["testimony_workers", ()] == 0
    assert told["testimony_unheard_seconds", ()] > 0
    assert told["testimony_outbox", ("store",)] == 2
    (failed,) = [labels for name, labels in told if name == "testimony_failed"]
    assert {"1", "transcription", 'hum.wav: no "sound" in it'} < set(failed)
    assert ("testimony_left_seconds", ()) not in told  # nobody can say: no worker is there


def test_a_database_that_is_away_is_told(archive: SmallArchive, monkeypatch: pytest.MonkeyPatch) -> None:
    from archive.errors import DatabaseUnavailable

    measured = Archive(archive.settings)

    def refuse() -> None:
        raise DatabaseUnavailable("the database is away")

    monkeypatch.setattr(measured.queue, "states", refuse)
    (up,) = Measures(measured).collect()
    assert (up.name, [sample.value for sample in up.samples]) == ("testimony_up", [0])
    measured.close()


def test_of_many_failures_some_are_named(archive: SmallArchive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.cli.metrics.MOST_FAILURES", 1)
    queue = create_queue(archive.settings, archive.engine)
    measured = Archive(archive.settings)

    def fail(_: Job) -> None:
        raise MediaError("hum.wav", "no sound in it")

    do_all(queue, fail)
    told = {measure.name: measure.samples for measure in Measures(measured).collect()}
    assert [sample.value for sample in told["testimony_jobs"]] == [0, 0, 2]
    assert len(told["testimony_failed"]) == 1
    measured.close()
