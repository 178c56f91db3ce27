"""Backup and restore, as docs/deploying.md says: its very commands, while a worker writes."""

import json
import os
import secrets
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from archive.database import open_engine, reading
from archive.fixity import verify
from archive.migrations import is_current
from archive.preservation import preserve_waiting
from archive.queries import testimonies
from tests.archives import SmallArchive
from tests.deployment.composed import ROOT
from tests.deployment.document import Server, blocks
from tests.deployment.programs import find
from tests.ingest.cli.depositing import tone
from tests.servers import postgresql

pytestmark = pytest.mark.slow

RECORDINGS = 8

BACKUP, CHECK = blocks("Backup")[:2]
RESTORE = blocks("Restore")[0]


DUMP = blocks("Backup")[2]
LOAD = blocks("Restore")[1]


def without_rest(block: str) -> str:
    """The backup where the worker must not rest."""
    return "".join(line for line in block.splitlines(keepends=True) if "systemctl" not in line)


@dataclass
class Running:
    """A server whose worker runs, and is stopped and started as systemctl is asked."""

    server: Server
    environment: dict[str, str]
    worker: "subprocess.Popen[bytes] | None" = None
    asked: list[str] = field(default_factory=list)
    _end: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def end(self) -> None:
        self._end.set()
        self._thread.join()
        self.stop_worker()

    def start_worker(self) -> None:
        if self.worker is None:
            command = [str(self.server.programs / "testimony"), "worker"]
            self.worker = subprocess.Popen(
                command, env=self.environment, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )

    def stop_worker(self) -> None:
        if self.worker is not None:
            self.worker.send_signal(signal.SIGTERM)
            self.worker.wait(60)
            self.worker = None

    def _serve(self) -> None:
        """Do what systemctl is asked, in place of systemd."""
        while not self._end.wait(0.02):
            if self.server.asked.exists():
                said = self.server.asked.read_text().strip()
                self.asked.append(said)
                if "testimony-worker" in said:
                    (self.start_worker if said.startswith("start") else self.stop_worker)()
                self.server.asked.unlink()

    def testimony(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [self.server.programs / "testimony", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def status(self) -> dict[str, list[dict[str, object]]]:
        done = self.testimony("status", "--json")
        assert done.returncode == 0, done.stderr
        found: dict[str, list[dict[str, object]]] = json.loads(done.stdout)
        return found

    def wait_for(self, done: int) -> None:
        """Wait until so many recordings are done."""
        until = time.monotonic() + 200
        while self.count("SELECT count(*) FROM recognition WHERE published_at IS NOT NULL") < done:
            assert time.monotonic() < until, self.status()
            time.sleep(0.1)
        if done == RECORDINGS:
            while self.count("SELECT (SELECT count(*) FROM job) + (SELECT count(*) FROM outbox)"):
                assert time.monotonic() < until, self.status()
                time.sleep(0.1)

    def count(self, query: str) -> int:
        """What the database answers, asked without a command each time; 0 while it isn't there."""
        path = self.server.home / "archive.db"
        if not path.exists():
            return 0
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=60)) as database:
            try:
                return int(database.execute(query).fetchone()[0])
            except sqlite3.OperationalError:  # no tables yet
                return 0


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """A worker in the middle of a deposit."""
    for name in ("rsync", "sqlite3", "ffmpeg"):
        find(name)
    server = Server(tmp_path / "server")
    server.prepare(shlex.join([sys.executable, "-m", "tests.ingest.cli.scripted"]))
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("TESTIMONY_") and name != "CI"
    }
    environment = kept | {"PYTHONPATH": str(ROOT), "PATH": f"{server.programs}:{kept['PATH']}"}
    tapes = tmp_path / "tapes"
    tapes.mkdir()
    for number in range(RECORDINGS):
        tone(tapes / f"{number}.wav", 300 + 20 * number, 2.0)
    made = Running(server, environment)
    made.start()
    try:
        made.start_worker()
        ingest = subprocess.Popen(
            [server.programs / "testimony", "ingest", tapes, "--access", "public", "--json"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + 120
        while made.count("SELECT count(*) FROM recording") < RECORDINGS:
            assert time.monotonic() < until
            time.sleep(0.1)
        ingest.send_signal(signal.SIGINT)  # it leaves the work to the worker
        ingest.wait(60)
        yield made
    finally:
        made.end()


def check_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_backup_in_the_middle_of_work_comes_back_whole(running: Running) -> None:
    server, environment = running.server, running.environment
    running.wait_for(1)
    done = server.run(BACKUP, environment)
    assert done.returncode == 0, done.stderr
    assert running.asked[:2] == ["stop testimony-worker", "start testimony-worker"]
    assert running.worker is not None
    check_database(server.backup / "archive.db")
    assert not (server.backup / "index").exists()
    checked = server.run(CHECK, environment)
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stdout
    running.wait_for(RECORDINGS)

    running.stop_worker()
    shutil.rmtree(server.home)  # the disk is gone
    restored = server.run(RESTORE, environment)
    assert restored.returncode == 0, restored.stdout + restored.stderr
    assert "no findings" in restored.stdout
    running.wait_for(RECORDINGS)  # what the backup did not have yet is done again by the worker
    running.stop_worker()
    whole = running.testimony("verify")
    assert whole.returncode == 0, whole.stdout
    found = json.loads(running.testimony("search", "--json", "").stdout)
    assert found["total"]["testimonies"] == RECORDINGS


def test_a_backup_that_lost_a_byte_does_not_go_online(running: Running) -> None:
    server, environment = running.server, running.environment
    running.wait_for(RECORDINGS)
    assert server.run(BACKUP, environment).returncode == 0
    original = next((server.backup / "store").rglob("*.wav"))
    original.chmod(0o644)
    content = bytearray(original.read_bytes())
    content[-1] ^= 1
    original.write_bytes(content)
    running.asked.clear()
    restored = server.run(RESTORE, environment)
    assert restored.returncode == 1
    assert "altered" in restored.stdout
    assert running.asked == ["stop testimony-site testimony-worker"]  # and nothing was started
    assert (server.home.with_name("archive.before") / "archive.db").exists()


def test_where_the_worker_does_not_rest_the_database_is_whole_all_the_same(running: Running) -> None:
    server, environment = running.server, running.environment
    running.wait_for(1)
    done = server.run(without_rest(BACKUP), environment)
    assert done.returncode == 0, done.stderr
    assert running.asked == []
    check_database(server.backup / "archive.db")
    # All that this database names is in this store: it may be newer, and is never older.
    checked = json.loads(server.run(CHECK.replace("--quick", "--json"), environment).stdout)
    assert not {each["code"] for each in checked["findings"]} & {"missing", "altered", "torn"}


@pytest.mark.parametrize(("ended", "whole"), [(24, True), (23, False)])
def test_files_that_go_while_they_are_copied_end_no_backup(tmp_path: Path, ended: int, whole: bool) -> None:
    """A worker's builds in the store come and go: rsync says 24. A file that it could not read is 23."""
    server = Server(tmp_path / "server")
    server.prepare("false")
    SmallArchive(server.home, database="sqlite").close()
    rsync = server.programs / "rsync"
    rsync.write_text(f'#!/bin/sh\n{find("rsync")} "$@" && exit {ended}\n')
    rsync.chmod(0o755)
    done = server.run(without_rest(BACKUP), dict(os.environ))
    assert (done.returncode == 0, (server.backup / "archive.db").exists()) == (whole, whole), done.stderr


def test_a_dump_of_postgresql_comes_back_whole(tmp_path: Path) -> None:
    programs = postgresql.find_programs()
    archive = SmallArchive(tmp_path / "archive", database="postgresql")
    public_id = archive.add("Weather", [["It rained in Łódź."]])
    archive.add("Bread", [["The bakery opened."]], level="restricted")
    preserve_waiting(archive.engine, archive.store)
    archive.close()
    assert archive.settings.database_url is not None
    before = make_url(archive.settings.database_url).set(drivername="postgresql")
    name = f"restored_{secrets.token_hex(4)}"
    server = postgresql.server()
    server.create(name)
    try:
        after = before.set(database=name)
        for block, database in ((DUMP, before), (LOAD, after)):
            environment = os.environ | {
                "DATABASE": database.render_as_string(hide_password=False),
                "PATH": f"{programs}:{os.environ['PATH']}",
            }
            place = f"set -eu\nto={shlex.quote(str(tmp_path))}\nfrom=$to\n"
            done = subprocess.run(
                [find("bash")],
                input=place + block,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
        restored = archive.settings.model_copy(update={"database_url": server.url(name)})
        assert verify(restored) == []
        engine = open_engine(restored)
        assert is_current(engine)
        with reading(engine) as session:
            row = testimonies.find(session, public_id)
            assert row is not None
            assert row.title == "Weather"
            assert testimonies.count(session) == 2
        engine.dispose()
    finally:
        server.drop(name)
