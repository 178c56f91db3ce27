"""Search at size: a generated archive, indexed and asked through the API of a real site.

    python -m bench.search [--passages N] [--backend tantivy|elasticsearch|all] [--archive FOLDER]

All that is asked is asked with facets. `--archive` keeps the archive for the next run, which takes what is
there.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

from archive.database import open_engine, reading
from archive.migrations import upgrade
from archive.queries import testimonies
from archive.settings import Settings
from bench.filling import fill
from bench.generated import PASSAGES
from bench.questions import make_questions
from bench.site import site
from bench.users import Question, Request, ask
from schemas.query import INDEXES
from search.backend import create_backend
from search.reindexing import reindex

USERS = (1, 8)
ASKED = {1: 200, 8: 400}
"""Questions of each kind, so that one in twenty is ten or more."""


def make_archive(home: Path, passages: int) -> None:
    """Fill the archive in `home`, unless it is there."""
    settings = Settings(home=home)
    engine = open_engine(settings)
    upgrade(engine)
    wanted = max(1, round(passages / PASSAGES))
    with reading(engine) as session:
        there = testimonies.count(session)
    if there not in (0, wanted):
        sys.exit(f"{home} holds {there} testimonies, and {wanted} are wanted: give an empty folder")
    if not there:
        began = time.perf_counter()
        fill(engine, wanted, passages=min(passages, PASSAGES))
        took = time.perf_counter() - began
        print(f"{wanted} testimonies of {min(passages, PASSAGES)} passages generated in {took:.0f} s")
    engine.dispose()
    size = (home / "archive.db").stat().st_size / 1e6
    print(f"database: {size:.0f} MB, {size * 1e6 / (wanted * min(passages, PASSAGES)):.0f} bytes a passage")


def load(settings: Settings) -> None:
    """Make both indexes anew, and print how fast that was."""
    engine = open_engine(settings)
    backend = create_backend(settings)
    print("\n| index | documents | seconds | processor s | documents/s |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for index in INDEXES:
        began, worked = time.perf_counter(), time.process_time()
        (*_, last) = reindex(engine, backend, index)
        took, worked = time.perf_counter() - began, time.process_time() - worked
        count = last.contents.count if last.contents else 0
        print(f"| {index} | {count} | {took:.1f} | {worked:.1f} | {count / took:.0f} |", flush=True)
    backend.close()
    engine.dispose()


def folder_size(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def api_questions(queries: list[str]) -> list[Question]:
    """What the API is asked for each query."""
    return [[Request(f"/api/v1/search?{urlencode({'q': query})}")] for query in queries]


def found(address: str, queries: list[str]) -> str:
    """How many testimonies are found, at least and at most."""
    totals = []
    for query in queries:
        with urlopen(f"{address}/api/v1/search?{urlencode({'q': query})}") as answer:  # noqa: S310 - our own
            totals.append(json.load(answer)["total"]["testimonies"])
    return f"{min(totals)} to {max(totals)}"


def show_api(name: str, home: Path, settings: dict[str, str]) -> None:
    """Print what is asked through the API of a site, and how long it takes."""
    print(f"\n{name}, through the API: waits in ms (processor: of the site, a question)\n")
    columns = " | ".join(f"{users}: p50 | p95 | processor" for users in USERS)
    print(f"| asked for | found | {columns} |\n| --- | --- |{' ---: |' * 3 * len(USERS)}")
    with site(home, **settings) as (address, pid):
        for kind, queries in make_questions().items():
            questions = api_questions(queries)
            waits = [
                str(ask(address, questions, users=users, count=ASKED[users], pid=pid)) for users in USERS
            ]
            print(f"| {kind} | {found(address, queries)} | {' | '.join(waits)} |", flush=True)


@contextmanager
def _home(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory() as scratch:
        yield Path(scratch)


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--backend", choices=("tantivy", "elasticsearch", "all"), default="all")
    parser.add_argument("--archive", type=Path, help="folder of the archive; default: one that is removed")
    chosen = parser.parse_args()
    load_average = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, load average {load_average:.1f}")
    with _home(chosen.archive) as home:
        make_archive(home, chosen.passages)
        if chosen.backend in ("tantivy", "all"):
            settings = Settings(home=home)
            load(settings)
            print(f"both indexes: {folder_size(settings.index_folder) / 1e6:.0f} MB")
            show_api("Tantivy", home, {})


if __name__ == "__main__":
    main()
