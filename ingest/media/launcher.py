"""Starts a program under limits: run as a script, in a fresh interpreter, by `ingest.media.commands` alone.

    launcher.py PARENT CPU_SECONDS MEMORY_BYTES FILE_BYTES PROGRAM ARGUMENT...

Limits set in the forked copy of a process with threads (`preexec_fn`) can deadlock; here they are set in a
process that has only one. The program takes this process's place, so its id and exit status are the
program's. On Linux it dies with its parent, however that one dies.
"""

import ctypes
import os
import resource
import signal
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def _limit(kind: int, most: int) -> None:
    """Lower a limit to `most`, never raise it above what this process may have."""
    _, hard = resource.getrlimit(kind)
    allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (allowed, allowed))


def _launch(parent: int, cpu_seconds: int, memory: int, file_size: int, command: list[str]) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the kernel was told
            sys.exit(1)
        _limit(resource.RLIMIT_AS, memory)  # elsewhere not kept, or refused
    _limit(resource.RLIMIT_CPU, cpu_seconds)
    _limit(resource.RLIMIT_FSIZE, file_size)
    _limit(resource.RLIMIT_CORE, 0)
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)  # Python ignores them, and a program would inherit that
    os.environ.pop("FFREPORT", None)  # would have ffmpeg write a log, with file names, where it pleases
    os.execv(command[0], command)  # noqa: S606 - an argument list, no shell


if __name__ == "__main__":
    parent, cpu_seconds, memory, file_size = (int(number) for number in sys.argv[1:5])
    _launch(parent, cpu_seconds, memory, file_size, sys.argv[5:])
