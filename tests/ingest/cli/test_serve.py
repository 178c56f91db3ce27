"""`testimony serve`: prints its address once it answers, and leaves no process behind, however it ends."""

import asyncio
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from archive.database import reading
from archive.queries import outbox
from archive.store.locks import is_held
from ingest.cli.serve import listen
from tests.archives import SmallArchive
from tests.databases import sqlite_alone

pytestmark = pytest.mark.slow


def children(pid: int) -> set[int]:
    """The processes below one, as the kernel lists them."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found |= {int(child)} | children(int(child))
    return found


def workers(pid: int) -> set[int]:
    """Those of them that are workers beside the site."""
    below = children(pid)
    return {one for one in below if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()}


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def waiting(archive: SmallArchive) -> int:
    with reading(archive.engine) as session:
        return outbox.count(session, "index")


def health(address: str) -> dict[str, str]:
    with urllib.request.urlopen(f"{address}healthz", timeout=30) as answer:
        told: dict[str, str] = json.load(answer)
    return told


def wait_until(true: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


reads_processes = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="which processes there are is read from /proc (Linux)"
)


@reads_processes
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_serve_answers_and_leaves_nothing_behind(
    environment: dict[str, str], home: Path, end: signal.Signals
) -> None:
    archive = SmallArchive(home)
    public_id = archive.add("Weather", [["It rained."]])
    archive.close()
    process = subprocess.Popen(
        [sys.executable, "-c", "from ingest.cli import main; main()", "serve", "--port", "0"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        address = process.stdout.readline().strip()
        with urllib.request.urlopen(f"{address}testimonies/{public_id}", timeout=30) as answer:
            assert "It" in answer.read().decode()
        # The worker beside it indexes what waits.
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with urllib.request.urlopen(f"{address}healthz", timeout=30):
                pass
            if (home / "index" / "staff.live").exists():
                break
            time.sleep(0.2)
        below = children(process.pid)
        assert below
        os.kill(process.pid, end)
        process.wait(timeout=30)
        deadline = time.monotonic() + 30
        while any(is_alive(pid) for pid in below) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not [pid for pid in below if is_alive(pid)]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@reads_processes
def test_a_worker_that_ends_unasked_is_said_and_started_again(
    environment: dict[str, str], home: Path, tmp_path: Path
) -> None:
    """It is told in /healthz, and the site stays up. Ctrl-C still ends both."""
    SmallArchive(home).close()
    log = tmp_path / "log"
    with log.open("w") as told:
        process = subprocess.Popen(
            [sys.executable, "-c", "from ingest.cli import main; main()", "serve", "--port", "0"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=told,
            text=True,
            start_new_session=True,
        )
    assert process.stdout is not None
    lock = home / "worker.lock"
    try:
        address = process.stdout.readline().strip()
        wait_until(lambda: is_held(lock))
        assert health(address)["worker"] == "ok"
        (worker,) = workers(process.pid)
        os.kill(worker, signal.SIGKILL)
        wait_until(lambda: health(address)["worker"] == "away")
        assert health(address)["status"] == "ok"
        wait_until(lambda: health(address)["worker"] == "ok" and is_held(lock))
        assert "the worker beside the site was killed by signal 9; started again in 1 s" in log.read_text()
        below = children(process.pid)
        assert workers(process.pid).isdisjoint({worker})
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        process.wait(timeout=30)
        wait_until(lambda: not any(is_alive(pid) for pid in below), 30)
        assert log.read_text().count("the worker beside the site") == 1
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@sqlite_alone("there a busy database was no error of ours")
def test_a_database_that_is_busy_ends_no_worker(
    environment: dict[str, str], home: Path, tmp_path: Path
) -> None:
    archive = SmallArchive(home)
    archive.add("Weather", [["It rained."]])  # has to be found: a worker without work writes nothing
    log = tmp_path / "log"
    hasty = "import archive.sqlite; archive.sqlite.BUSY_TIMEOUT_MS = 300"
    with log.open("w") as told, closing(sqlite3.connect(home / "archive.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        process = subprocess.Popen(
            [sys.executable, "-c", f"{hasty}; from ingest.cli import main; main()", "worker"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=told,
        )
        try:
            wait_until(lambda: "another program keeps" in log.read_text())
            time.sleep(1)
            assert process.poll() is None
            other.execute("ROLLBACK")
            wait_until(lambda: waiting(archive) == 0)
            process.terminate()
            assert process.wait(timeout=30) == 0
        finally:
            process.kill()
            process.wait()
    archive.close()


def test_a_taken_port_is_said(environment: dict[str, str], home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-c", "from ingest.cli import main; main()", "serve", "--port", port],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1, port {port}" in done.stderr


def test_what_is_written_goes_out_at_once() -> None:
    """An answer is written in two pieces; with Nagle's algorithm each took 40 ms more."""

    async def accept() -> int:
        accepted: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def look(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            line = writer.get_extra_info("socket")
            accepted.set_result(line.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        with listen("127.0.0.1", 0) as listener:
            async with await asyncio.start_server(look, sock=listener):
                _, writer = await asyncio.open_connection(*listener.getsockname()[:2])
                writer.close()
                return await accepted

    with ThreadPoolExecutor(1) as beside:  # where a browser's tests have left a loop in this thread
        assert beside.submit(lambda: asyncio.run(accept())).result() != 0
