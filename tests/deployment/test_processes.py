"""What docker-compose.yml starts, started by hand with the same commands and the same environment, on a real
PostgreSQL and a real Elasticsearch that asks for its password. Only places are changed: names of machines,
ports, folders.
"""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from servers.elasticsearch import LocalElasticsearch
from tests.deployment.composed import ROOT, compose, given, mounts
from tests.deployment.programs import find
from tests.engines import own_server
from tests.ingest.cli.depositing import tone
from tests.servers import postgresql

pytestmark = pytest.mark.slow

SCRIPTED = (sys.executable, "-m", "tests.ingest.cli.scripted")
"""The command `testimony` with a transcriber that follows a script; all else is real."""

SERVICES = compose(given())["services"]

NOT_HERE = {"bootstrap.memory_lock"}
"""Settings of Elasticsearch that want more of the machine than tests may take."""


@contextmanager
def database() -> Iterator[tuple[str, int]]:
    """A server with the database and the user that the image makes: its host and port."""
    with postgresql.started() as server:
        said = SERVICES["database"]["environment"]
        url = make_url(server.address).set(drivername="postgresql")
        with closing(psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)) as line:
            line.execute(
                sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
                    sql.Identifier(said["POSTGRES_USER"]), sql.Literal(said["POSTGRES_PASSWORD"])
                )
            )
            line.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(
                    sql.Identifier(said["POSTGRES_DB"]), sql.Identifier(said["POSTGRES_USER"])
                )
            )
        assert url.host
        assert url.port
        yield url.host, url.port


@contextmanager
def search() -> Iterator[LocalElasticsearch]:
    """A node with the settings and the password of the file."""
    said = SERVICES["search"]["environment"]
    options = {name: value for name, value in said.items() if "." in name and name not in NOT_HERE}
    with own_server(options, password=said["ELASTIC_PASSWORD"]) as server:
        yield server


@dataclass
class Stack:
    """Both servers, and a folder for each volume; one for those who may only read the archive."""

    folder: Path
    read_only: bool
    database: tuple[str, int]
    search: LocalElasticsearch

    def place(self, text: str) -> str:
        """A value of the file in the places of this test."""
        host, port = self.database
        return (
            text.replace("@database:5432", f"@{host}:{port}")
            .replace("http://search:9200", self.search.url)
            .replace("127.0.0.1:9200", self.search.url.removeprefix("http://"))
            .replace("0.0.0.0", "127.0.0.1")  # noqa: S104 - in place of it
        )

    def environment(self, service: str) -> dict[str, str]:
        """The environment of a service, and what any process has."""
        own = {name: self.place(value) for name, value in SERVICES[service]["environment"].items()}
        for name in ("TESTIMONY_HOME", "TESTIMONY_MODELS"):
            if name in own:
                volume, writes = mounts(SERVICES[service]).get(own[name], ("nothing", False))
                own[name] = str(self.folder / (volume if writes or not self.read_only else "read-only"))
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), "PYTHONPATH": str(ROOT)} | own

    def command(self, service: str) -> list[str]:
        """What a service does; where it listens, on any port."""
        words = [self.place(word) for word in SERVICES[service]["command"]]
        return [
            "0" if before == "--port" else word for before, word in zip(["", *words], words, strict=False)
        ]

    def run(self, service: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end, as `docker compose run SERVICE ARGUMENT...`; without any, its own."""
        return subprocess.run(
            [*SCRIPTED, *(arguments or self.command(service))],
            env=self.environment(service),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    @contextmanager
    def started(self, service: str) -> Iterator["subprocess.Popen[str]"]:
        """A service that runs, and is stopped as an engine would stop it."""
        process = subprocess.Popen(
            [*SCRIPTED, *self.command(service)],
            env=self.environment(service),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        try:
            yield process
            process.send_signal(signal.SIGTERM)
            assert process.wait(seconds(SERVICES[service].get("stop_grace_period", "10s"))) in (
                0,
                -signal.SIGTERM,
            )
        finally:
            process.kill()
            process.wait()
            process.stdout.close()

    def is_healthy(self, service: str, before: str = "", after: str = "") -> bool:
        """Whether the health check of a service is content, with `after` in place of `before` in it."""
        kind, *words = SERVICES[service]["healthcheck"]["test"]
        words = [self.place(word).replace(before, after) if before else self.place(word) for word in words]
        command = ["sh", "-c", *words] if kind == "CMD-SHELL" else words
        if command[0] == "python":
            command[0] = sys.executable
        environment = self.environment(service)
        return subprocess.run(command, env=environment, capture_output=True, check=False).returncode == 0


def seconds(period: str) -> int:
    """A period of the file, in seconds."""
    found = re.fullmatch(r"(?:(\d+)m)?(?:(\d+)s)?", period)
    assert found
    return int(found[1] or 0) * 60 + int(found[2] or 0)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("stack")
    for name in ("archive", "models", "read-only"):
        (folder / name).mkdir()
    with database() as base, search() as node, mounted(folder / "archive", folder / "read-only") as done:
        yield Stack(folder, done, base, node)


@contextmanager
def mounted(what: Path, where: Path) -> Iterator[bool]:
    """A folder seen elsewhere, for reading alone; whether that can be done here."""
    done = os.geteuid() == 0 and not subprocess.run(["mount", "--bind", what, where], check=False).returncode
    try:
        if done:
            subprocess.run(["mount", "-o", "remount,bind,ro", where], check=True)
        yield done
    finally:
        if done:
            subprocess.run(["umount", where], check=True)


def test_the_image_can_make_the_database_with_these_arguments() -> None:
    """As the image's own script calls initdb, as another user than root."""
    said = SERVICES["database"]["environment"]
    programs = postgresql.find_programs()
    user = "postgres" if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        password = folder / "password"
        password.write_text(said["POSTGRES_PASSWORD"])
        if user is not None:
            shutil.chown(folder, user)
            shutil.chown(password, user)
        command = [programs / "initdb", "--username", said["POSTGRES_USER"], "--pwfile", password]
        done = subprocess.run(
            [*command, *shlex.split(said["POSTGRES_INITDB_ARGS"]), "--no-sync", "-D", folder / "data"],
            user=user,
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "Data page checksums are enabled" in done.stdout
        allowed = (folder / "data/pg_hba.conf").read_text()
        assert re.search(r"^host\s+all\s+all\s+127\.0\.0\.1/32\s+scram-sha-256$", allowed, re.MULTILINE)


def test_the_database_is_healthy_once_it_answers(stack: Stack) -> None:
    program, *words = SERVICES["database"]["healthcheck"]["test"][1:]
    command = [postgresql.find_programs() / program, *words]
    answer = subprocess.run([*command, f"--port={stack.database[1]}"], check=False)
    assert answer.returncode == 0
    with closing(socket.socket()) as nobody:
        nobody.bind(("127.0.0.1", 0))
        answer = subprocess.run([*command, f"--port={nobody.getsockname()[1]}"], check=False)
    assert answer.returncode == 2  # no answer


def test_the_search_engine_is_healthy_once_it_answers_who_has_the_password(stack: Stack) -> None:
    find("curl")
    assert stack.is_healthy("search")
    assert not stack.is_healthy("search", "elastic:", "somebody:")
    assert not stack.is_healthy("search", stack.search.url, "http://127.0.0.1:9")


def test_site_worker_and_metrics_work_together(stack: Stack) -> None:
    find("ffmpeg")
    done = stack.run("schema")
    assert done.returncode == 0, done.stderr
    assert "0 testimonies" in done.stdout
    assert stack.run("schema").returncode == 0  # at the next start it has nothing to do
    tone(stack.folder / "tape.wav", 440, 2.0)
    with stack.started("site") as site:
        assert site.stdout is not None
        address = re.fullmatch(r"(http://127\.0\.0\.1:\d+)/\n", site.stdout.readline())
        assert address
        port = address[1].rpartition(":")[2]
        assert stack.is_healthy("site", ":8000/", f":{port}/")
        with stack.started("worker") as worker:
            done = stack.run(
                "worker", "ingest", str(stack.folder / "tape.wav"), "--access", "public", "--json"
            )
            assert done.returncode == 0, done.stderr
            (public_id,) = json.loads(done.stdout)["published"]
            assert worker.poll() is None
            found = wait_for_search(address[1], 1)
            assert [each["testimony"]["id"] for each in found["hits"]] == [public_id]
            with stack.started("metrics") as metrics:
                assert metrics.stdout is not None
                with urlopen(metrics.stdout.readline().strip(), timeout=60) as answer:
                    measured = answer.read().decode()
            assert re.search(r"^testimony_up 1\.0$", measured, re.MULTILINE)
            assert re.search(r"^testimony_workers 1\.0$", measured, re.MULTILINE)
        (recording,) = read(f"{address[1]}/api/v1/testimonies/{public_id}")["recordings"]
        with urlopen(f"{address[1]}/recordings/{recording['id']}/media", timeout=60) as answer:
            assert answer.status == 200
            assert len(answer.read()) > 1000
    done = stack.run("worker", "verify")
    assert done.returncode == 0, done.stdout + done.stderr


def read(address: str) -> Any:
    with urlopen(address, timeout=60) as answer:
        return json.load(answer)


def wait_for_search(address: str, testimonies: int) -> Any:
    until = time.monotonic() + 60
    while True:
        found = read(f"{address}/api/v1/search")
        if found["total"]["testimonies"] == testimonies:
            return found
        assert time.monotonic() < until, found
        time.sleep(0.3)
