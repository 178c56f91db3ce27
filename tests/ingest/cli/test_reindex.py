"""`testimony reindex` as an archivist runs it, and what `testimony status` says of an index."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ingest.cli import app
from search import reindexing
from search.backend import create_backend
from search.indexer import deliver, prepare
from search.reindexing import reindex
from tests.archives import SmallArchive
from tests.databases import enter
from tests.search.records import differences, search, stray


@pytest.fixture
def archive(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallArchive]:
    enter(monkeypatch, home)
    small = SmallArchive(home)
    for word in ("rain", "snow", "hail"):
        small.add("Weather", [[f"Then came {word}."]])
    backend = create_backend(small.settings)
    prepare(small.engine, backend)
    deliver(small.engine, backend)
    backend.close()
    yield small
    small.close()


def testimony(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def assert_whole(archive: SmallArchive) -> None:
    backend = create_backend(archive.settings)
    assert differences(archive, backend) == stray(archive) == []
    assert len(search(archive, backend, "then")) == 3
    backend.close()


@pytest.mark.slow
def test_both_indexes_are_made_anew_and_told_of(archive: SmallArchive) -> None:
    names = [(archive.settings.index_folder / f"{index}.live").read_text() for index in ("public", "staff")]
    done = testimony("reindex")
    assert done.exit_code == 0, done.output
    public, staff = done.stdout.splitlines()
    assert public.startswith("public: 6 documents of 3 testimonies, in ")
    assert staff.startswith("staff: 6 documents of 3 testimonies, in ")
    now = [(archive.settings.index_folder / f"{index}.live").read_text() for index in ("public", "staff")]
    assert not set(now) & set(names)
    assert_whole(archive)


def test_one_alone_and_for_programs(archive: SmallArchive) -> None:
    staff = (archive.settings.index_folder / "staff.live").read_text()
    done = testimony("reindex", "--index", "public", "--json")
    assert done.exit_code == 0, done.output
    (told,) = json.loads(done.stdout)["reindexed"]
    assert {name: told[name] for name in ("index", "testimonies", "documents", "resumed")} == {
        "index": "public",
        "testimonies": 3,
        "documents": 6,
        "resumed": 0,
    }
    assert len(told["digest"]) == 64
    assert told["seconds"] > 0
    assert (archive.settings.index_folder / "staff.live").read_text() == staff


def test_an_index_that_there_is_not_is_wrong_usage(archive: SmallArchive) -> None:
    assert testimony("reindex", "--index", "secret").exit_code == 2


@pytest.mark.slow
def test_one_that_is_being_made_by_another_process_is_said(archive: SmallArchive) -> None:
    other = create_backend(archive.settings)
    with closing(reindex(archive.engine, other, "public")) as making:
        next(making)
        done = testimony("reindex")
        assert "A new public index holds 0 of 3 testimonies so far." in testimony("status").stdout
    other.close()
    assert done.exit_code == 1
    assert "testimony: Another process is making the public search index anew already." in done.stderr


def test_one_that_differs_is_said_with_numbers(
    archive: SmallArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = (archive.settings.index_folder / "public.live").read_text()
    monkeypatch.setattr("search.tantivy_backend.draft.read_ids", lambda _: frozenset())
    done = testimony("reindex")
    assert done.exit_code == 1
    assert "holds 3 documents" in done.stderr
    assert "should hold 6" in done.stderr
    assert (archive.settings.index_folder / "public.live").read_text() == name


@pytest.mark.slow
def test_status_says_what_is_wrong_with_an_index(archive: SmallArchive) -> None:
    assert "Index: in order" in testimony("status").stdout
    folder = archive.settings.index_folder
    next((folder / (folder / "public.live").read_text()).glob("*.term")).unlink()
    told = testimony("status").stdout
    assert ".term is missing. A worker, or `testimony reindex`, makes it anew." in told
    assert testimony("reindex").exit_code == 0
    assert "Index: in order" in testimony("status").stdout


@pytest.mark.slow
def test_what_was_left_half_made_is_gone_on_with(
    archive: SmallArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reindexing, "BATCH", 1)
    backend = create_backend(archive.settings)
    with closing(reindex(archive.engine, backend, "public")) as making:
        for _ in range(3):
            next(making)
    backend.close()
    assert "A new public index holds 2 of 3 testimonies so far." in testimony("status").stdout
    assert ", 2 of them made before, in " in testimony("reindex", "--index", "public").stdout
    assert_whole(archive)


@pytest.mark.slow
def test_ctrl_c_leaves_it_to_be_gone_on_with_and_says_so(
    archive: SmallArchive, environment: dict[str, str]
) -> None:
    code = (
        "import time; from search import reindexing as r; r.BATCH = 1; w = r.write\n"
        "r.write = lambda *given: (print('!', flush=True), time.sleep(1), w(*given))[2]\n"
        "from ingest.cli import main; main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, "reindex", "--index", "public"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "!\n"
    os.kill(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "stopping; what is made so far is kept" in told
    assert "a worker or another reindex finishes it" in told
    done = testimony("reindex", "--index", "public")
    assert ", 1 of them made before, in " in done.stdout
    assert_whole(archive)
