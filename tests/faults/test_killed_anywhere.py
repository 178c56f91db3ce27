"""Killed with -9 before any rename or sync, and run again: the same archive in the end, in full.

`make test` kills at the points where something was once left behind, or went wrong for ever, and at one
chosen by chance. `make test-faults` takes what a kill would leave at every single one (some 2,000) from
copies of the archive that are made while a run stands still there, and really kills at some of them, too:
that shows what copies can't, processes that outlive the one that was killed.
"""

import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.databases import sqlite_alone
from tests.faults import deposits, tracer
from tests.faults.killing import Ground, Point, Proof
from tests.faults.scenarios import SCENARIOS

pytestmark = [pytest.mark.slow, sqlite_alone("archives are copied with their file at every call")]

PARTS = 2
"""The long round of a scenario is cut into these, so that several processes share it."""

KILLED = 25
"""Of so many points one is really killed at in the long round."""

MISSED = 0.1
"""How large a part of all killings may come to nothing, since threads don't always take the same turns."""


@pytest.fixture(scope="session", autouse=True)
def can_trace(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Where processes can't be traced, the tests are skipped."""
    reason = "processes can be traced on Linux alone (x86-64, aarch64)"
    if tracer.SUPPORTED:
        report = tmp_path_factory.mktemp("tracing") / "report"
        command = [sys.executable, "-m", "tests.faults.tracer", str(report.parent), str(report), "--", "true"]
        done = subprocess.run(command, cwd=deposits.ROOT, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return
        reason = f"processes can't be traced here: {done.stderr.strip().splitlines()[-1:]}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def prove(tmp_path: Path) -> Callable[[str], Proof]:
    return lambda name: Proof(SCENARIOS[name], Ground(tmp_path / "ground"))


def last(points: list[Point], call: str, path: str) -> Point:
    """The last of the calls on a path that ends so; a path that is no longer there fails the test."""
    return [point for point in points if point[0] == call and point[1].endswith(path)][-1]


def first(points: list[Point], call: str, path: str) -> Point:
    """The first of them."""
    return next(point for point in points if point[0] == call and point[1].endswith(path))


Choose = Callable[[list[Point], str, str], Point]


@pytest.mark.parametrize(
    ("name", "chosen"),
    [
        (
            "ingest",
            [
                # Left beside the file: a draft of the store's declaration, a half poster.
                (first, "rename", "store/0=ocfl_1.1"),
                (last, "fsync", ".part"),
                # Left for good: changes that no later ingest carried on.
                (last, "rename", "inventory.json"),
            ],
        ),
        ("worker", [(last, "unlink", "archive.db-journal")]),
        ("revision", [(first, "rename", "inventory.json")]),
        # The index refused every further writer.
        ("closing", [(first, "fdatasync", "#")]),
    ],
)
def test_killed_at_a_few_points(
    name: str, chosen: list[tuple[Choose, str, str]], prove: Callable[[str], Proof]
) -> None:
    proof = prove(name)
    points = [choose(proof.points, call, path) for choose, call, path in chosen]
    if name == "ingest":
        seed = random.SystemRandom().randrange(1_000_000)
        points.append(random.Random(seed).choice(proof.points))
        sys.stdout.write(f"seed {seed}: {points[-1]}\n")
    assert list(filter(None, map(proof.killed_at, points))) == []


PARTS_OF_ALL = [
    pytest.param(name, part, id=f"{name}-{part + 1}-of-{PARTS}")
    for name in SCENARIOS
    for part in range(PARTS)
]


@pytest.mark.faults
@pytest.mark.parametrize(("name", "part"), PARTS_OF_ALL)
def test_killed_everywhere(name: str, part: int, prove: Callable[[str], Proof]) -> None:
    proof = prove(name)
    states = range(part, len(proof.states), PARTS)
    points = proof.points[part * KILLED // PARTS :: KILLED]
    sys.stdout.write(f"{len(proof.points)} points, {len(states)} states, {len(points)} kills\n")
    assert list(filter(None, map(proof.left_at, states))) == []
    assert list(filter(None, map(proof.killed_at, points))) == []
    assert proof.missed <= 1 + MISSED * len(points)
