"""How long an index takes to be made anew, and what a closing costs: `python -m bench.reindex`.

Testimonies of public-domain prose (a paragraph of "Walden", its words in varying order), as many and as long
as asked for, in an archive in a temporary folder.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from archive.changes.access import NewStatement
from archive.database import reading
from archive.queries import outbox
from search.backend import create_backend
from search.find import ask
from search.indexer import deliver, prepare
from search.reindexing import reindex
from tests.archives import SmallArchive

_PROSE = """We need the tonic of wildness, to wade sometimes in marshes where the bittern and the meadow-hen
lurk, and hear the booming of the snipe; to smell the whispering sedge where only some wilder and more
solitary fowl builds her nest, and the mink crawls with its belly close to the ground"""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--testimonies", type=int, default=200)
    parser.add_argument("--segments", type=int, default=100, help="of each testimony, 30 words long")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        archive = SmallArchive(Path(folder) / "archive")
        ids = _fill(archive, chosen.testimonies, chosen.segments)
        backend = create_backend(archive.settings)
        prepare(archive.engine, backend)
        _print("documents", str(len(backend.ids("public"))))
        _print(
            "outbox to index, both",
            _per(chosen.testimonies, _timed(lambda: deliver(archive.engine, backend))),
        )
        seconds = _timed(lambda: list(reindex(archive.engine, backend, "public")))
        _print("reindex of the public index", _per(chosen.testimonies, seconds))
        _print("the first search after it", _told(_timed(lambda: backend.search(ask("bittern")))))
        again = sorted(_timed(lambda: backend.search(ask("bittern"))) for _ in range(50))
        _print("the next ones, median", f"{again[25][0] * 1000:.1f} ms")
        archive.state(ids[len(ids) // 2], NewStatement("withdrawn"))
        _print("a closing, purge of both included", _told(_timed(lambda: deliver(archive.engine, backend))))
        with reading(archive.engine) as session:
            assert outbox.count(session, "index") == 0  # noqa: S101 - else nothing was measured
        backend.close()
        archive.close()


def _fill(archive: SmallArchive, testimonies: int, segments: int) -> list[str]:
    chance = random.Random(1)  # noqa: S311 - the same texts each time
    words = _PROSE.split()
    ids = []
    for number in range(testimonies):
        texts = [" ".join(chance.choices(words, k=30)) for _ in range(segments)]
        ids.append(archive.add(f"Walden {number}", [texts], person=True))
    return ids


def _timed(act: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and of processor time: a busy machine stretches the first alone."""
    began, spent = time.perf_counter(), time.process_time()
    act()
    return time.perf_counter() - began, time.process_time() - spent


def _per(count: int, timed: tuple[float, float]) -> str:
    return f"{_told(timed)}; {count / timed[1]:.0f} testimonies per second of processor time"


def _told(timed: tuple[float, float]) -> str:
    return f"{timed[0]:.2f} s, processor {timed[1]:.2f} s"


def _print(what: str, figure: str) -> None:
    print(f"{what:40} {figure}", flush=True)


if __name__ == "__main__":
    main()
