"""The commands that are killed, and the archives that they find.

One more is one more line in `SCENARIOS`: its name, its arguments, how the archive is made that it finds,
whether it ends by itself, and how many windows are heard in the whole of its two runs.
"""

import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from tests.databases import count_jobs, lose, worker_elsewhere
from tests.faults import deposits
from tests.faults.killing import Ground, Scenario


def ingest(ground: Ground) -> list[str]:
    """`testimony ingest` of the deposit."""
    return ["ingest", str(ground.deposit), "--json"]


def ingested(ground: Ground, home: Path) -> None:
    """An archive that holds the deposit, at rest."""
    done = deposits.run(home, ground.folder / "heard before", *ingest(ground))
    assert done.returncode == 0, done.stderr


def registered(ground: Ground, home: Path) -> None:
    """An archive whose ingest was interrupted before any work was done: a worker seems to be there, so the
    ingest waits for it, until Ctrl-C."""
    with (
        worker_elsewhere(home),
        subprocess.Popen(
            [*deposits.COMMAND, *ingest(ground)],
            cwd=deposits.ROOT,
            env=deposits.environment(home, ground.folder / "heard before"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process,
    ):
        deadline = time.monotonic() + 60
        while count_jobs(home) != 2:
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert count_jobs(home) == 2


def corrected(ground: Ground, home: Path) -> None:
    """An archive that holds the deposit, whose captions have been corrected since."""
    ingested(ground, home)
    (ground.deposit / "proverbs.vtt").write_text(deposits.CORRECTED)


def say(level: str) -> Callable[[Ground], list[str]]:
    """`testimony access`: an archivist's word on one of the two."""
    return lambda _: ["access", deposits.SOUND, level, "--by", "An archivist"]


def closed(ground: Ground, home: Path) -> None:
    """An archive that holds the deposit, of which one testimony was closed since."""
    ingested(ground, home)
    done = deposits.run(home, ground.folder / "heard before", *say("restricted")(ground))
    assert done.returncode == 0, done.stderr


def edited(ground: Ground, home: Path) -> None:
    """An archive that holds the deposit, and a table of its descriptions in which somebody closed one."""
    ingested(ground, home)
    done = deposits.run(home, ground.folder / "heard before", "export", "--descriptions", table(ground))
    assert done.returncode == 0, done.stderr
    told = table(ground).read_text()
    assert told.count("Proverbs") == 1
    table(ground).write_text(told.replace("Proverbs", "Proverbs, read aloud").replace("Oslo", "Bergen"))


def table(ground: Ground) -> Path:
    """Where the table of descriptions lies."""
    return ground.folder / "descriptions.csv"


def lost(ground: Ground, home: Path) -> None:
    """What is left of an archive that holds the deposit, without its database and indexes."""
    ingested(ground, home)
    lose(home)
    shutil.rmtree(home / "index")


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario("ingest", ingest, windows=deposits.WINDOWS),
        Scenario("worker", lambda _: ["worker"], registered, ends=False, windows=deposits.WINDOWS),
        Scenario("revision", ingest, corrected),
        Scenario("closing", say("restricted"), ingested, carry_on=ingest),
        Scenario("opening", say("public"), closed, carry_on=ingest),
        Scenario("reindex", lambda _: ["reindex"], ingested),
        Scenario(
            "import",
            lambda ground: ["import", "--descriptions", str(table(ground)), "--yes", "--by", "An archivist"],
            edited,
            carry_on=ingest,
        ),
        Scenario("rebuild", lambda _: ["rebuild", "--confirm-access"], lost),
    )
}
