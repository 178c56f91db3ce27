"""What one writer at a time costs on PostgreSQL, and what it saves.

python -m bench.writers URL

On an empty database: one process that reads a row, changes it and writes it back, with the archive's lock
and without it in turns; then eight processes that do so with the same row. Quick ones (the first tenth) tell
what the work itself takes where other programs are at work on the machine, too.
"""

import multiprocessing
import statistics
import sys
import time
from pathlib import Path

from sqlalchemy import Engine, event, text

from archive import postgresql
from archive.database import open_engine, reading, writing
from archive.settings import Settings

PROCESSES = 8
CHANGES = 50
"""By each of them."""
TURNS = 100


def connect(url: str, *, locked: bool = True) -> Engine:
    engine = open_engine(Settings(home=Path(), database_url=url))
    if not locked:
        event.remove(engine, "begin", postgresql._begin)
    return engine


def change(engine: Engine) -> None:
    with writing(engine) as session:
        (number,) = session.execute(text("SELECT number FROM bench")).one()
        session.execute(text("UPDATE bench SET number = :number"), {"number": number + 1})


def change_often(url: str, locked: bool) -> None:
    engine = connect(url, locked=locked)
    for _ in range(CHANGES):
        change(engine)
    engine.dispose()


def look(engine: Engine) -> None:
    with reading(engine) as session:
        session.execute(text("SELECT number FROM bench")).one()


def tell(what: str, times: list[float]) -> None:
    quick = sorted(times)[len(times) // 10] * 1000
    print(f"{what}: quick ones {quick:.2f} ms, median {statistics.median(times) * 1000:.2f} ms", flush=True)


def alone(url: str) -> None:
    engines = {"with the lock": connect(url), "without": connect(url, locked=False)}
    writes: dict[str, list[float]] = {each: [] for each in engines}
    reads: dict[str, list[float]] = {each: [] for each in engines}
    for _ in range(TURNS):
        for name, engine in engines.items():
            for times, act in ((writes, change), (reads, look)):
                begun = time.perf_counter()
                act(engine)
                times[name].append(time.perf_counter() - begun)
    for name, engine in engines.items():
        tell(f"a change {name}", writes[name])
        tell(f"a reading {name}", reads[name])
        engine.dispose()


def together(url: str, *, locked: bool) -> None:
    engine = connect(url)
    with writing(engine) as session:
        session.execute(text("UPDATE bench SET number = 0"))
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=change_often, args=(url, locked)) for _ in range(PROCESSES)]
    for process in writers:
        process.start()
    for process in writers:
        process.join()
    with reading(engine) as session:
        lost = PROCESSES * CHANGES - session.execute(text("SELECT number FROM bench")).scalar_one()
    engine.dispose()
    print(
        f"{'with' if locked else 'without'} the lock {lost} of {PROCESSES * CHANGES} changes were lost",
        flush=True,
    )


if __name__ == "__main__":
    own = connect(sys.argv[1])
    with writing(own) as session:
        session.execute(text("CREATE TABLE bench (number integer NOT NULL)"))
        session.execute(text("INSERT INTO bench VALUES (0)"))
    alone(sys.argv[1])
    for locked in (True, False):
        together(sys.argv[1], locked=locked)
    with writing(own) as session:
        session.execute(text("DROP TABLE bench"))
    own.dispose()
