"""`testimony serve`: prints its address once it answers, and leaves no process behind, however it ends."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ingest.cli.serve import listen
from tests.archives import SmallArchive

pytestmark = pytest.mark.slow


def children(pid: int) -> set[int]:
    """The processes below one, as the kernel lists them."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found |= {int(child)} | children(int(child))
    return found


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads process lists from /proc")
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
