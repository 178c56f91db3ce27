"""The queue on PostgreSQL: the contract, workers that die, and workers that are taken for dead."""

import asyncio
import secrets
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import Engine, text

from archive.database import open_engine
from archive.errors import WorkerLost
from archive.jobs import Interrupted, InTurn, Job, JobState, create_queue
from archive.jobs.crew import DEATHS
from archive.jobs.procrastinate_queue import ProcrastinateQueue
from archive.settings import Settings
from tests.contracts.queue import QueueContract, defer, do_all
from tests.servers import postgresql

LONG_AGO = "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'"


@pytest.fixture
def address() -> Iterator[str]:
    server, name = postgresql.server(), f"queue_{secrets.token_hex(8)}"
    server.create_migrated(name)
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def engine(address: str) -> Iterator[Engine]:
    engine = open_engine(Settings(database_url=address))
    yield engine
    engine.dispose()


@pytest.fixture
def queue(engine: Engine) -> ProcrastinateQueue:
    return ProcrastinateQueue(engine)


class TestProcrastinateQueue(QueueContract):
    pass


def test_the_database_chooses_it(engine: Engine) -> None:
    queue = create_queue(Settings(), engine)
    assert isinstance(queue, ProcrastinateQueue)
    defer(queue, engine, 7)
    assert do_all(queue) == [7]


def leave_running(queue: ProcrastinateQueue, engine: Engine, recording_id: int) -> None:
    """A job of a worker that died long ago."""
    with engine.begin() as connection:
        worker = connection.scalar(text("SELECT worker_id FROM procrastinate_register_worker_v1()"))
        connection.execute(text(LONG_AGO))
        connection.execute(
            text(
                "UPDATE procrastinate_jobs SET status = 'doing', worker_id = :worker"
                " WHERE lock = :lock AND status = 'todo'"
            ),
            {"worker": worker, "lock": f"recording:{recording_id}"},
        )
    assert not queue.running()


def test_the_job_of_a_dead_worker_is_run_again(engine: Engine, queue: ProcrastinateQueue) -> None:
    defer(queue, engine, 7, 8)
    leave_running(queue, engine, 7)
    assert queue.states() == [JobState(7, "running", 1, None), JobState(8, "waiting", 0, None)]
    jobs: list[Job] = []
    do_all(queue, jobs.append)
    assert jobs == [Job(7, attempts=1), Job(8, attempts=0)]
    assert queue.states() == []


WORKER = """
import sys, time
from pathlib import Path
from threading import Event
from archive.database import open_engine
from archive.jobs import create_queue
from archive.settings import Settings

def handle(job):
    with Path(sys.argv[2]).open("a") as log:
        log.write(f"{job.recording_id}\\n")
    time.sleep(0.05)

settings = Settings(database_url=sys.argv[1])
create_queue(settings, open_engine(settings)).run(handle, stop=Event(), until_idle=True)
"""


@pytest.mark.slow
def test_three_processes_share_the_work_in_its_order(
    address: str, engine: Engine, queue: ProcrastinateQueue, tmp_path: Path
) -> None:
    """Each job is done once; what is urgent comes first, and one that came after a deposit of a hundred does
    not wait for it."""
    defer(InTurn(queue), engine, *range(1, 101))
    defer(queue, engine, 777)
    defer(queue, engine, 888, priority=1)
    log = tmp_path / "log"
    processes = [
        subprocess.Popen([sys.executable, "-c", WORKER, address, log], cwd=Path(__file__).parents[3])
        for _ in range(3)
    ]
    assert [process.wait(300) for process in processes] == [0, 0, 0]
    begun = [int(line) for line in log.read_text().splitlines()]
    assert sorted(begun) == [*range(1, 101), 777, 888]
    assert begun.index(888) < 3
    assert begun.index(777) < 3 + 3
    assert queue.states() == []


def test_a_job_that_workers_die_of_fails_at_last(engine: Engine, queue: ProcrastinateQueue) -> None:
    """Also where it is deferred once more while it runs."""
    defer(queue, engine, 7)
    for _ in range(DEATHS):
        leave_running(queue, engine, 7)
        stop = Event()
        stop.set()
        queue.run(lambda _: None, stop=stop)
    (state,) = queue.states()
    assert (state.recording_id, state.status, state.attempts) == (7, "failed", DEATHS)
    assert str(DEATHS) in str(state.reason)
    defer(queue, engine, 7)
    assert do_all(queue) == [7]


@pytest.mark.parametrize("priority", [0, 1])
def test_what_is_put_back_while_its_like_waits_is_one_job(
    engine: Engine, queue: ProcrastinateQueue, priority: int
) -> None:
    """It keeps its place, and the higher of the two priorities."""
    defer(queue, engine, 7, 8)
    stop = Event()

    def handle(_: Job) -> None:
        defer(queue, engine, 9)
        defer(queue, engine, 7, priority=priority)
        stop.set()
        raise Interrupted

    queue.run(handle, stop=stop)
    assert queue.states() == [JobState(number, "waiting", 0, None) for number in (7, 8, 9)]
    with engine.connect() as connection:
        highest = connection.scalar(text("SELECT max(priority) FROM procrastinate_jobs"))
    assert (highest > 0) == (priority > 0)
    assert do_all(queue) == [7, 8, 9]


def test_a_worker_that_was_silent_for_too_long_stops_and_writes_nothing(
    engine: Engine, queue: ProcrastinateQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its job is another's by then."""
    monkeypatch.setattr("archive.jobs.presence._LOST_SECONDS", 0.5)
    monkeypatch.setattr("archive.jobs.presence.BEAT_SECONDS", 1.0)
    defer(queue, engine, 7)
    stop = Event()

    def handle(_: Job) -> None:
        assert stop.wait(20)
        with engine.begin() as connection:
            other = connection.scalar(text("SELECT worker_id FROM procrastinate_register_worker_v1()"))
            connection.execute(text("UPDATE procrastinate_jobs SET worker_id = :other"), {"other": other})

    with pytest.raises(WorkerLost):
        queue.run(handle, stop=stop)
    assert queue.states() == [JobState(7, "running", 1, None)]


def test_a_database_that_fails_is_the_workers_trouble(
    engine: Engine, queue: ProcrastinateQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An outcome that cannot be written is no success: the worker ends, and another runs the job again."""
    defer(queue, engine, 7)

    def refuse(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("archive.jobs.procrastinate_queue._Ledger.finish", refuse)
    with pytest.raises(OSError, match="disk full"):
        do_all(queue)
    monkeypatch.undo()
    assert queue.states() == [JobState(7, "running", 1, None)]
    jobs: list[Job] = []
    do_all(queue, jobs.append)
    assert jobs == [Job(7, attempts=1)]


def test_an_event_loop_that_runs_in_the_thread_is_not_in_the_way(
    engine: Engine, queue: ProcrastinateQueue
) -> None:
    async def work() -> list[int]:
        defer(queue, engine, 7)
        return do_all(queue)

    with ThreadPoolExecutor(1) as thread:  # in this one a browser's loop may run, of tests before
        assert thread.submit(asyncio.run, work()).result() == [7]
