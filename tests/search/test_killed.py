"""Killed with -9: the reindex wherever it renames, syncs and removes, and the indexer between the backend's
answer and its tick. Run again, both go on."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from archive.changes.access import NewStatement
from archive.database import reading
from archive.models import Drafted
from search.backend import SearchBackend, create_backend
from search.indexer import deliver, prepare
from tests.archives import SmallArchive
from tests.databases import duplicate, environment_of, settings_of
from tests.search.records import dictionary, differences, search, stray

ARGUMENTS = ["reindex", "--index", "public", "--json"]
TESTIMONIES = 30
CALLS = "rename,renameat,renameat2,fsync,fdatasync,unlink,unlinkat"
"""What a state comes to be kept, or goes, by."""

_BACK_TO_LIFE = 60.0


@dataclass(frozen=True)
class Original:
    """An archive with both indexes, and what is found in it."""

    home: Path
    found: frozenset[str]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Original:
    home = tmp_path_factory.mktemp("original") / "archive"
    archive = SmallArchive(home)
    backend = create_backend(archive.settings)
    for number in range(TESTIMONIES):
        archive.add("Weather", [[f"Rain number{number}."]], level=None if number % 10 == 9 else "public")
    prepare(archive.engine, backend)
    deliver(archive.engine, backend)
    found = search(archive, backend, "rain")
    backend.close()
    archive.close()
    return Original(home, frozenset(found))


@pytest.fixture
def archive(original: Original, tmp_path: Path) -> Iterator[SmallArchive]:
    home = tmp_path / "archive"
    duplicate(original.home, home)
    small = SmallArchive(home, fresh=False)
    yield small
    small.close()


@pytest.fixture
def backend(archive: SmallArchive) -> Iterator[SearchBackend]:
    made = create_backend(archive.settings)
    yield made
    made.close()


class Command:
    """`testimony reindex` in a process of its own, and what it was told to write."""

    def __init__(self, archive: SmallArchive, log: Path) -> None:
        self._home, self.log = archive.settings.home, log

    def start(self, *before: str) -> "subprocess.Popen[str]":
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TESTIMONY_")}
        return subprocess.Popen(
            [*before, sys.executable, "-m", "tests.search.remaking", str(self.log), *ARGUMENTS],
            env=kept | environment_of(self._home),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *before: str) -> tuple[int, str, str]:
        """Exit code, what it answered, and what it said."""
        process = self.start(*before)
        answer, said = process.communicate(timeout=300)
        return process.returncode, answer, said

    def killed_at(self, number: int) -> bool:
        """Kill it where any of its threads makes its `number`th call; False where it was done before."""
        place = f"inject={CALLS}:signal=KILL:when={number}"
        code, _, said = self.run(*STRACE, "-e", f"trace={CALLS}", "-e", place)
        assert code in (0, -signal.SIGKILL, 128 + signal.SIGKILL), said
        return code != 0

    def written(self) -> list[int]:
        """Row ids, and none of it again next time."""
        lines = self.log.read_text().split() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return [int(line) for line in lines]


STRACE = ["strace", "-f", "-qq", "-o", "/dev/null"]


@pytest.fixture
def command(archive: SmallArchive, tmp_path: Path) -> Command:
    if shutil.which("strace") is None:
        pytest.skip("strace is not here")
    if subprocess.run([*STRACE, "true"], capture_output=True, check=False).returncode:
        pytest.skip("strace may not trace here")
    return Command(archive, tmp_path / "log")


def killed_and_run_again(
    archive: SmallArchive, backend: SearchBackend, command: Command, original: Original, number: int
) -> set[int] | None:
    """Kill a reindex at one place, and run it again; returns the testimonies that were written once more
    though they were kept, None where it was done before it came to the place."""
    before = backend.live("public")
    if not command.killed_at(number):
        return None
    command.written()
    switched = backend.live("public") != before
    assert search(archive, backend, "rain") == original.found  # it never took the search down
    with reading(archive.engine) as session:
        kept = {row.testimony_id for row in session.query(Drafted)}
    code, answer, said = command.run()
    assert code == 0, said
    (told,) = json.loads(answer)["reindexed"]
    written = command.written()
    if switched:
        # Killed once it was live: nothing is left to go on with, and one that was asked for is made.
        kept = set()
    assert told["resumed"] == len(kept)
    assert set(written) >= set(range(1, TESTIMONIES + 1)) - kept
    assert search(archive, backend, "rain") == original.found
    assert differences(archive, backend) == stray(archive) == []
    return kept & set(written)


@pytest.mark.slow
def test_searches_publications_and_closings_go_on_beside_a_reindex(
    archive: SmallArchive, backend: SearchBackend, original: Original, tmp_path: Path
) -> None:
    open_ids, closed = set(original.found), set[str]()
    process = Command(archive, tmp_path / "log").start()
    rounds = 0
    while process.poll() is None:
        new = archive.add("Weather", [[f"Rain late{rounds}."]])
        gone = sorted(open_ids)[0]
        archive.state(gone, NewStatement("withdrawn"))
        open_ids.discard(gone)
        closed.add(gone)
        assert search(archive, backend, "rain") == open_ids
        deliver(archive.engine, backend)
        open_ids.add(new)
        assert search(archive, backend, "rain") == open_ids
        rounds += 1
    _, said = process.communicate()
    assert process.returncode == 0, said
    assert rounds > 1
    assert search(archive, backend, "rain") == open_ids
    deliver(archive.engine, backend)
    assert search(archive, backend, "rain") == open_ids
    assert differences(archive, backend) == stray(archive) == []


@pytest.mark.slow
@pytest.mark.parametrize("number", [12, 40])
def test_a_reindex_that_was_killed_goes_on(
    archive: SmallArchive, backend: SearchBackend, command: Command, original: Original, number: int
) -> None:
    assert killed_and_run_again(archive, backend, command, original, number) == set()


@pytest.mark.slow
@pytest.mark.faults
def test_a_reindex_killed_at_twenty_places_and_more_goes_on_from_each(
    archive: SmallArchive, backend: SearchBackend, command: Command, original: Original
) -> None:
    """Each place is the N-th such call of a thread, from the first until it is done before it comes there."""
    places = twice = 0
    for number in [*range(1, 19), *range(20, 200, 6)]:
        again = killed_and_run_again(archive, backend, command, original, number)
        if again is None:
            break
        places += 1
        twice += bool(again)
    assert places >= 20
    # Killed after a batch was merged and before it was remembered: what it was merged with is purged of it.
    assert twice <= 2


@pytest.mark.slow
@pytest.mark.faults
def test_a_reindex_killed_again_and_again_is_done_in_the_end(
    archive: SmallArchive, backend: SearchBackend, command: Command, original: Original
) -> None:
    """Each time a little further on, so that it comes to its end by what was kept or not at all."""
    number = 20
    while command.killed_at(number):
        number += 9
        assert search(archive, backend, "rain") == original.found
    assert number > 38
    written = command.written()
    assert len(written) < 2 * TESTIMONIES
    assert differences(archive, backend) == stray(archive) == []


@pytest.mark.slow
@pytest.mark.faults
def test_the_indexer_killed_200_times_between_the_answer_and_the_tick(tmp_path: Path) -> None:
    """Publishing and withdrawing in turn, and killed after a chance number of the backend's answers."""
    archive = SmallArchive(tmp_path / "archive")
    ids = [archive.add("Weather", [[f"Rain number{number}."]]) for number in range(5)]
    backend = create_backend(archive.settings)
    prepare(archive.engine, backend)
    deliver(archive.engine, backend)
    killer = Killer(archive.settings.home)
    chance = random.Random(9)
    kills = turn = 0
    try:
        while kills < 200:
            one, withdrawn = ids[turn // 2 % len(ids)], turn % 2 == 0
            archive.state(one, NewStatement("withdrawn" if withdrawn else "public"))
            kills += killer.deliver(chance.choice([1, 2, 2, 3, 4]))
            turn += 1
            gone = {one} if withdrawn else set()
            assert not search(archive, backend, "rain") & gone
            if chance.random() < 0.3:
                deliver(archive.engine, backend)
                assert search(archive, backend, "rain") == set(ids) - gone
                assert differences(archive, backend) == []
                words = {f"number{number}" for number, each in enumerate(ids) if each not in gone}
                assert {word for word in dictionary(archive) if word.startswith("number")} == words
            assert turn < 600
    finally:
        killer.close()
    deliver(archive.engine, backend)
    assert search(archive, backend, "rain") == set(ids) - gone
    assert differences(archive, backend) == stray(archive) == []
    backend.close()
    archive.close()


class Killer:
    """A process that forks one indexer after the other, each of which is killed by its own hand after so many
    of the backend's answers: before it ticks anything off, since that comes after the last."""

    def __init__(self, home: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.search.test_killed", str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def deliver(self, answers: int) -> bool:
        """Deliver, and be killed after the answer; False where it was done with fewer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{answers}\n")
        self._process.stdin.flush()
        status = int(self._process.stdout.readline())
        assert status in (0, -signal.SIGKILL)
        return status != 0

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=_BACK_TO_LIFE)
        if self._process.stdout is not None:
            self._process.stdout.close()


def serve_kills(home: Path) -> None:
    """Fork an indexer for each line; tell how it ended. This process itself opens nothing."""
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            deliver_until(home, int(line))
            os._exit(0)
        status = os.waitpid(pid, 0)[1]
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - is the answer


def deliver_until(home: Path, answers: int) -> None:
    """Deliver what waits, and die after so many of the engine's answers."""
    from archive.database import open_engine
    from search.tantivy_backend import batches, engine

    left = answers

    def answered() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    write_batch, find_soiled = batches.write_batch, engine.find_soiled

    def written(*arguments: object) -> object:
        return Answering(write_batch(*arguments), answered)  # type: ignore[arg-type]

    def soiled(*arguments: object) -> object:
        found = find_soiled(*arguments)  # type: ignore[arg-type]
        answered()
        return found

    engine.write_batch, engine.find_soiled = written, soiled  # type: ignore[assignment]
    settings = settings_of(home)
    opened = open_engine(settings)
    backend = create_backend(settings)
    prepare(opened, backend)
    deliver(opened, backend)


class Answering:
    """A batch that is told of once it is committed."""

    def __init__(self, batch, answered) -> None:  # type: ignore[no-untyped-def]  # whatever write_batch gives
        self._batch, self._answered = batch, answered

    def __enter__(self) -> object:
        return self._batch.__enter__()

    def __exit__(self, *error: object) -> object:
        suppressed = self._batch.__exit__(*error)
        self._answered()
        return suppressed


if __name__ == "__main__":
    serve_kills(Path(sys.argv[1]))
