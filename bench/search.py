"""Search at size: a generated archive, indexed and asked through the API of a real site.

    python -m bench.search [--passages N] [--backend tantivy|elasticsearch|all] [--archive FOLDER]

All that is asked is asked with facets. Beside Elasticsearch's answers through the API stand those of the
engine asked directly, for the same requests and the usual way (bench.engine), in the same run. `--archive`
keeps the archive and Tantivy's index for the next run, which takes what is there.
"""

import argparse
import json
import os
import platform
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

from archive.database import open_engine, reading
from archive.errors import IndexUnusable
from archive.migrations import upgrade
from archive.queries import testimonies
from archive.settings import Settings
from bench.filling import fill
from bench.generated import PASSAGES, generate
from bench.questions import make_questions
from bench.site import site
from bench.users import Question, Request, ask
from schemas.query import INDEXES, IndexName
from search.backend import SearchBackend, create_backend
from search.reindexing import reindex

USERS = (1, 8)


def make_archive(home: Path, passages: int) -> int:
    """Fill the archive in `home`, unless it is there; returns how many testimonies it has."""
    engine = open_engine(Settings(home=home))
    upgrade(engine)
    wanted, each = max(1, round(passages / PASSAGES)), min(passages, PASSAGES)
    with reading(engine) as session:
        there = testimonies.count(session)
    if there not in (0, wanted):
        sys.exit(f"{home} holds {there} testimonies, and {wanted} are wanted: give an empty folder")
    if not there:
        began = time.perf_counter()
        fill(engine, wanted, passages=each)
        print(f"{wanted} testimonies of {each} passages made in {time.perf_counter() - began:.0f} s")
    engine.dispose()
    size = (home / "archive.db").stat().st_size
    print(f"database: {size / 1e6:.0f} MB, {size / wanted / each:.0f} bytes a passage")
    return wanted


def load(name: str, settings: Settings) -> None:
    """Make both indexes where they are not there, and print how fast that was."""
    engine = open_engine(settings)
    backend = create_backend(settings)
    for index in INDEXES:
        if not _is_there(backend, index):
            began, worked = time.perf_counter(), time.process_time()
            (*_, last) = reindex(engine, backend, index)
            took, worked = time.perf_counter() - began, time.process_time() - worked
            count = last.contents.count if last.contents else 0
            print(
                f"{name}, {index} index: {count} documents in {took:.1f} s (own processor {worked:.1f} s), "
                f"{count / took:.0f} a second",
                flush=True,
            )
    backend.close()
    engine.dispose()


def _is_there(backend: SearchBackend, index: IndexName) -> bool:
    try:
        backend.check(index)
    except IndexUnusable:
        return False
    return True


def folder_size(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def api_questions(queries: Iterable[str]) -> list[Question]:
    """What the API is asked for each query."""
    return [[Request(f"/api/v1/search?{urlencode({'q': query})}")] for query in queries]


def found(address: str, queries: Iterable[str]) -> str:
    """How many testimonies the API finds, at least and at most."""
    totals = []
    for query in queries:
        with urlopen(f"{address}/api/v1/search?{urlencode({'q': query})}") as answer:  # noqa: S310 - our own
            totals.append(json.load(answer)["total"]["testimonies"])
    return f"{min(totals)} to {max(totals)}"


def show(
    title: str,
    address: str,
    pids: Sequence[int],
    count: int,
    questions: Callable[[str, list[str]], list[Question]],
    tell: Callable[[str, list[str]], str] = lambda kind, queries: "",
) -> None:
    """Print how long each kind of question takes at `address`, asked `count` times by one and by eight."""
    print(f"\n{title}: waits in ms, and processor time of those who answer, in ms a question\n")
    columns = " | ".join(f"{users}: p50 | p95 | processor" for users in USERS)
    print(f"| asked for | found | {columns} |\n| --- | --- |{' ---: |' * 3 * len(USERS)}")
    for kind, queries in make_questions().items():
        asked = questions(kind, queries)
        waits = [str(ask(address, asked, users=users, count=count, pids=pids)) for users in USERS]
        print(f"| {kind} | {tell(kind, queries)} | {' | '.join(waits)} |", flush=True)


def show_api(name: str, settings: Settings, beside: Sequence[int], count: int) -> None:
    """As `show`, through the API of a site; `beside` are the processes of its engine."""
    chosen = {"search": settings.search, "elasticsearch_url": settings.elasticsearch_url}
    with site(settings.home, **chosen) as (address, pid):
        show(
            f"{name}, through the API",
            address,
            [pid, *beside],
            count,
            lambda _, queries: api_questions(queries),
            lambda _, queries: found(address, queries),
        )


def show_elasticsearch(home: Path, count: int, wanted: int) -> None:
    """Print the tables of Elasticsearch: the archive's own answers, and the engine's."""
    # Needs a server and its client, which the embedded engine does without.
    from bench.engine import elasticsearch, load_usual, pids_of, same_questions, size_of, usual_questions

    with elasticsearch() as server:
        settings = Settings(home=home, search="elasticsearch", elasticsearch_url=server.url)
        load("Elasticsearch", settings)
        size = size_of(server.url, "*")
        passages, seconds = load_usual(server.url, generate(wanted))
        rate = passages / seconds
        print(f"Elasticsearch, the usual way: {passages} passages in {seconds:.1f} s, {rate:.0f} a second")
        usual = size_of(server.url, "usual")
        print(f"both indexes: {size / 1e6:.0f} MB; the usual way, one: {usual / 1e6:.0f} MB")
        pids = pids_of(server)
        show_api("Elasticsearch", settings, pids, count)
        title = "Elasticsearch asked directly"
        show(
            f"{title}, the same requests",
            server.url,
            pids,
            count,
            lambda _, queries: same_questions(settings, queries),
        )
        show(f"{title}, the usual way", server.url, pids, count, usual_questions)


@contextmanager
def _home(folder: Path | None) -> Iterator[Path]:
    with ExitStack() as kept:
        home = folder or Path(kept.enter_context(tempfile.TemporaryDirectory()))
        home.mkdir(parents=True, exist_ok=True)
        yield home


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--backend", choices=("tantivy", "elasticsearch", "all"), default="all")
    parser.add_argument("--archive", type=Path, help="folder of the archive; default: one that is removed")
    parser.add_argument(
        "--count", type=int, default=400, help="questions of each kind, by one person and by eight"
    )
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started is ended then, too
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{machine}, load average {os.getloadavg()[0]:.1f}")
    with _home(chosen.archive) as home:
        wanted = make_archive(home, chosen.passages)
        if chosen.backend in ("tantivy", "all"):
            settings = Settings(home=home)
            load("Tantivy", settings)
            print(f"both indexes: {folder_size(settings.index_folder) / 1e6:.0f} MB")
            show_api("Tantivy", settings, [], chosen.count)
        if chosen.backend in ("elasticsearch", "all"):
            show_elasticsearch(home, chosen.count, wanted)
    print(f"\nload average {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main()
