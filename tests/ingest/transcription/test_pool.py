"""Recogniser processes work side by side, die alone, and never outlive their parent."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError, wait
from dataclasses import dataclass
from pathlib import Path

import pytest

from archive.errors import LanguageUnknown, ProgramMissing, RecognitionFailed
from ingest.transcription.pool import RecogniserPool
from ingest.transcription.transcriber import Language, Transcriber
from ingest.transcription.windows import Window
from tests.contracts.transcriber import Script, sound_of, write_sound

ENGLISH = Language("en", 0.9)


def second(number: int) -> Window:
    return Window(number, (number - 1) * 1000, number * 1000)


def pids(log: Path) -> dict[int, int]:
    """Window number -> process that recognised it."""
    lines = [line.split() for line in log.read_text().splitlines()]
    return {int(number): int(pid) for number, pid, _ in lines}


def is_gone(pid: int, within_s: float = 10) -> bool:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.05)
    return False


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sound(tmp_path_factory.mktemp("sound") / "s16", sound_of(12))


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log") / "log"


@pytest.fixture(scope="module")
def pool(log: Path) -> Iterator[RecogniserPool]:
    """Two processes; window 7 kills one, over window 8 one gives up."""
    script = Script(dies_at=frozenset({7}), fails_at=frozenset({8}), log=log)
    with RecogniserPool(script, 2) as pool:
        yield pool


def test_windows_are_recognised_for_many_threads(pool: RecogniserPool, sound: Path) -> None:
    futures = {}

    def submit(number: int) -> None:
        futures[number] = pool.recognise(sound, second(number), ENGLISH)

    threads = [threading.Thread(target=submit, args=(number,)) for number in range(1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, future in futures.items():
        heard = future.result(30)
        assert (heard.number, heard.start_ms, heard.language) == (number, (number - 1) * 1000, "en")
        assert len(heard.words) == 2


def test_the_language_is_heard(pool: RecogniserPool, sound: Path) -> None:
    assert pool.hear_language(sound, second(1)).result(30)["en"] == 0.9


@pytest.mark.slow
def test_a_crash_fails_its_window_and_the_pool_goes_on(pool: RecogniserPool, sound: Path) -> None:
    futures = [pool.recognise(sound, second(number), ENGLISH) for number in (1, 7, 7, 7, 2, 3)]
    outcomes = [type(future.exception(60)) for future in futures]
    assert outcomes == [type(None), *[RecognitionFailed] * 3, type(None), type(None)]
    with pytest.raises(RecognitionFailed, match="6000 to 7000 ms"):
        futures[1].result()


def test_an_engine_that_gives_up_keeps_its_process(pool: RecogniserPool, sound: Path, log: Path) -> None:
    wait([pool.recognise(sound, second(9), ENGLISH), pool.recognise(sound, second(10), ENGLISH)])
    before = set(pids(log).values())
    with pytest.raises(RecognitionFailed, match="gives up on window 8"):
        pool.recognise(sound, second(8), ENGLISH).result(30)
    pool.recognise(sound, second(11), ENGLISH).result(30)
    assert pids(log)[11] in before


def test_a_missing_file_fails_its_window_alone(pool: RecogniserPool, tmp_path: Path, sound: Path) -> None:
    with pytest.raises(RecognitionFailed, match="FileNotFoundError"):
        pool.recognise(tmp_path / "nothing", second(1), ENGLISH).result(30)
    assert pool.recognise(sound, second(1), ENGLISH).result(30).number == 1


@pytest.mark.slow
def test_a_process_killed_while_idle_is_replaced(pool: RecogniserPool, sound: Path, log: Path) -> None:
    pool.recognise(sound, second(1), ENGLISH).result(30)
    for pid in set(pids(log).values()):
        if not is_gone(pid, 0.05):
            os.kill(pid, signal.SIGKILL)
            assert is_gone(pid)
    for number in (1, 2, 3):
        assert pool.recognise(sound, second(number), ENGLISH).result(30).number == number


@pytest.mark.slow
def test_ctrl_c_and_stop_are_not_for_the_processes(pool: RecogniserPool, sound: Path, log: Path) -> None:
    pool.recognise(sound, second(4), ENGLISH).result(30)
    pid = pids(log)[4]
    for number in (signal.SIGINT, signal.SIGTERM):
        os.kill(pid, number)
    time.sleep(0.2)
    assert not is_gone(pid, 0.1)


@dataclass(frozen=True)
class NoWeights:
    """A factory as on a machine without a model."""

    def __call__(self) -> Transcriber:
        raise ProgramMissing("install the weights")


@pytest.mark.parametrize("eager", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_a_missing_model_is_said(sound: Path, eager: bool) -> None:
    with (
        RecogniserPool(NoWeights(), 1, eager=eager) as pool,
        pytest.raises(ProgramMissing, match="install the weights"),
    ):
        pool.recognise(sound, second(1), ENGLISH).result(30)


@pytest.mark.slow
def test_closing_ends_all_at_once(sound: Path, tmp_path: Path) -> None:
    pool = RecogniserPool(Script(takes_s=0.0, log=tmp_path / "log"), 1)
    pool.recognise(sound, second(1), ENGLISH).result(30)
    pid = pids(tmp_path / "log")[1]
    pool.close()
    assert is_gone(pid, 0.1)
    assert pool.recognise(sound, second(1), ENGLISH).cancelled()
    pool.close()


def test_what_runs_or_waits_when_it_closes_is_cancelled(sound: Path) -> None:
    pool = RecogniserPool(Script(takes_s=60), 1)
    running, waiting = (pool.recognise(sound, second(number), ENGLISH) for number in (1, 2))
    while not running.running():
        time.sleep(0.01)
    started = time.monotonic()
    pool.close()
    assert time.monotonic() - started < 10
    for future in (running, waiting):
        with pytest.raises(CancelledError):
            future.result(1)


KILLED = """
import sys
from pathlib import Path
from ingest.transcription.pool import RecogniserPool
from ingest.transcription.transcriber import Language
from ingest.transcription.windows import Window
from tests.contracts.transcriber import Script

if __name__ == "__main__":
    sound, log = map(Path, sys.argv[1:])
    pool = RecogniserPool(Script(log=log), 2)
    pool.recognise(sound, Window(1, 0, 1000), Language("en")).result(30)
    slow = RecogniserPool(Script(takes_s=60, log=log), 1, eager=True)
    slow.recognise(sound, Window(2, 0, 1000), Language("en"))
    print("ready", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, pytest.param(None, marks=pytest.mark.slow)])
def test_no_process_outlives_its_parent(how: signal.Signals | None, sound: Path, tmp_path: Path) -> None:
    script, log = tmp_path / "parent.py", tmp_path / "log"
    script.write_text(KILLED)
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, script, sound, log],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(root)},
        cwd=root,
    ) as parent:
        assert parent.stdout is not None
        assert parent.stderr is not None
        assert parent.stdout.readline() == "ready\n"
        children = descendants(parent.pid)
        assert pids(log)[1] in children
        if how is not None:
            parent.send_signal(how)
        else:
            parent.communicate(timeout=30)
    assert parent.returncode == (-how if how else 0)
    for pid in children:
        assert is_gone(pid), pid


def descendants(pid: int) -> set[int]:
    """All processes below one."""
    below = {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}
    for thread in Path(f"/proc/{pid}/task").iterdir():
        below |= {int(child) for child in (thread / "children").read_text().split()}
    return below.union(*(descendants(child) for child in below))


@pytest.mark.slow
def test_an_unknown_language_stays_one(sound: Path) -> None:
    with (
        RecogniserPool(Script(unknown=frozenset({"rom"})), 1) as pool,
        pytest.raises(LanguageUnknown, match="does not know the language 'rom'"),
    ):
        pool.recognise(sound, second(1), Language("rom")).result(60)
