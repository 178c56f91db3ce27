"""The queue on SQLite: the contract, and workers that die."""

import fcntl
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from sqlalchemy import Engine, event, insert, select

from archive.clock import now
from archive.database import open_engine
from archive.errors import WorkerRunning
from archive.jobs import Job, JobState, create_queue
from archive.jobs.crew import DEATHS
from archive.jobs.sqlite_queue import SqliteQueue
from archive.models import Base
from archive.models import Job as Row
from archive.settings import Settings
from tests.contracts.queue import QueueContract, defer, do_all


def _make_light(connection: Any, _record: object) -> None:
    # Any number may be a recording here, and no test waits for the disk.
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("PRAGMA synchronous = OFF")


def open_light_engine(home: Path) -> Engine:
    engine = open_engine(Settings(home=home, database_url=None))
    event.listen(engine, "connect", _make_light)
    return engine


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_light_engine(tmp_path)
    Base.metadata.create_all(engine, [Base.metadata.tables["job"]])
    yield engine
    engine.dispose()


@pytest.fixture
def queue(engine: Engine, tmp_path: Path) -> SqliteQueue:
    return SqliteQueue(engine, tmp_path / "worker.lock")


class TestSqliteQueue(QueueContract):
    one_worker = True


def test_the_settings_choose_it(engine: Engine, tmp_path: Path) -> None:
    queue = create_queue(Settings(home=tmp_path / "new" / "home", database_url=None), engine)
    assert isinstance(queue, SqliteQueue)
    defer(queue, engine, 7)
    assert do_all(queue) == [7]


@pytest.mark.slow
def test_the_job_of_a_worker_killed_with_9_is_run_again(
    engine: Engine, queue: SqliteQueue, tmp_path: Path
) -> None:
    defer(queue, engine, 7, 8)
    script = f"""
import sys, time
from pathlib import Path
from threading import Event
from archive.jobs.sqlite_queue import SqliteQueue
from tests.archive.jobs.test_sqlite_queue import open_light_engine

def handle(job):
    print(job.recording_id, flush=True)
    time.sleep(60)

home = Path({str(tmp_path)!r})
SqliteQueue(open_light_engine(home), home / "worker.lock").run(handle, stop=Event(), until_idle=True)
"""
    with subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
        text=True,
    ) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "7\n"
        assert queue.running()
        assert queue.states() == [JobState(7, "running", 1, None), JobState(8, "waiting", 0, None)]
        with pytest.raises(WorkerRunning):
            do_all(queue)
        worker.send_signal(signal.SIGKILL)
    assert not queue.running()
    jobs = []
    do_all(queue, jobs.append)
    assert jobs == [Job(7, attempts=1), Job(8, attempts=0)]
    assert queue.states() == []


def test_a_job_that_workers_die_of_fails_at_last(engine: Engine, queue: SqliteQueue) -> None:
    with engine.begin() as connection:
        for recording_id, attempts, again in ((7, DEATHS, True), (8, DEATHS - 1, False)):
            connection.execute(
                insert(Row).values(
                    recording_id=recording_id,
                    status="running",
                    attempts=attempts,
                    again=again,
                    priority=0,
                    deferred_at=now(),
                    started_at=now(),
                )
            )
    assert do_all(queue) == [8]
    (state,) = queue.states()
    assert (state.recording_id, state.status) == (7, "failed")
    assert str(DEATHS) in str(state.reason)
    defer(queue, engine, 7)
    assert do_all(queue) == [7]


def test_a_lock_taken_for_a_moment_is_waited_for(engine: Engine, queue: SqliteQueue, tmp_path: Path) -> None:
    """As whoever asks whether a worker runs takes it."""
    defer(queue, engine, 7)
    with (tmp_path / "worker.lock").open("w") as asking:
        fcntl.flock(asking, fcntl.LOCK_SH)
        Timer(0.2, fcntl.flock, (asking.fileno(), fcntl.LOCK_UN)).start()
        assert do_all(queue) == [7]


def test_a_row_says_when_its_job_began(engine: Engine, queue: SqliteQueue) -> None:
    defer(queue, engine, 7)
    before = now()

    def handle(_: Job) -> None:
        with engine.connect() as connection:
            row = connection.execute(select(Row.started_at, Row.deferred_at)).one()
        assert row.started_at is not None
        assert row.deferred_at <= before <= row.started_at <= now()

    do_all(queue, handle)
    assert queue.states() == []


def test_a_database_that_fails_is_the_workers_trouble(
    engine: Engine, queue: SqliteQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An outcome that cannot be written is no success: the worker ends, and the next runs the job again."""
    defer(queue, engine, 7)

    def refuse(_: Job) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(queue, "finish", refuse)
    with pytest.raises(OSError, match="disk full"):
        do_all(queue)
    monkeypatch.undo()
    assert not queue.running()
    assert do_all(queue) == [7]
