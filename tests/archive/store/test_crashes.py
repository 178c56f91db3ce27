"""Writers that die, and many at once. The scenarios stand in `crashes`."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.archive.store import crashes

pytestmark = pytest.mark.slow


def run(scenario: str, folder: Path, amount: int) -> list[int]:
    done = subprocess.run(
        [sys.executable, "-m", crashes.__name__, scenario, str(folder), str(amount)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [int(line) for line in done.stdout.split()]


@pytest.mark.parametrize("step", [8, pytest.param(1, marks=pytest.mark.slow)])
def test_death_at_every_point(tmp_path: Path, step: int) -> None:
    new, existing = run("points", tmp_path, step)
    assert new > 60
    assert existing > 30


@pytest.mark.parametrize("rounds", [3, pytest.param(40, marks=pytest.mark.slow)])
def test_kill_9_at_random_moments(tmp_path: Path, rounds: int) -> None:
    (acknowledged,) = run("kills", tmp_path, rounds)
    assert acknowledged > 0


@pytest.mark.parametrize("rounds", [3, pytest.param(30, marks=pytest.mark.slow)])
def test_a_crowd_of_processes_loses_nothing(tmp_path: Path, rounds: int) -> None:
    run("crowd", tmp_path, rounds)
