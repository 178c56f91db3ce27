"""`testimony rebuild`: database and index deleted, everything comes back, closed until it is confirmed."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from archive.preservation import preserve_waiting
from ingest.cli import app
from search.backend import create_backend
from search.indexer import deliver, prepare
from tests.archives import SmallArchive
from tests.databases import enter, lose, worker_elsewhere

pytestmark = pytest.mark.slow


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An archive of two public testimonies, indexed, whose database is gone; its index is not."""
    enter(monkeypatch, tmp_path / "archive")
    small = SmallArchive(tmp_path / "archive")
    small.add("Weather", [["It rained."]], accession_number="A/1")
    small.add("Bread", [["It rained on the bakery."]], accession_number="A/2")
    backend = create_backend(small.settings)
    prepare(small.engine, backend)
    deliver(small.engine, backend)
    backend.close()
    assert found("rained") == 2
    preserve_waiting(small.engine, small.store)
    small.close()
    lose(small.settings.home)
    return small.settings.home


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def found(query: str, *options: str) -> int:
    """How many testimonies a search finds."""
    answer: dict[str, Any] = json.loads(run("search", query, "--json", *options).stdout)
    total: int = answer["total"]["testimonies"]
    return total


def test_closed_then_confirmed_one_by_one_and_all(home: Path) -> None:
    done = run("rebuild")
    assert done.exit_code == 0, done.output
    assert "2 testimonies came back" in done.stdout
    assert "2 testimonies are closed to the public" in done.stdout
    for lost in ("accounts", "drafts", "jobs", "not published yet"):
        assert lost in done.stdout
    assert (found("rained"), found("rained", "--staff")) == (0, 2)
    assert "nobody has confirmed it" in run("access", "A/1").stdout
    confirmed = run("access", "A/1", "--confirm", "--by", "The archivist")
    assert confirmed.exit_code == 0, confirmed.output
    assert "open to the public" in confirmed.stdout
    assert found("rained") == 1
    again = run("rebuild", "--confirm-access", "--json")
    assert again.exit_code == 0, again.output
    assert (json.loads(again.stdout)["confirmed"], found("rained")) == (1, 2)
    assert run("verify").exit_code == 0


def test_what_a_killed_rebuild_left_beside_the_objects_goes_with_the_next(home: Path) -> None:
    """Killed when all else was done: no worker need ever come."""
    assert run("rebuild", "--confirm-access").exit_code == 0
    left = home / "store/extensions/testimony-writing/locks/bcdfgh2345"
    left.touch()
    assert run("rebuild", "--confirm-access").exit_code == 0
    assert not left.exists()


def test_without_an_index_and_confirmed_at_once(home: Path) -> None:
    shutil.rmtree(home / "index")
    answer = json.loads(run("rebuild", "--confirm-access", "--json").stdout)
    assert (len(answer["back"]), answer["confirmed"], answer["unconfirmed"]) == (2, 2, 0)
    assert answer["lost"]
    assert found("rained") == 2
    (descriptor,) = sorted(home.rglob("v*/content/descriptor.json"))[-1:]
    kinds = [event["kind"] for event in json.loads(descriptor.read_text())["events"]]
    assert "access confirmation" in kinds


def test_a_database_that_is_there_is_never_overwritten(home: Path) -> None:
    assert run("rebuild").exit_code == 0
    done = run("rebuild")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "move the database away" in done.stderr


def test_a_broken_object_is_told_and_ends_with_exit_code_1(home: Path) -> None:
    broken = next(home.rglob("v*/content/descriptor.json"))
    broken.chmod(0o644)
    broken.write_text("{}")
    done = run("rebuild")
    assert done.exit_code == 1
    assert f"altered: {broken}" in done.stdout
    assert "1 testimonies came back" in done.stdout


def test_not_while_a_worker_is_at_work(home: Path) -> None:
    with worker_elsewhere(home):
        done = run("rebuild")
    assert done.exit_code == 1
    assert "a worker is at work" in done.stderr


def test_confirming_and_saying_a_level_at_once_is_wrong_usage(home: Path) -> None:
    run("rebuild")
    assert run("access", "A/1", "public", "--confirm").exit_code == 2
    assert "needs no confirmation" not in run("access", "A/1", "--confirm").stderr
    assert "needs no confirmation" in run("access", "A/1", "--confirm").stderr
