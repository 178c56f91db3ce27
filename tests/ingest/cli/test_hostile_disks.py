"""Disks that fill up, are read-only or go away, and files that change: said, nothing half-done, and the same
command goes on to the same end once things are in order."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.archive.store.soundness import validate
from tests.databases import check_whole
from tests.ingest.cli.depositing import Done, House, tone

pytestmark = pytest.mark.slow


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "archive")


@pytest.fixture
def deposit(tmp_path: Path) -> Path:
    """Two recordings, about 0.5 MB each."""
    folder = tmp_path / "deposit"
    folder.mkdir()
    tone(folder / "a.wav", 300, 30)
    tone(folder / "b.wav", 310, 30)
    return folder


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[Callable[..., None]]:
    """A disk of its own at `folder`; gives what mounts it anew with other options."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("only root may mount a disk, where it may")

    def remount(options: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{options}", str(folder)], check=True)

    try:
        yield remount
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


PLACES = {
    "everything": "",
    "the store": "store",
    "the derivatives": "derivatives",
    "the work folder": "work",
    "the index": "index",
}


def is_whole(house: House) -> None:
    """Nothing that was acknowledged is torn, and nothing half-done lies about."""
    if house.rows("SELECT version_num FROM alembic_version"):
        check_whole(house.home)
        house.check_folders()
    validate(house.home / "store")


def check_full(house: House, deposit: Path, place: str, kilobytes: int) -> None:
    """Fill up a disk of `kilobytes` with an ingest, make room, and ingest again."""
    folder = house.home / PLACES[place]
    with small_disk(folder, kilobytes) as remount:
        done = house.ingest(deposit)
        assert "Traceback" not in done.stderr
        is_whole(house)
        if done.code == 0:
            house.check(2)  # it was large enough
            return
        assert done.code == 1
        said = " ".join(done.reasons.values())
        assert "full" in said or "No space left" in said, said
        assert str(folder) in said
        remount("size=100000k")
        again = house.ingest(deposit)
        assert again.code == 0, (again.stdout, again.stderr)
        house.check(2)


@pytest.mark.parametrize(
    ("place", "kilobytes"),
    [
        ("everything", 4),
        ("everything", 900),
        ("the store", 300),
        ("the derivatives", 100),
        ("the work folder", 500),
        ("the index", 40),
    ],
)
def test_a_full_disk_is_said_and_a_second_run_goes_on(
    place: str, kilobytes: int, house: House, deposit: Path
) -> None:
    check_full(house, deposit, place, kilobytes)


@pytest.mark.faults
@pytest.mark.parametrize("kilobytes", [*range(8, 400, 28), *range(400, 3200, 200)])
def test_wherever_the_disk_gets_full(kilobytes: int, house: House, deposit: Path) -> None:
    check_full(house, deposit, "everything", kilobytes)


@pytest.mark.parametrize("place", PLACES)
def test_a_read_only_disk_is_said(place: str, house: House, deposit: Path) -> None:
    house.ingest(tone(deposit.parent / "first.wav", 500))
    folder = house.home / PLACES[place]
    disk = house.home.with_name("disk")
    with small_disk(disk, 100_000) as remount:
        shutil.copytree(folder, disk, dirs_exist_ok=True)
        shutil.rmtree(folder)
        folder.symlink_to(disk)
        before = sorted(str(path) for path in disk.rglob("*"))
        remount("ro")
        done = house.ingest(deposit)
        assert done.code == 1
        assert "Traceback" not in done.stderr
        said = " ".join(done.reasons.values())
        assert "read-only" in said.casefold(), said
        assert sorted(str(path) for path in disk.rglob("*")) == before
        remount("rw")
        assert house.ingest(deposit).code == 0
        house.check(3)


def test_a_file_that_grows_while_it_is_read_is_refused(house: House, deposit: Path) -> None:
    path, stop = deposit / "b.wav", Event()

    def write() -> None:
        with path.open("ab", buffering=0) as file:
            while not stop.wait(0.001):
                file.write(bytes(1000))

    writer = Thread(target=write)
    writer.start()
    try:
        done = house.ingest(deposit)
    finally:
        stop.set()
        writer.join()
    assert done.reasons.keys() == {"b.wav"}
    assert "was changed while it was read; ingest it again when nobody writes to it" in done.reasons["b.wav"]
    house.check(1)
    assert house.ingest(deposit).code == 0
    house.check(2)


def interfere(house: House, deposit: Path, act: str) -> str:
    """An ingest in which something happens to a file after it was received; the reason that is given."""
    code = (
        "import runpy, sys, shutil, pathlib, ingest.worker\n"
        "run = ingest.worker.run_worker\n"
        f"path = pathlib.Path({str(deposit / 'b.wav')!r})\n"
        "def later(*arguments, **more):\n"
        f"    {act}\n"
        "    return run(*arguments, **more)\n"
        "ingest.worker.run_worker = later\n"
        "sys.argv = sys.argv[1:]\n"
        "runpy.run_module('tests.ingest.cli.scripted', run_name='__main__', alter_sys=True)\n"
    )
    script = deposit.parent / "interfere.py"
    script.write_text(code)
    done = subprocess.run(
        [sys.executable, script, "testimony", "ingest", "--access", "public", "--json", deposit],
        env=house.environment(),
        cwd=deposit.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    found = Done(done.returncode, done.stdout, done.stderr)
    assert found.code == 1, done.stderr
    assert len(found.answer["published"]) == 1
    assert found.reasons.keys() == {"b.wav"}
    assert "Traceback" not in found.stderr
    return found.reasons["b.wav"]


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        ("path.write_bytes(path.read_bytes()[:-1000])", "was changed since it was received; ingest it again"),
        ("path.write_bytes(path.read_bytes() + bytes(1000))", "was changed since it was received"),
        ("path.unlink()", "is no longer where it was received from; ingest it again"),
    ],
)
def test_a_file_that_changes_or_goes_after_it_was_received(
    act: str, reason: str, house: House, deposit: Path
) -> None:
    content = (deposit / "b.wav").read_bytes()
    assert reason in interfere(house, deposit, act)
    house.check_folders()
    validate(house.home / "store")
    path = deposit / "b.wav"
    if not path.exists():
        path.write_bytes(content)
    again = house.ingest(deposit)
    assert again.code == 0, again.stderr
    house.check(2)


@pytest.mark.parametrize("error", ["EIO", "ESTALE"])
def test_a_disk_that_goes_away_while_it_is_read_is_said(error: str, house: House, deposit: Path) -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not here (Debian: apt install strace)")
    path = deposit / "b.wav"
    before = [
        "strace",
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-P",
        path,
        "-e",
        f"inject=read:error={error}:when=2+",
    ]
    done = house.ingest(deposit, before=before)
    assert done.reasons.keys() == {"b.wav"}
    assert "cannot be read" in done.reasons["b.wav"]
    house.check(1)
    assert house.ingest(deposit).code == 0
    house.check(2)
