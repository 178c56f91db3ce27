"""Descriptions out, edited and in again, as an archivist does it."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from archive.database import reading
from archive.queries import outbox
from ingest.cli import app
from tests.archives import SmallArchive
from tests.databases import enter, worker_elsewhere
from tests.tables import Cells, export, save, stands


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallArchive]:
    enter(monkeypatch, tmp_path / "archive")
    small = SmallArchive(tmp_path / "archive")
    yield small
    small.close()


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


@pytest.fixture
def public_id(archive: SmallArchive) -> str:
    return archive.add("Bread", [["It rained."]], accession_number="A/1", summary="=1+1")


@pytest.fixture
def edited(archive: SmallArchive, public_id: str, tmp_path: Path) -> Path:
    rows = export(archive, public_id)
    rows[0] |= {"title": "Weather", "access": "restricted; reason: asked for", "places": "Łódź | Poland"}
    return save(tmp_path / "edited.csv", rows)


SHOWN = """\
A/1 ({})
  title: Bread → Weather
  places
    + Łódź
    + Poland
  access (closes): public; by: test → restricted; reason: asked for; by: The archivist
"""


def test_a_dry_run_shows_and_changes_nothing(archive: SmallArchive, public_id: str, edited: Path) -> None:
    before = archive_bytes(archive)
    done = run("import", "--descriptions", edited, "--dry-run", "--by", "The archivist")
    assert done.exit_code == 0, done.output
    assert done.stdout == SHOWN.format(public_id)
    assert done.stderr == "nothing was changed: this was a dry run\n"
    assert archive_bytes(archive) == before


def archive_bytes(archive: SmallArchive) -> dict[str, bytes]:
    home = archive.settings.home
    return {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}


def test_nobody_is_there_to_be_asked(public_id: str, edited: Path) -> None:
    done = run("import", "--descriptions", edited)
    assert done.exit_code == 2
    assert "expected --yes or --dry-run" in done.stderr


@pytest.mark.slow
def test_a_closing_is_in_the_store_when_it_is_acknowledged(
    archive: SmallArchive, public_id: str, edited: Path
) -> None:
    done = run("import", "--descriptions", edited, "--yes", "--by", "The archivist", "--json")
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert [(change["field"], change["effects"]) for change in answer["changes"]] == [
        ("title", []),
        ("places", []),
        ("access", ["closes"]),
    ]
    descriptor = json.loads(archive.store.path(public_id, "descriptor.json").read_text())
    assert descriptor["statements"][-1]["level"] == "restricted"
    assert descriptor["imports"][0]["public_id"] == answer["import"]
    with reading(archive.engine) as session:
        assert outbox.count(session, "index") == 0
    undone = run("import", "--undo", answer["import"], "--yes")
    assert undone.exit_code == 0, undone.output
    assert (
        "access (opens): restricted; reason: asked for; by: The archivist → public; by: test" in undone.stdout
    )
    assert stands(archive, public_id)["title"] == "Bread"
    history = run("history", "A/1")
    assert f"The archivist, import {answer['import']}\n  title: Bread → Weather" in history.stdout
    assert f", which undid import {answer['import']}" in history.stdout
    as_json = json.loads(run("history", public_id, "--json").stdout)
    assert [change["field"] for change in as_json["changes"]] == [
        "access", "title", "places", "access", "title", "places", "access",
    ]  # fmt: skip


@pytest.mark.slow
def test_what_closes_nothing_is_in_the_store_too_where_no_worker_is(
    archive: SmallArchive, public_id: str, tmp_path: Path
) -> None:
    rows_of = export(archive, public_id)
    rows_of[0]["title"] = "Weather"
    done = run("import", "--descriptions", save(tmp_path / "edited.csv", rows_of), "--yes")
    assert done.exit_code == 0, done.output
    with reading(archive.engine) as session:
        assert outbox.count(session, "store") == 0
    descriptor = json.loads(archive.store.path(public_id, "descriptor.json").read_text())
    assert descriptor["title"] == "Weather"


def test_words_that_go_are_gone_from_the_store_too_when_it_is_acknowledged(
    archive: SmallArchive, public_id: str, tmp_path: Path
) -> None:
    rows_of = export(archive, public_id)
    rows_of[0]["title"] = "Weather"
    with worker_elsewhere(archive.settings.home):
        done = run("import", "--descriptions", save(tmp_path / "edited.csv", rows_of), "--yes")
    assert done.exit_code == 0, done.output
    descriptor = json.loads(archive.store.path(public_id, "descriptor.json").read_text())
    assert descriptor["title"] == "Weather"


def test_a_table_that_cannot_be_used_changes_nothing(
    archive: SmallArchive, public_id: str, edited: Path
) -> None:
    edited.write_text(edited.read_text().replace("1996", "spring").replace("interview,", "chat,"))
    done = run("import", "--descriptions", edited, "--yes", "--json")
    assert done.exit_code == 1
    answer = json.loads(done.stdout)
    assert answer["import"] is None
    assert [failure["place"] for failure in answer["failed"]] == ["row 2, kind", "row 2, date"]
    assert "nothing was changed: first mend these" in done.stderr
    assert stands(archive, public_id)["title"] == "Bread"


@pytest.mark.parametrize(
    "arguments",
    [
        ["import"],
        ["import", "--descriptions", "a.csv", "--undo", "x"],
        ["import", "--descriptions", "a.csv", "--json"],
        ["export"],
    ],
)
def test_wrong_usage(archive: SmallArchive, arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


def rows(text: str) -> list[Cells]:
    return list(csv.DictReader(text.splitlines(keepends=True)))


def test_a_table_is_for_its_owner_and_replaces_none(
    archive: SmallArchive, public_id: str, tmp_path: Path
) -> None:
    path = tmp_path / "table.csv"
    done = run("export", "--descriptions", path)
    assert (done.exit_code, done.stdout) == (0, ""), done.output
    assert path.stat().st_mode & 0o077 == 0
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    (row,) = rows(content.decode("utf-8-sig"))
    assert (row["id"], row["summary"]) == (public_id, "'=1+1")
    again = run("export", "--descriptions", path)
    assert (again.exit_code, path.read_bytes()) == (1, content)
    assert "may have been edited" in again.stderr
    assert run("import", "--descriptions", path, "--yes").stderr == "nothing to change\n"


def test_some_or_one_collection(archive: SmallArchive, public_id: str) -> None:
    archive.collection("bakery", "Bakery")
    other = archive.add("Bread", [["Bread."]], collection="bakery")
    out = ["export", "--descriptions", "-"]
    assert [row["id"] for row in rows(run(*out).stdout)] == [public_id, other]
    assert [row["id"] for row in rows(run(*out, "A/1").stdout)] == [public_id]
    assert [row["id"] for row in rows(run(*out, "--collection", "Bakery").stdout)] == [other]
    assert "no collection has the name Bakeries" in run(*out, "--collection", "Bakeries").stderr
    assert "no testimony has the id or accession number A/2" in run(*out, "A/1", "A/2").stderr
