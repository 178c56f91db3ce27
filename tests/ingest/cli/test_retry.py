"""`testimony retry`: what failed waits again, and nothing else changes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from archive.database import reading, writing
from archive.errors import MediaError
from archive.jobs import Job, Queue, create_queue
from archive.models import Recognition
from archive.queries import testimonies
from ingest.cli import app
from tests.archives import SmallArchive
from tests.contracts.queue import defer, do_all
from tests.databases import enter


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallArchive]:
    """Three testimonies, the work on two of which failed."""
    enter(monkeypatch, tmp_path / "archive")
    archive = SmallArchive(tmp_path / "archive")
    for number in (1, 2, 3):
        archive.add(f"Weather {number}", [["It rained all day."]], accession_number=f"A/{number}")
    with writing(archive.engine) as session:
        for run in session.query(Recognition):
            run.finished_at = None
    queue = create_queue(archive.settings, archive.engine)
    defer(queue, archive.engine, *recordings(archive))

    def handle(job: Job) -> None:
        if job.recording_id != recordings(archive)[2]:
            raise MediaError("hum.wav", "no sound in it")

    do_all(queue, handle)
    yield archive
    archive.close()


def recordings(archive: SmallArchive) -> list[int]:
    with reading(archive.engine) as session:
        found = [testimonies.find_by_accession(session, f"A/{number}") for number in (1, 2, 3)]
        return [row.recordings[0].id for row in found if row is not None]


def queue_of(archive: SmallArchive) -> Queue:
    return create_queue(archive.settings, archive.engine)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["retry", *arguments])


def test_one_by_its_number(archive: SmallArchive) -> None:
    answer = run("A/2", "--json")
    assert answer.exit_code == 0
    (told,) = json.loads(answer.stdout)["waiting"]
    assert told["recording"] == 1
    assert [state.status for state in queue_of(archive).states()] == ["failed", "waiting"]
    assert do_all(queue_of(archive)) == [recordings(archive)[1]]


@pytest.mark.slow
def test_all_that_failed(archive: SmallArchive) -> None:
    answer = run("--all-failed")
    assert answer.exit_code == 0
    assert [line.partition(",")[0] for line in answer.stdout.splitlines()] == ["A/1", "A/2"]
    assert do_all(queue_of(archive)) == recordings(archive)[:2]
    assert run("--all-failed").stdout == ""


@pytest.mark.parametrize("unfit", ["A/3", "A/9"])
def test_where_nothing_failed_nothing_is_changed(archive: SmallArchive, unfit: str) -> None:
    before = queue_of(archive).states()
    answer = run("A/1", unfit)
    assert answer.exit_code == 1
    assert unfit in answer.output
    assert queue_of(archive).states() == before


@pytest.mark.parametrize("arguments", [[], ["A/1", "--all-failed"]])
def test_it_has_to_be_said_which(archive: SmallArchive, arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


@pytest.mark.slow
def test_status_tells_the_queue_and_what_failed_with_its_reason(archive: SmallArchive) -> None:
    run("A/1")
    answer = json.loads(CliRunner().invoke(app, ["status", "--json"]).stdout)
    queue = answer["queue"]
    assert (queue["workers"], queue["waiting"], queue["running"], queue["failed"]) == (0, 1, 0, 1)
    assert (queue["unheard_ms"] > 0, queue["left_ms"], queue["rate"]) == (True, None, None)
    (failure,) = queue["failures"]
    assert (failure["accession_number"], failure["recording"]) == ("A/2", 1)
    assert failure["reason"] == "hum.wav: no sound in it"
    shown = CliRunner().invoke(app, ["status"]).stdout
    assert "Worker: none\nQueue: 1 waiting, 0 running, 1 failed; 1 min of sound to transcribe\n" in shown
    assert "A/2, recording 1" in shown
    assert "hum.wav: no sound in it" in shown
