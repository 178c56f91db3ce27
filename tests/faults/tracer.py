"""`python -m tests.faults.tracer HOME REPORT [--kill CALL PATH COUNT] [--copies KEPT] -- PROGRAM ARGUMENT...`

Runs a program with all its threads and children, stops it before every call that renames or removes a name
in the folder HOME or brings something in it to the disk, and, if asked, kills the process that makes a
certain one of them with -9 before it is made: a rename, fsync or commit (what SQLite does there is an fsync,
an unlink of its journal, a truncation). With --copies the folder that HOME lies in is copied at each of
these calls, while it waits to be made (`tests.faults.snapshots`). What became of it goes to the file REPORT,
as JSON.

strace's fault injection (`inject=...:signal=KILL:when=N`) counts the calls of each thread by itself, so a
thread that makes fewer calls than another is never killed at most of them; here a call is named by what it
does to which path, and counted among those alike. Nothing in the program knows of it: a seccomp filter has
the kernel stop it at these calls (Linux, x86-64 or aarch64). A process of its own, because it waits for
every child there is.
"""

import argparse
import ctypes
import json
import os
import platform
import re
import signal
import struct
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from archive.identifiers import ALPHABET, LENGTH
from tests.faults.snapshots import Snapshots, State, content_of

CALLS = {
    "x86_64": {
        **{74: "fsync", 75: "fdatasync", 76: "truncate", 77: "ftruncate", 82: "rename", 84: "rmdir"},
        **{86: "link", 87: "unlink", 263: "unlinkat", 264: "renameat", 265: "linkat", 316: "renameat2"},
    },
    "aarch64": {
        **{82: "fsync", 83: "fdatasync", 45: "truncate", 46: "ftruncate", 35: "unlinkat", 37: "linkat"},
        **{38: "renameat", 276: "renameat2"},
    },
}
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
SUPPORTED = sys.platform == "linux" and platform.machine() in CALLS

_PATH_AT = {
    **{"truncate": (None, 0), "rename": (None, 1), "rmdir": (None, 0), "link": (None, 1)},
    **{"unlink": (None, 0), "unlinkat": (0, 1), "linkat": (2, 3), "renameat": (2, 3), "renameat2": (2, 3)},
}
"""Which arguments hold the folder's descriptor and the path (of a rename: the new one)."""

_TRACEME, _CONTINUE, _SET_OPTIONS, _SYSCALL_INFO = 0, 7, 0x4200, 0x420E
_OPTIONS = 0x2 | 0x4 | 0x8 | 0x10 | 0x80 | 0x100000  # fork, vfork, clone, exec, seccomp, kill on exit
_SECCOMP_EVENT = 7
_ALL_THREADS = 0x40000000  # __WALL
_PATIENCE_SECONDS = 15.0
"""How long the children of a killed process may take to end by themselves."""

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long

_RANDOM = re.compile(
    rf"(?<![A-Za-z0-9])([{ALPHABET}]{{{LENGTH}}}|[0-9a-f]{{8,}})(?![A-Za-z0-9])"
    r"|(?<=/)[0-9a-f]{3}(?=/|$)|(?<=/\.tmp)\w{6}$"
)


def general(path: str) -> str:
    """A path with its random parts left out, so that it means the same in every run."""
    return _RANDOM.sub("#", path)


class Tracer:
    """One run of a program."""

    def __init__(self, home: Path, kill: tuple[str, str, int] | None, snapshots: Snapshots | None) -> None:
        self._home = str(home.absolute())
        self._kill = kill
        self._snapshots = snapshots
        self._counts: Counter[tuple[str, str]] = Counter()
        self._living: set[int] = set()
        self._killed_at: float | None = None
        self._states: list[State] = []
        self._last = ""
        self.report: dict[str, object] = {
            **{"points": [], "killed": None, "survivors": []},
            # The folder in every state that differs from the one before, and for each point the place of its.
            **{"states": self._states, "state_at": []},
        }

    def run(self, command: list[str]) -> None:
        """Run it to its end, and that of all that it started."""
        first = os.fork()
        if first == 0:
            _become(command)
        signal.signal(signal.SIGTERM, lambda *_: os.kill(first, signal.SIGTERM))
        self._living = {first}
        os.waitpid(first, 0)
        _ptrace(_SET_OPTIONS, first, _OPTIONS)
        _ptrace(_CONTINUE, first, 0)
        seen = {first}
        while self._living:
            pid, status = self._wait()
            if pid == 0:
                continue
            if os.WIFEXITED(status) or os.WIFSIGNALED(status):
                self._living.discard(pid)
                if pid == first:
                    self.report["status"] = os.waitstatus_to_exitcode(status)
                continue
            passed_on = 0
            if status >> 8 == signal.SIGTRAP | _SECCOMP_EVENT << 8:
                self._look(pid)
            elif status >> 16:
                pass  # a new thread, child or program: nothing to do
            elif pid not in seen:
                self._living.add(pid)  # a new thread or child begins with a stop of its own
            else:
                passed_on = os.WSTOPSIG(status)
            seen.add(pid)
            with suppress(ProcessLookupError):  # it was killed while it stood still
                _ptrace(_CONTINUE, pid, passed_on)

    def _wait(self) -> tuple[int, int]:
        if self._killed_at is None:
            return os.waitpid(-1, _ALL_THREADS)
        try:
            pid, status = os.waitpid(-1, _ALL_THREADS | os.WNOHANG)
        except ChildProcessError:
            self._living.clear()
            return 0, 0
        if pid == 0:
            if time.monotonic() > self._killed_at + _PATIENCE_SECONDS:
                self._give_up()
            time.sleep(0.002)
        return pid, status

    def _give_up(self) -> None:
        """Say which processes outlive the killed one, and end them."""
        survivors = {_field(pid, "Tgid") for pid in self._living}
        self.report["survivors"] = sorted(_command_line(pid) for pid in survivors if pid)
        for pid in survivors:
            with suppress(ProcessLookupError):
                os.kill(pid or 0, signal.SIGKILL)
        self._killed_at = time.monotonic()

    def _look(self, tid: int) -> None:
        """A call is about to be made: note it, or kill the process that makes it."""
        buffer = ctypes.create_string_buffer(88)
        _ptrace(_SYSCALL_INFO, tid, ctypes.addressof(buffer), len(buffer))
        number, *arguments = struct.unpack_from("<7Q", buffer, 24)
        call = CALLS[platform.machine()][number]
        path = _path(tid, call, arguments)
        if path is None or not path.startswith(self._home):
            return
        point = (call, general(path[len(self._home) :].lstrip("/")))
        self._counts[point] += 1
        points = self.report["points"]
        assert isinstance(points, list)
        points.append([*point, self._counts[point]])
        if self._snapshots is not None:
            self._copy(self._snapshots)
        if self._kill == (*point, self._counts[point]):
            self.report["killed"] = path
            self._killed_at = time.monotonic()
            os.kill(_field(tid, "Tgid") or tid, signal.SIGKILL)

    def _copy(self, snapshots: Snapshots) -> None:
        state = snapshots.take()
        content = content_of(state)
        if content != self._last:
            self._states.append(state)
            self._last = content
        state_at = self.report["state_at"]
        assert isinstance(state_at, list)
        state_at.append(len(self._states) - 1)


def _become(command: list[str]) -> None:
    """In the child: be traced, have the kernel stop us at the calls, and become the program."""
    try:
        libc.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS, without which only root may filter
        _ptrace(_TRACEME, 0, 0)
        os.kill(os.getpid(), signal.SIGSTOP)
        numbers = sorted(CALLS[platform.machine()])
        program = struct.pack("<HBBI", 0x20, 0, 0, 4)  # load the architecture
        program += struct.pack("<HBBI", 0x15, 0, len(numbers) + 1, ARCHITECTURES[platform.machine()])
        program += struct.pack("<HBBI", 0x20, 0, 0, 0)  # load the number of the call
        for index, number in enumerate(numbers):
            program += struct.pack("<HBBI", 0x15, len(numbers) - index, 0, number)
        program += struct.pack("<HBBI", 0x06, 0, 0, 0x7FFF0000)  # allow
        program += struct.pack("<HBBI", 0x06, 0, 0, 0x7FF00000)  # stop for the tracer
        kept = ctypes.create_string_buffer(program, len(program))
        header = struct.pack("<HxxxxxxQ", len(program) // 8, ctypes.addressof(kept))
        if libc.prctl(22, 2, ctypes.create_string_buffer(header, len(header)), 0, 0):
            raise OSError(ctypes.get_errno(), "no seccomp filter")
        os.execvp(command[0], command)  # noqa: S606 - an argument list, no shell
    finally:
        os._exit(127)


def _ptrace(request: int, pid: int, data: int, size: int = 0) -> None:
    if libc.ptrace(request, pid, size, data) < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def _path(tid: int, call: str, arguments: list[int]) -> str | None:
    """The path that a call is about, None where it is about no file."""
    if call not in _PATH_AT:
        return _link(tid, f"fd/{arguments[0]}")
    folder_at, path_at = _PATH_AT[call]
    path = _text(tid, arguments[path_at])
    if path.startswith("/"):
        return path
    descriptor = None if folder_at is None else ctypes.c_int32(arguments[folder_at]).value
    folder = _link(tid, "cwd" if descriptor in (None, -100) else f"fd/{descriptor}")
    return None if folder is None else f"{folder}/{path}"


def _link(tid: int, name: str) -> str | None:
    try:
        return str(Path(f"/proc/{tid}/{name}").readlink()).removesuffix(" (deleted)")
    except OSError:
        return None


def _text(tid: int, address: int) -> str:
    """A string in the memory of a traced process."""
    with Path(f"/proc/{tid}/mem").open("rb", buffering=0) as memory:
        found = b""
        while b"\0" not in found:
            memory.seek(address + len(found))
            found += memory.read(256 - (address + len(found)) % 256)  # never beyond a page that is there
    return os.fsdecode(found.partition(b"\0")[0])


def _field(pid: int, name: str) -> int | None:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1])
    return None


def _command_line(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return str(pid)


def main() -> None:
    """Trace the program that the command line names."""
    at = sys.argv.index("--")
    parser = argparse.ArgumentParser(prog="tracer")
    parser.add_argument("home", type=Path)
    parser.add_argument("report", type=Path)
    parser.add_argument("--kill", nargs=3, metavar=("CALL", "PATH", "COUNT"))
    parser.add_argument("--copies", type=Path, metavar="KEPT")
    asked = parser.parse_args(sys.argv[1:at])
    kill = (asked.kill[0], asked.kill[1], int(asked.kill[2])) if asked.kill else None
    snapshots = None
    if asked.copies:
        snapshots = Snapshots(asked.home.absolute().parent, asked.copies, without=(asked.report.name,))
    tracer = Tracer(asked.home, kill, snapshots)
    tracer.run(sys.argv[at + 1 :])
    asked.report.write_text(json.dumps(tracer.report))


if __name__ == "__main__":
    main()
