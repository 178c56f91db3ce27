"""The unit files of docs/deploying: systemd understands them, and what they forbid is not needed."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.request import urlopen

import pytest

from search import indexer
from search.backend import create_backend
from tests.archives import SmallArchive
from tests.deployment.composed import ROOT
from tests.deployment.programs import TESTIMONY, check_command, find
from tests.deployment.units import SERVICES, allowed_calls, command, directives

MOST_EXPOSED = 20
"""Tenths, of 100: what `systemd-analyze security` calls OK."""


def names(path: Path) -> str:
    return path.stem


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The units as they would lie on a server that has their programs and their user."""
    for path in SERVICES:
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"/opt/testimony/\.venv/bin/testimony", sys.executable, text)
        text = re.sub(r"^(User|Group)=testimony$", r"\1=daemon", text, flags=re.MULTILINE)
        (tmp_path / path.name).write_text(text)
    return tmp_path


def test_systemd_understands_them(installed: Path) -> None:
    paths = sorted(str(path) for path in installed.glob("*.service"))
    done = subprocess.run(
        [find("systemd-analyze"), "verify", "--man=no", *paths], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_word_that_systemd_does_not_know_is_noticed(installed: Path) -> None:
    path = installed / SERVICES[0].name
    path.write_text(path.read_text().replace("ProtectHome=", "ProtectHomes="))
    done = subprocess.run(
        [find("systemd-analyze"), "verify", "--man=no", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "ProtectHomes" in done.stderr


@pytest.mark.parametrize("path", SERVICES, ids=names)
def test_they_are_closed_in(path: Path, installed: Path) -> None:
    done = subprocess.run(
        [
            *(
                find("systemd-analyze"),
                "security",
                "--offline=true",
                f"--threshold={MOST_EXPOSED}",
                "--no-pager",
            ),
            str(installed / path.name),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", SERVICES, ids=names)
def test_what_they_start_is_a_command(path: Path) -> None:
    check_command(command(path))


@pytest.mark.parametrize("path", SERVICES, ids=names)
def test_the_document_tells_of_what_they_need(path: Path) -> None:
    document = (ROOT / "docs/deploying.md").read_text(encoding="utf-8")
    said = directives(path)
    assert f"deploying/{path.name}" in document
    for place in (*said["EnvironmentFile"], *said["ReadWritePaths"], "/opt/testimony"):
        assert place in document
    assert said["User"] == ["testimony"]


def test_a_worker_is_stopped_alone() -> None:
    """Else its ffmpeg would be stopped too, and the job would count as failed."""
    (worker,) = [directives(path) for path in SERVICES if command(path) == ["worker"]]
    assert worker["KillMode"] == ["mixed"]


def watched(arguments: Sequence[str], environment: dict[str, str], log: Path) -> "subprocess.Popen[str]":
    """A command of ours with all its system calls, and those of what it starts, written to `log`."""
    return subprocess.Popen(
        [find("strace"), "-f", "-qq", "-o", log, *TESTIMONY, *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def calls(log: Path) -> set[str]:
    """The system calls in a log of strace."""
    return set(re.findall(r"^\d+ +(\w+)\(", log.read_text(errors="replace"), re.MULTILINE))


def families(log: Path) -> set[str]:
    """The kinds of addresses for which sockets were made."""
    return set(re.findall(r" socket\((AF_\w+)", log.read_text(errors="replace")))


def end(process: "subprocess.Popen[str]") -> None:
    """Have strace's command end, politely, and wait for both."""
    for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
        os.kill(int(child), signal.SIGTERM)
    process.wait(timeout=60)


def unit(name: str) -> Path:
    (found,) = [path for path in SERVICES if path.stem == name]
    return found


def check_allowed(path: Path, log: Path) -> None:
    made = calls(log)
    assert {"execve", "openat", "futex"} <= made
    assert made - allowed_calls(path) == set()
    (said,) = directives(path)["RestrictAddressFamilies"]
    assert families(log) <= set(said.split())


@pytest.mark.slow
def test_the_site_makes_no_call_that_is_refused(tmp_path: Path) -> None:
    archive = SmallArchive(tmp_path / "archive", database="sqlite")
    public_id = archive.add("Rain", [["It rained all day."]])
    backend = create_backend(archive.settings)
    indexer.prepare(archive.engine, backend)
    backend.close()
    archive.close()
    log = tmp_path / "calls"
    path = unit("testimony-site")
    arguments = [*command(path)]
    arguments[arguments.index("8000")] = "0"
    environment = os.environ | {"TESTIMONY_HOME": str(tmp_path / "archive")}
    process = watched(arguments, environment, log)
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        for place in ("", "search?q=rain", f"testimonies/{public_id}", "healthz"):
            with urlopen(f"{address}{place}", timeout=60) as answer:
                answer.read()
    finally:
        end(process)
        process.stdout.close() if process.stdout else None
    check_allowed(path, log)


@pytest.mark.slow
@pytest.mark.whisper
def test_the_worker_makes_no_call_that_is_refused(tmp_path: Path) -> None:
    """From a received file to a published transcript, its decoders and recognisers too."""
    sample = ROOT / "samples/collection"
    home, log = tmp_path / "archive", tmp_path / "calls"
    environment = os.environ | {"TESTIMONY_HOME": str(home), "TESTIMONY_RECOGNISERS": "1"}
    process = watched(["ingest", str(sample / "sample-001.mp4"), "--json"], environment, log)
    assert process.stdout is not None
    told = process.stdout.read()
    assert process.wait(timeout=600) == 0, told
    process.stdout.close()
    assert calls(log) >= {"flock", "fsync"}
    check_allowed(unit("testimony-worker"), log)
