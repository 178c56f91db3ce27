"""Killing a command at a chosen call, running it again, and comparing what has come of it.

A scenario is a line in `SCENARIOS` (test_killed_anywhere): how the archive is made beforehand, the command,
and how its second run is asked. Everything else is the same for all.
"""

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from archive.store.locks import is_held
from tests.faults import deposits, endstate
from tests.faults.snapshots import State, restore

Point = tuple[str, str, int]
"""A call, the path that it is about without its random parts, and which of those alike."""


@dataclass
class Ground:
    """A folder in which archives of one scenario are made and killed. `deposit` is what is ingested."""

    folder: Path
    count: int = 0

    @property
    def deposit(self) -> Path:
        return self.folder / "deposit"

    def fresh(self) -> Path:
        """A folder for one more round."""
        self.count += 1
        folder = self.folder / str(self.count)
        folder.mkdir(parents=True)
        return folder


@dataclass(frozen=True)
class Scenario:
    """What is done to an archive, and killed while it is done."""

    name: str
    arguments: Callable[[Ground], list[str]]
    prepare: Callable[[Ground, Path], None] = lambda ground, home: None
    """Makes the archive that the command finds, in `home`."""
    ends: bool = True
    """Whether the command ends by itself; else it is asked to once nothing is left to do."""
    windows: int = 0
    """How many windows it has heard in the end."""
    carry_on: Callable[[Ground], list[str]] | None = None
    """For a command whose every run adds to the record (a word on access is kept however often it is said):
    another command, which carries on with whatever waits and says nothing itself. It runs after the killed
    one; where that had not been acted upon at all, it is then given once more."""


@dataclass
class Run:
    """One run of the command: what the tracer saw of it, and what it told."""

    points: list[Point]
    killed: str | None
    survivors: list[str]
    states: list[State]
    state_at: list[int]
    status: int
    stdout: str
    stderr: str


@dataclass
class Proof:
    """One scenario on its ground: undisturbed once, then killed as often as asked."""

    scenario: Scenario
    ground: Ground
    before: Path = field(init=False)
    untouched: endstate.EndState | None = field(init=False, default=None)
    expected: endstate.EndState = field(init=False)
    points: list[Point] = field(init=False)
    states: list[State] = field(init=False)
    """What the folder held at the points, one after the other; states that don't differ are one."""
    missed: int = field(init=False, default=0)
    """How many killings came to nothing: two threads don't always make their calls in the same order."""

    def __post_init__(self) -> None:
        deposits.make_deposit(self.ground.deposit)
        self.before = self.ground.folder / "before"
        self.before.mkdir()
        self.scenario.prepare(self.ground, self.before)
        if self.scenario.carry_on is not None:
            self.untouched = endstate.look(self.before)
        folder = self._copy()
        run = self._run(folder, copies=True)
        assert run.status == 0, run.stderr
        assert sum(_heard(folder / "heard").values()) == self.scenario.windows
        self.expected = endstate.look(folder / "archive")
        self.points = run.points
        self.states = run.states
        assert len(run.state_at) == len(run.points)
        shutil.rmtree(folder)

    def killed_at(self, point: Point) -> str | None:
        """Kill it there, run it again, compare. Returns what is wrong, or None."""
        folder = self._copy()
        first = self._run(folder, kill=point)
        self.missed += first.killed is None
        outlived = [f"a process outlived the one that was killed: {each}" for each in first.survivors]
        at = first.killed or "nowhere, it was not reached"
        how = f"killed before {point[0]} number {point[2]} of {point[1] or 'the folder'} ({at})"
        return self._carry_on(folder, how, outlived)

    def left_at(self, number: int) -> str | None:
        """As `killed_at`, from the copy of a state: what a kill at that moment would have left."""
        folder = self.ground.folder / f"state {number}"
        restore(self.states[number], self._kept, folder)
        return self._carry_on(folder, f"left in state {number} of {len(self.states)}", [])

    @property
    def _kept(self) -> Path:
        return self.ground.folder / "kept"

    def _carry_on(self, folder: Path, how: str, wrong: list[str]) -> str | None:
        """Run it again in a folder that was left so, and compare."""
        home, heard = folder / "archive", folder / "heard"
        wrong += endstate.leaks(home)
        second = self._run(folder, self.scenario.carry_on)
        try:
            if self.untouched is not None and not self.untouched.differences(endstate.look(home)):
                second = self._run(folder)
            wrong += self.expected.differences(endstate.look(home))
        except AssertionError as error:
            wrong.append(str(error))
        if second.status != 0 or "Traceback" in second.stderr:
            wrong.append(f"the next run ended with {second.status}")
        twice = {window: count for window, count in _heard(heard).items() if count > 1}
        if len(twice) > 1 or max(twice.values(), default=1) > 2:
            wrong.append(f"heard more than once: {twice}")
        wrong += endstate.leaks(home)
        shutil.rmtree(folder)
        if not wrong:
            return None
        told = "".join(f"\n    {line}" for line in [*wrong[:12], *second.stderr.splitlines()[-8:]])
        return f"{how}:{told}"

    def _copy(self) -> Path:
        folder = self.ground.fresh()
        shutil.copytree(self.before, folder / "archive")
        return folder

    def _run(
        self,
        folder: Path,
        command: Callable[[Ground], list[str]] | None = None,
        kill: Point | None = None,
        *,
        copies: bool = False,
    ) -> Run:
        arguments = (command or self.scenario.arguments)(self.ground)
        home, report = folder / "archive", folder / "report.json"
        report.unlink(missing_ok=True)
        at = [] if kill is None else ["--kill", kill[0], kill[1], str(kill[2])]
        at += ["--copies", str(self._kept)] if copies else []
        tracer = [sys.executable, "-m", "tests.faults.tracer", str(home), str(report), *at, "--"]
        with subprocess.Popen(
            [*tracer, *deposits.COMMAND, *arguments],
            cwd=deposits.ROOT,
            env=deposits.environment(home, folder / "heard"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                if not self.scenario.ends:
                    _wait_until_idle(home, process)
                    process.send_signal(signal.SIGTERM)
                stdout, stderr = process.communicate(timeout=300)
            except BaseException:
                process.kill()  # all that it traces dies with it
                raise
        assert process.returncode == 0, stderr
        told = json.loads(report.read_text())
        return Run(
            [(call, path, count) for call, path, count in told["points"]],
            told["killed"],
            told["survivors"],
            told["states"],
            told["state_at"],
            told["status"],
            stdout,
            stderr,
        )


def _heard(log: Path) -> Counter[str]:
    return Counter(log.read_text().splitlines()) if log.exists() else Counter()


def count(home: Path, query: str) -> int | None:
    """A number from the database, as any other process would read it; None where there are no tables yet."""
    if not (home / "archive.db").exists():
        return None
    with closing(sqlite3.connect(home / "archive.db", timeout=60)) as database:
        try:
            (number,) = database.execute(query).fetchone()
        except sqlite3.OperationalError:
            return None
    return int(number)


def _wait_until_idle(home: Path, process: "subprocess.Popen[str]") -> None:
    """Wait until the worker is there and nothing is left to do, or it is dead."""
    deadline = time.monotonic() + 300
    waiting = (
        "SELECT (SELECT count(*) FROM job) + (SELECT count(*) FROM outbox)"
        " + (SELECT count(*) FROM copies_due WHERE at IS NOT NULL)"
    )
    while process.poll() is None and not (is_held(home / "worker.lock") and count(home, waiting) == 0):
        assert time.monotonic() < deadline, "the work is not done after five minutes"
        time.sleep(0.2)
