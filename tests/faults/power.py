"""Disks that lose their power: an ext4 on a disk that logs its writes (`disk`), and its copies, mounted.

What this reaches: everything from the archive's own calls down through ext4, its journal and its write order,
to a drive with a cache that loses any part of what it was not told to flush, sector by sector. What it does
not: drives that lie about a flush, and file systems other than ext4.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.faults import deposits

SIZE = 64 * 2**20
"""Bytes of the disk. ext4 makes a journal of 4 MiB on it, which the runs fill more than once."""
COMMIT_SECONDS = 300
"""ext4 by itself brings nothing to the disk for this long: what is there was asked for."""

_PROGRAMS = ("mkfs.ext4", "losetup", "mount", "umount")


def why_not() -> str | None:
    """Why no disk can be cut off here, or None."""
    if os.geteuid() != 0:
        return "only root may mount file systems"
    for device in ("/dev/fuse", "/dev/loop-control"):
        if not Path(device).exists():
            return f"there is no {device}"
    for program in _PROGRAMS:
        if shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/sbin") is None:
            return f"{program} is not installed"
    return None


@contextmanager
def logging_disk(folder: Path, log: Path) -> Iterator[Path]:
    """Mount an empty ext4 whose disk logs every write and flush to `log`; gives where it is mounted."""
    served, mounted = folder / "disk", folder / "mounted"
    for each in (served, mounted):
        each.mkdir(parents=True)
    with ExitStack() as undo:
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.disk", str(served), str(SIZE), str(log)],
            cwd=deposits.ROOT,
            stdin=subprocess.DEVNULL,
        )
        undo.callback(_end, server)
        undo.callback(_unmount, served)
        deadline = time.monotonic() + 60
        while not (os.path.ismount(served) and (served / "disk").exists()):
            assert server.poll() is None, "the disk could not be served"
            assert time.monotonic() < deadline
            time.sleep(0.02)
        device = undo.enter_context(_loop(served / "disk"))
        _run("mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", device)
        _run("mount", "-o", f"commit={COMMIT_SECONDS},data=ordered", device, mounted)
        undo.callback(_unmount, mounted)
        yield mounted


@contextmanager
def mounted_copy(folder: Path, content: bytes) -> Iterator[Path]:
    """Mount a disk of this content, as a machine does that starts again; gives where."""
    folder.mkdir(parents=True)
    image, mounted = folder / "image", folder / "mounted"
    image.write_bytes(content)
    mounted.mkdir()
    with ExitStack() as undo:
        undo.callback(shutil.rmtree, folder)
        device = undo.enter_context(_loop(image))
        _run("mount", device, mounted)
        undo.callback(_unmount, mounted)
        yield mounted


@contextmanager
def _loop(file: Path) -> Iterator[str]:
    device = _run("losetup", "--find", "--show", file).strip()
    try:
        yield device
    finally:
        _run("losetup", "--detach", device)


def _unmount(folder: Path) -> None:
    """Unmount it; where a process still uses it, as soon as that lets go."""
    try:
        _run("umount", folder)
    except subprocess.CalledProcessError:
        _run("umount", "--lazy", folder)


def _end(server: "subprocess.Popen[bytes]") -> None:
    try:
        server.wait(timeout=30)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _run(*command: object) -> str:
    search = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    program = shutil.which(str(command[0]), path=search)
    assert program is not None
    return subprocess.run(
        [program, *map(str, command[1:])],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
    ).stdout
