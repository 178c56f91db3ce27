"""Cut off from power at random moments: whatever was acknowledged is there and whole, and the next run goes
on to the same end."""

import json
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from archive.store import create_store
from tests.databases import settings_of, sqlite_alone
from tests.faults import deposits, endstate, power
from tests.faults.disk import Disk

pytestmark = [pytest.mark.slow, sqlite_alone("what is cut off lies on its disk; a server's disk is not ours")]

SHORT = (3, 2)
"""Cuts of an ingest, and of words and revisions, in `make test`."""
LONG = (5, 5)
"""The same in each of the parts of the long round."""
PARTS = 10
WORDS = 8
"""What each of two people says while power is cut."""


@pytest.fixture(scope="module", autouse=True)
def can_cut() -> None:
    reason = power.why_not()
    if reason is not None:
        pytest.skip(f"no disk can be cut off from power: {reason}")


@pytest.fixture
def deposit(tmp_path: Path) -> Path:
    return deposits.make_deposit(tmp_path / "deposit")


@pytest.fixture
def expected(tmp_path: Path, deposit: Path) -> endstate.EndState:
    """What an ingest comes to that nothing happens to."""
    home = tmp_path / "undisturbed"
    assert deposits.run(home, tmp_path / "heard", "ingest", deposit).returncode == 0
    return endstate.look(home)


@pytest.fixture
def chance() -> random.Random:
    seed = random.SystemRandom().randrange(1_000_000)
    sys.stdout.write(f"seed {seed}\n")
    return random.Random(seed)


def moments(chance: random.Random, start: float, end: float, count: int) -> list[float]:
    return sorted(chance.uniform(start, end) for _ in range(count))


def ingested_at_any_moment(
    cuts: int, tmp_path: Path, deposit: Path, expected: endstate.EndState, chance: random.Random
) -> None:
    """Ingest; cut; where it was acknowledged, all of it is there; the next run ends as an undisturbed one."""
    log = tmp_path / "log"
    with power.logging_disk(tmp_path / "disk", log) as mounted:
        start = time.monotonic()
        done = deposits.run(mounted / "archive", tmp_path / "heard", "ingest", deposit, "--json")
        acknowledged = time.monotonic()
        assert done.returncode == 0, done.stderr
        assert len(json.loads(done.stdout)["published"]) == 2
        time.sleep(0.1)
    disk = Disk(power.SIZE, log)
    at = [*moments(chance, start, acknowledged, cuts - 1), acknowledged]
    for moment in at:
        told = f"power cut {moment - start:.3f} s after the start of {acknowledged - start:.3f}"
        with power.mounted_copy(tmp_path / "copy", disk.after(moment, chance)) as copy:
            home = copy / "archive"
            if moment >= acknowledged:
                there = endstate.look(home, swept=False)
                unswept = ("files", "derivatives: .making/")
                differences = [each for each in expected.differences(there) if not each.startswith(unswept)]
                assert differences == [], told
            again = deposits.run(home, tmp_path / "heard again", "ingest", deposit)
            assert again.returncode == 0, f"{told}: {again.stderr}"
            assert "Traceback" not in again.stderr, told
            assert expected.differences(endstate.look(home)) == [], told


def words_kept_at_any_moment(cuts: int, tmp_path: Path, deposit: Path, chance: random.Random) -> None:
    """Two people who say who may see what, and a third who corrects a text, all at once; cut."""
    log, heard = tmp_path / "log", tmp_path / "heard"
    logs = {name: tmp_path / f"acknowledged {name[-1]}" for name in (deposits.SOUND, deposits.PICTURE)}
    revised: list[tuple[float, str]] = []
    with power.logging_disk(tmp_path / "disk", log) as mounted, ExitStack() as started:
        home = mounted / "archive"
        assert deposits.run(home, heard, "ingest", deposit).returncode == 0
        start = time.monotonic()
        people = [
            started.enter_context(
                subprocess.Popen(
                    [
                        sys.executable,
                        "-m",
                        "tests.faults.repeating",
                        str(logs[name]),
                        str(WORDS),
                        name,
                        *levels,
                    ],
                    cwd=deposits.ROOT,
                    env=deposits.environment(home, heard),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
            for name, levels in (
                (deposits.SOUND, ("restricted", "public")),
                (deposits.PICTURE, ("withdrawn", "public", "reading room")),
            )
        ]
        for hour in range(1, 3):
            said = f"The bakery opens at {hour}."
            (deposit / "proverbs.vtt").write_text(deposits.CAPTIONS.replace("The bakery opens early.", said))
            done = deposits.run(home, heard, "ingest", deposit)
            assert done.returncode == 0, done.stderr
            revised.append((time.monotonic(), said))
        for person in people:
            _, complaint = person.communicate(timeout=120)
            assert person.returncode == 0, complaint
        end = time.monotonic()
    words = {
        name: [(float(at), int(number)) for at, number in map(str.split, path.read_text().splitlines())]
        for name, path in logs.items()
    }
    assert all(len(each) == WORDS for each in words.values())
    disk = Disk(power.SIZE, log)
    for moment in moments(chance, start, end, cuts):
        with power.mounted_copy(tmp_path / "copy", disk.after(moment, chance)) as copy:
            home = copy / "archive"
            told = f"power cut {moment - start:.3f} s after the start of {end - start:.3f}"
            for name, acknowledged in words.items():
                numbers = [number for at, number in acknowledged if at <= moment]
                assert set(numbers) <= set(said_in_rows(home, name)), told
                assert set(numbers) <= set(said_in_store(home, name)), told
            texts = {row["content"].decode() for row in rows(home, "SELECT content FROM deposited_text")}
            for at, said in revised:
                assert at > moment or any(said in text for text in texts), f"{told}: {said}"
            assert endstate.leaks(home) == [], told
            again = deposits.run(home, heard, "ingest", deposit)
            assert again.returncode == 0, f"{told}: {again.stderr}"
            endstate.look(home)
            assert endstate.leaks(home) == [], told
            for name in words:
                assert said_in_rows(home, name) == said_in_store(home, name), told


def rows(home: Path, query: str, *values: str) -> list[sqlite3.Row]:
    """Rows of the database, as the next process finds them."""
    with closing(sqlite3.connect(home / "archive.db")) as database:
        database.row_factory = sqlite3.Row
        assert [tuple(row) for row in database.execute("PRAGMA integrity_check")] == [("ok",)]
        return list(database.execute(query, values))


def said_in_rows(home: Path, accession_number: str) -> list[int]:
    """The numbers of all words that the database holds, in order."""
    query = (
        "SELECT reason FROM access_statement JOIN testimony ON testimony.id = testimony_id "
        "WHERE accession_number = ? AND reason IS NOT NULL ORDER BY access_statement.id"
    )
    return [int(row["reason"]) for row in rows(home, query, accession_number)]


def said_in_store(home: Path, accession_number: str) -> list[int]:
    """The same of the store, from the descriptor alone."""
    (row,) = rows(home, "SELECT public_id FROM testimony WHERE accession_number = ?", accession_number)
    store = create_store(settings_of(home))
    described = json.loads(store.path(row["public_id"], "descriptor.json").read_text())
    reasons: Sequence[str | None] = [statement["reason"] for statement in described["statements"]]
    return [int(reason) for reason in reasons if reason is not None]


def test_an_ingest_that_loses_power(
    tmp_path: Path, deposit: Path, expected: endstate.EndState, chance: random.Random
) -> None:
    ingested_at_any_moment(SHORT[0], tmp_path, deposit, expected, chance)


def test_words_and_revisions_that_lose_power(tmp_path: Path, deposit: Path, chance: random.Random) -> None:
    words_kept_at_any_moment(SHORT[1], tmp_path, deposit, chance)


@pytest.mark.faults
@pytest.mark.parametrize("part", range(PARTS))
def test_an_ingest_that_loses_power_often(
    part: int, tmp_path: Path, deposit: Path, expected: endstate.EndState, chance: random.Random
) -> None:
    ingested_at_any_moment(LONG[0], tmp_path, deposit, expected, chance)


@pytest.mark.faults
@pytest.mark.parametrize("part", range(PARTS))
def test_words_and_revisions_that_lose_power_often(
    part: int, tmp_path: Path, deposit: Path, chance: random.Random
) -> None:
    words_kept_at_any_moment(LONG[1], tmp_path, deposit, chance)
