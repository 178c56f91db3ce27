"""Three worker processes on one PostgreSQL and one folder, with a transcriber that follows a script."""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from archive.clock import now
from archive.database import open_engine, reading, writing
from archive.jobs import create_queue
from archive.models import File, Recognition, RecognitionWindow, Testimony
from archive.queries import outbox, progress
from archive.settings import Settings
from ingest.importers.deposited import DepositedRecording, DepositedTestimony
from ingest.media.commands import find_programs
from ingest.receiving import receive
from ingest.registration import Wishes, register
from schemas.metadata import TestimonyMetadata
from tests.servers import postgresql

pytestmark = pytest.mark.slow

SOON = 240.0
"""Seconds after which a test gives up waiting, on a machine that is busy with other things."""
UNDER_WAY_SECONDS = 30.0
"""The promise: so soon after its worker was killed, a recording is heard on by another."""
WINDOWS = 5


@dataclass
class Crew:
    """Workers in processes of their own, on one archive."""

    folder: Path
    address: str
    processes: dict[int, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    """By the id that the worker has in the database."""

    def __post_init__(self) -> None:
        self.settings = Settings(home=self.folder / "archive", database_url=self.address)
        self.engine: Engine = open_engine(self.settings)
        self.queue = create_queue(self.settings, self.engine)
        self.log = self.folder / "heard"
        self.log.touch()

    def ask(self, question: str) -> list[tuple[int, ...]]:
        with self.engine.execution_options(read_only=True).connect() as connection:
            return [tuple(row) for row in connection.execute(text(question))]

    def start(self) -> int:
        """One more worker; gives its id once it is there."""
        process = self.run("worker")
        wait_until(lambda: len(self._ids()) > 0 or process.poll() is not None)
        assert process.poll() is None
        (worker_id,) = self._ids()
        self.processes[worker_id] = process
        return worker_id

    def _ids(self) -> set[int]:
        return {row[0] for row in self.ask("SELECT id FROM procrastinate_workers")} - set(self.processes)

    def run(self, *arguments: str) -> "subprocess.Popen[bytes]":
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TESTIMONY_")}
        ours = {
            "TESTIMONY_HOME": str(self.settings.home),
            "TESTIMONY_DATABASE_URL": self.address,
            "TESTIMONY_RECOGNISERS": "1",
            "TESTIMONY_WINDOW_SECONDS": "10",
            "SCRIPT_LOG": str(self.log),
            "SCRIPT_SECONDS": "3",
        }
        return subprocess.Popen(
            [sys.executable, "-m", "tests.ingest.cli.scripted", *arguments],
            cwd=Path(__file__).parents[3],
            env=kept | ours,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def status(self) -> dict[str, Any]:
        told, _ = self.run("status", "--json").communicate(timeout=SOON)
        answer: dict[str, Any] = json.loads(told)
        return answer

    def bring(self, count: int) -> list[int]:
        """So many recordings, each of its own pitch and a deposit of its own; gives their row ids. They come
        in at once, however long it takes to make them."""
        programs = find_programs(self.settings)
        recordings = [DepositedRecording(self._make(number), 1) for number in range(count)]
        received = [receive(each, programs) for each in recordings]
        with writing(self.engine) as session:
            return [
                register(
                    session,
                    self.queue,
                    DepositedTestimony((each.recording,), TestimonyMetadata.read({"access": "public"})),
                    [each],
                    Wishes(),
                    now(),
                ).recordings[0]
                for each in received
            ]

    def _make(self, number: int) -> Path:
        path = self.folder / f"{number}.flac"
        tone = f"aevalsrc=0.2*sin({1000 + 100 * number}*t)*lt(mod(t\\,0.5)\\,0.35)+0.002*random(0)"
        source = f"{tone}:duration={WINDOWS * 10 - 2}"
        command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, path]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        return path

    def at_work(self) -> dict[int, int]:
        """The recording that each worker has."""
        return {
            worker: recording
            for worker, recording in self.ask(
                "SELECT worker_id, (args->>'recording_id')::int FROM procrastinate_jobs"
                " WHERE status = 'doing'"
            )
        }

    def kept(self, recording_id: int) -> int:
        """How many windows of it are kept."""
        with reading(self.engine) as session:
            runs = session.query(RecognitionWindow).join(
                Recognition, Recognition.id == RecognitionWindow.recognition_id
            )
            of_it = runs.join(File, File.id == Recognition.file_id).filter(File.recording_id == recording_id)
            return of_it.count()

    def close(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.communicate()
        self.engine.dispose()

    def at_rest(self) -> bool:
        """Whether nothing waits: no work, no change for index or store."""
        with reading(self.engine) as session:
            waiting = [outbox.count(session, name) for name in ("index", "store")]
        return not self.queue.states() and waiting == [0, 0]


def wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + SOON
    while not true():
        assert time.monotonic() < until
        time.sleep(0.1)


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[Crew]:
    server, name = postgresql.server(), f"crew_{secrets.token_hex(8)}"
    server.create_migrated(name)
    crew = Crew(tmp_path, server.url(name))
    try:
        yield crew
    finally:
        crew.close()
        server.drop(name)


def test_what_a_killed_worker_had_goes_on_on_another(crew: Crew) -> None:
    """Also what it alone did: it was the first, which carries changes to index and store."""
    first, *others = [crew.start() for _ in range(3)]
    status = crew.status()["queue"]
    assert (status["workers"], status["waiting"], status["running"]) == (3, 0, 0)
    recordings = crew.bring(4)
    wait_until(lambda: first in crew.at_work())
    orphan = crew.at_work()[first]
    wait_until(lambda: crew.kept(orphan) >= 2)

    crew.processes[first].send_signal(signal.SIGKILL)
    crew.processes[first].wait()
    killed_at = time.monotonic()
    had = crew.kept(orphan)
    assert had < WINDOWS
    wait_until(lambda: crew.kept(orphan) > had)
    assert time.monotonic() - killed_at < UNDER_WAY_SECONDS
    assert crew.at_work().get(first) is None

    wait_until(crew.at_rest)
    with reading(crew.engine) as session:
        assert [each.step for each in progress.progress(session)] == ["done"] * 4
        assert session.query(Testimony).filter(Testimony.published_at.is_not(None)).count() == 4
    assert [crew.kept(recording) for recording in recordings] == [WINDOWS] * 4
    heard = Counter(line.split()[2] for line in crew.log.read_text().splitlines())
    assert len(heard) == 4 * WINDOWS
    assert sum(heard.values()) - len(heard) <= 1  # the one in progress may have been heard, and not kept
    for worker in others:
        crew.processes[worker].terminate()
        assert crew.processes[worker].wait(SOON) == 0
    assert not crew.queue.running()


def test_a_worker_waits_for_a_database_that_is_away(tmp_path: Path) -> None:
    """It ends neither itself nor the work: that waits again, and goes on once the database is there."""
    with postgresql.started() as server:
        server.create_migrated("weather")
        crew = Crew(tmp_path, server.url("weather"))
        try:
            crew.start()
            (recording,) = crew.bring(1)
            wait_until(lambda: crew.kept(recording) >= 1)
            server.kill()
            time.sleep(1)
            server.start()
            wait_until(crew.at_rest)
            assert crew.kept(recording) == WINDOWS
            (worker,) = crew.processes.values()
            assert worker.poll() is None
            worker.terminate()
            assert worker.wait(SOON) == 0
        finally:
            crew.close()
