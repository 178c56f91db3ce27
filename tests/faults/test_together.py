"""Two at once, and eight: nothing twice, nothing lost, and nobody is shown a locked database."""

import json
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Event, Thread

import pytest

from archive.database import reading
from archive.models import AccessStatement, Testimony
from tests.archives import SmallArchive
from tests.databases import ask_database
from tests.faults import deposits, endstate

pytestmark = pytest.mark.slow

WORDS = 10
PAGES = ("", "search?q=waters", "search?q=bakery", "api/v1/search?q=card", "healthz")


def start(home: Path, heard: Path, *command: object) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, *map(str, command)],
        cwd=deposits.ROOT,
        env=deposits.environment(home, heard),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


class Readers:
    """People at the site: they ask for one page after the other. `answers` counts what they are told."""

    def __init__(self, address: str) -> None:
        self.answers: Counter[str] = Counter()
        self._address = address
        self._stop = Event()
        self._thread = Thread(target=self._read)

    def __enter__(self) -> "Readers":
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop.set()
        self._thread.join()

    def _read(self) -> None:
        while not self._stop.is_set():
            for page in PAGES:
                try:
                    with urllib.request.urlopen(f"{self._address}{page}", timeout=60) as answer:
                        answer.read()
                        self.answers["answered"] += 1
                except urllib.error.URLError as error:
                    self.answers[f"{page}: {error}"] += 1


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "archive"


def together(tmp_path: Path) -> None:
    """Two ingests of one folder, a worker, the site with readers, and somebody who opens and closes."""
    home, heard, words = tmp_path / "archive", tmp_path / "heard", tmp_path / "words"
    deposit = deposits.make_deposit(tmp_path / "deposit")
    held_before = tmp_path / "held before"
    held_before.mkdir()
    for path in deposit.glob("card.*"):
        path.rename(held_before / path.name)
    assert deposits.run(home, heard, "ingest", held_before).returncode == 0
    deposits.write_sound(deposit / "second.wav", 12, seed=2)
    deposits.write_sound(deposit / "third.wav", 12, seed=3)
    with ExitStack() as started:

        def begin(*command: object) -> "subprocess.Popen[str]":
            return started.enter_context(start(home, heard, "-m", *command))

        worker = begin("tests.faults.command", "worker")
        site = begin("tests.faults.command", "serve", "--no-worker", "--port", 0)
        try:
            assert site.stdout is not None
            with Readers(site.stdout.readline().strip()) as readers:
                ingest = ("tests.faults.command", "ingest", deposit, "--access", "public", "--json")
                ingests = [begin(*ingest), begin(*ingest)]
                person = begin(
                    "tests.faults.repeating", words, WORDS, deposits.PICTURE, "restricted", "public"
                )
                told = [each.communicate(timeout=180) for each in (*ingests, person)]
                wait_for_the_outbox(home)
        finally:
            for each in (worker, site):
                each.send_signal(signal.SIGTERM)
        told += [each.communicate(timeout=60) for each in (worker, site)]
    for _, complaint in told:
        assert "Traceback" not in complaint
        assert "locked" not in complaint
    assert [each.returncode for each in (*ingests, person)] == [0, 0, 0], told
    assert set(readers.answers) == {"answered"}
    outcomes = [json.loads(stdout) for stdout, _ in told[:2]]
    ids = [{*outcome["published"], *outcome["updated"], *outcome["unchanged"]} for outcome in outcomes]
    assert ids[0] == ids[1]
    assert len(ids[0]) == 3
    endstate.look(home)
    nothing_is_there_twice(home, heard)
    query = "SELECT reason FROM access_statement WHERE reason IS NOT NULL ORDER BY id"
    assert [reason for (reason,) in ask_database(home, query)] == [str(number) for number in range(WORDS)]


def nothing_is_there_twice(home: Path, heard: Path) -> None:
    """Four recordings of four testimonies, each with one of everything."""
    for table in ("testimony", "recording", "file", "recognition"):
        assert ask_database(home, f"SELECT count(*) FROM {table}") == [(4,)], table  # noqa: S608 - a table of ours
    assert len(list((home / "store").rglob("0=ocfl_object_1.1"))) == 4
    kinds = "('accession', 'derivation', 'transcription', 'publication')"
    query = f"SELECT kind, count(*) FROM event WHERE kind IN {kinds} GROUP BY kind"  # noqa: S608 - ours
    assert {count for _, count in ask_database(home, query)} == {4}
    windows = Counter(heard.read_text().splitlines())
    assert set(windows.values()) == {1}
    assert ask_database(home, "SELECT count(*) FROM recognition_window") == [(len(windows),)]


def wait_for_the_outbox(home: Path) -> None:
    deadline = time.monotonic() + 60
    while ask_database(home, "SELECT count(*) FROM outbox") != [(0,)]:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_two_ingests_a_worker_the_site_and_a_person(tmp_path: Path) -> None:
    together(tmp_path)


@pytest.mark.faults
@pytest.mark.parametrize("turn", range(10))
def test_the_same_again_and_again(turn: int, tmp_path: Path) -> None:
    together(tmp_path)


@pytest.fixture
def small(home: Path) -> Iterator[SmallArchive]:
    archive = SmallArchive(home)
    yield archive
    archive.close()


@pytest.mark.parametrize("rounds", [4, pytest.param(60, marks=pytest.mark.faults)])
def test_eight_processes_change_the_same_rows(
    rounds: int, small: SmallArchive, home: Path, tmp_path: Path
) -> None:
    ids = [small.add("Weather", [["It rained."]]), small.add("Harvest", [["The sun came."]])]
    log = tmp_path / "acknowledged"
    with ExitStack() as started:
        crowd = []
        for number in range(8):
            command = ("-m", "tests.faults.crowd", home, log, f"person{number}", rounds, *ids)
            crowd.append(started.enter_context(start(home, tmp_path / "heard", *command)))
        for each in crowd:
            _, complaint = each.communicate(timeout=600)
            assert (each.returncode, complaint) == (0, "")
    acknowledged = [line.split() for line in log.read_text().splitlines()]
    assert len(acknowledged) == 8 * rounds * len(ids)
    with reading(small.engine) as session:
        for public_id in ids:
            row = session.query(Testimony).filter_by(public_id=public_id).one()
            added = sorted(each for which, each in acknowledged if which == public_id)
            assert sorted(row.subjects) == added
            said = session.query(AccessStatement).filter_by(testimony_id=row.id)
            assert sorted(each.reason for each in said if each.reason) == added
            assert len([each for each in said if each.superseded_at is None]) == 1
