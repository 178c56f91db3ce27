"""The database comes back from the store alone, row by row, and closed until somebody says otherwise."""

import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.orm import Session

from archive.access import PUBLIC, STAFF, visible
from archive.changes import access
from archive.changes import testimonies as testimony_changes
from archive.changes.access import NewStatement
from archive.changes.derivatives import renew
from archive.clock import now
from archive.database import reading, writing
from archive.errors import Conflict, NotFound
from archive.fixity import verify
from archive.jobs import create_queue
from archive.models import (
    Derivative,
    Event,
    File,
    OutboxEntry,
    Person,
    Recording,
    Role,
    Testimony,
)
from archive.preservation import preserve, preserve_waiting
from archive.queries import outbox, preserved, testimonies
from archive.queries.explanations import explain
from archive.rebuilding import Rebuilt, confirm_all, finish, rebuild
from archive.store import Known, StoredFile
from schemas.metadata import TestimonyMetadata
from tests.archive.furnishing import furnish, load
from tests.archive.store import museum
from tests.archives import NOW, SmallArchive
from tests.databases import lose
from tests.rows import rows

OF_REBUILDING = ("rebuild", "recovery")


def plain(archive: SmallArchive) -> dict[str, list[dict[str, Any]]]:
    """The record, but for what a rebuild says of itself and for people whom no testimony names any more."""
    found = rows(archive.engine, without=OF_REBUILDING)
    named = {row["person_id"] for table in ("role", "segment") for row in found[table]}
    found["person"] = [row for row in found["person"] if row["public_id"] in named]
    for row in found["testimony"]:
        del row["unconfirmed_since"]
    return found


def copy_of(archive: SmallArchive, home: Path) -> SmallArchive:
    """Another archive, with the store of this one and nothing else."""
    other = SmallArchive(home)
    shutil.copytree(archive.settings.store_folder, other.settings.store_folder, symlinks=True)
    return other


def bring_back(archive: SmallArchive) -> Rebuilt:
    outcome = rebuild(archive.engine, archive.store, create_queue(archive.settings, archive.engine))
    finish(archive.engine, outcome)
    return outcome


@pytest.fixture
def furnished(archive: SmallArchive) -> list[str]:
    return furnish(archive)


@pytest.fixture
def other(archive: SmallArchive, furnished: list[str], tmp_path: Path) -> Iterator[SmallArchive]:
    copied = copy_of(archive, tmp_path / "other")
    yield copied
    copied.close()


@pytest.mark.slow
def test_every_row_comes_back(archive: SmallArchive, furnished: list[str], other: SmallArchive) -> None:
    expected = plain(archive)
    empty = {name for name, found in expected.items() if not found}
    assert empty == set(), "every table of the record has something in it to lose"
    outcome = bring_back(other)
    assert (sorted(outcome.back), outcome.findings, outcome.failed) == (sorted(furnished), [], set())
    found = plain(other)
    for table, wanted in expected.items():
        assert found[table] == wanted, table
    with reading(other.engine) as session:
        for public_id in furnished:  # an object that is lost from now on is not begun a second time
            assert preserved.known(session, other.row_id_in(session, public_id)) is Known.OBJECT
    assert "outdated" not in {finding.code for finding in verify(other.settings, quick=True)}


@pytest.mark.slow
def test_what_came_back_can_be_kept_and_come_back_again(other: SmallArchive, tmp_path: Path) -> None:
    bring_back(other)
    with writing(other.engine) as session:
        for row in session.query(Testimony):
            access.outbox.announce_to_store(session, row)
    preserve_waiting(other.engine, other.store)
    third = copy_of(other, tmp_path / "third")
    bring_back(third)
    assert plain(third) == plain(other)
    third.close()


@pytest.mark.slow
def test_everything_is_closed_until_somebody_says_otherwise(
    archive: SmallArchive, furnished: list[str], other: SmallArchive
) -> None:
    bring_back(other)
    rich = furnished[0]
    with reading(other.engine) as session:
        row = load(other, session, rich)
        assert visible(STAFF, row, "read", NOW).described
        for moment in (NOW, now(), NOW + timedelta(days=20_000)):
            closed = visible(PUBLIC, row, "read", moment)
            assert (closed.described, closed.notice, closed.sound) == (False, None, {})
            assert testimonies.find_known(session, rich, PUBLIC, moment) is None
        assert "came back from the store" in explain(row, NOW).sentence
        # Every search leaves it out until the index was told.
        assert rich in outbox.left_out(session, NOW)
    with writing(other.engine) as session:
        assert access.confirm(session, load(other, session, rich), said_by="An archivist")
        assert not access.confirm(session, load(other, session, rich), said_by="An archivist")
    with reading(other.engine) as session:
        assert visible(PUBLIC, load(other, session, rich), "read", NOW).described
        told = session.query(Event).filter_by(kind="access confirmation").one()
        assert told.agent == "An archivist"
    assert confirm_all(other.engine, "An archivist") == 2
    assert confirm_all(other.engine, "An archivist") == 0


def test_a_notice_is_not_told_either(archive: SmallArchive, tmp_path: Path) -> None:
    public_id = archive.add("Weather", [["It rained."]], level=None)
    archive.state(public_id, NewStatement("restricted", notice="Closed at the family's wish"))
    preserve_waiting(archive.engine, archive.store)
    with reading(archive.engine) as session:
        assert testimonies.find_known(session, public_id, PUBLIC, NOW) is not None
    other = copy_of(archive, tmp_path / "other")
    bring_back(other)
    with reading(other.engine) as session:
        assert testimonies.find_known(session, public_id, PUBLIC, NOW) is None
        assert visible(PUBLIC, load(other, session, public_id), "read", NOW).notice is None
    other.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("statement", "confirmed"),
    [
        (NewStatement("restricted"), True),
        (NewStatement("public"), True),
        (NewStatement("public", stretch=(1, 0, 100)), False),
    ],
)
def test_a_word_on_the_whole_testimony_confirms_and_one_on_a_part_does_not(
    other: SmallArchive, furnished: list[str], statement: NewStatement, confirmed: bool
) -> None:
    bring_back(other)
    other.state(furnished[0], statement)
    with reading(other.engine) as session:
        row = load(other, session, furnished[0])
        assert (row.unconfirmed_since is None) is confirmed
        assert visible(PUBLIC, row, "read", NOW).described is (confirmed and statement.level == "public")


def test_a_description_confirms_nothing(other: SmallArchive, furnished: list[str]) -> None:
    bring_back(other)
    with writing(other.engine) as session:
        row = load(other, session, furnished[2])
        metadata = TestimonyMetadata.read({"title": "Mist", "access": "public"})
        testimony_changes.describe(session, row, metadata, said_by="the description", now=NOW)
        assert not visible(PUBLIC, row, "read", NOW).described


def test_a_database_that_holds_anything_is_refused(
    archive: SmallArchive, furnished: list[str], other: SmallArchive
) -> None:
    before = plain(archive)
    with pytest.raises(Conflict, match="never overwrites"):
        bring_back(archive)
    assert plain(archive) == before
    other.collection()
    with pytest.raises(Conflict, match="not empty"):
        bring_back(other)


def test_once_everything_came_back_it_is_refused_too(other: SmallArchive) -> None:
    bring_back(other)
    with pytest.raises(Conflict, match="everything came back"):
        bring_back(other)


def test_a_store_without_testimonies_is_nothing_to_rebuild_from(archive: SmallArchive) -> None:
    with pytest.raises(NotFound, match="nothing to rebuild from"):
        bring_back(archive)
    with reading(archive.engine) as session:
        assert session.query(Event).count() == 0


DAMAGE: dict[str, Callable[[SmallArchive, str], object]] = {
    "altered": lambda a, i: museum.overwrite(a.store.path(i, "descriptor.json"), b"{}"),
    "missing": lambda a, i: a.store.path(i, "descriptor.json").unlink(),
    "invalid": lambda a, i: a.store.add(
        i, {"descriptor.json": StoredFile(b'{"format": 2}')}, message="test", agent="tests"
    ),
    "torn": lambda a, i: [
        museum.half(path) for path in a.settings.store_folder.rglob("inventory.json") if i in path.parts
    ],
    "not-of-this-archive": lambda a, i: a.store.add(
        i, {"descriptor.json": StoredFile(_renamed(a, i))}, message="test", agent="tests"
    ),
}


def _renamed(archive: SmallArchive, public_id: str) -> bytes:
    return (
        archive.store.path(public_id, "descriptor.json").read_bytes().replace(public_id.encode(), b"z" * 10)
    )


@pytest.mark.slow
@pytest.mark.parametrize("code", DAMAGE)
def test_a_broken_object_is_a_finding_and_the_others_come_back(
    other: SmallArchive, furnished: list[str], code: str
) -> None:
    rich, *rest = furnished
    kept = {path: path.read_bytes() for path in other.settings.store_folder.rglob("*") if path.is_file()}
    DAMAGE[code](other, rich)
    outcome = bring_back(other)
    assert {finding.code for finding in outcome.findings} == {code}
    assert (sorted(outcome.back), outcome.failed) == (sorted(rest), {rich})
    # Mended, it comes back too.
    for path in other.settings.store_folder.rglob("*"):
        if path.is_file() and path not in kept:
            path.unlink()
    for path, content in kept.items():
        path.unlink(missing_ok=True)
        path.write_bytes(content)
    for folder in sorted(other.settings.store_folder.rglob("v9"), reverse=True):
        shutil.rmtree(folder)
    again = bring_back(other)
    assert (again.back, sorted(again.there)) == ([rich], sorted(rest))


def test_a_text_that_was_altered_keeps_its_testimony_out(other: SmallArchive, furnished: list[str]) -> None:
    path = other.store.path(furnished[0], "descriptor.json")
    (transcript, *_) = json.loads(path.read_text())["transcripts"]
    museum.overwrite(other.store.path(furnished[0], transcript["revisions"][0]["path"]), b"{}")
    outcome = bring_back(other)
    assert [finding.code for finding in outcome.findings] == ["altered"]
    with reading(other.engine) as session:
        assert testimonies.find(session, furnished[0]) is None
        assert session.query(Person).filter_by(identifier=None).count() == 0  # nothing of it is left behind


def test_an_original_that_is_gone_is_a_finding_and_its_testimony_comes_back(
    archive: SmallArchive, other: SmallArchive, furnished: list[str]
) -> None:
    other.store.path(furnished[1], "files/1.bin").unlink()
    outcome = bring_back(other)
    assert [finding.code for finding in outcome.findings] == ["missing"]
    assert outcome.failed == set()
    assert plain(other) == plain(archive)


@pytest.mark.slow
def test_of_two_objects_that_disagree_the_newest_counts_and_it_is_said(archive: SmallArchive) -> None:
    first, second = (archive.add(title, [["It rained."]], people=()) for title in ("Rain", "Snow"))
    with writing(archive.engine) as session:
        shared = Person(identifier="Q1", names=["A"], published_name="A. B.")
        for public_id in (first, second):
            row = load(archive, session, public_id)
            row.roles = [Role(role="interviewee", position=0, person=shared)]
    preserve_waiting(archive.engine, archive.store)
    with writing(archive.engine) as session:
        row = load(archive, session, first)
        row.collection.machine_text, row.roles[0].person.published_name = "staff", "Anna B."
        access.outbox.announce(session, row)
    preserve(archive.engine, archive.store, archive.row_id(first))
    expected = plain(archive)
    archive.close()
    lose(archive.settings.home)
    other = SmallArchive(archive.settings.home)
    outcome = bring_back(other)
    told = " ".join(outcome.notes)
    assert len(outcome.notes) == 2
    assert "collection weather" in told
    assert f"the newest ({first}" in told
    assert "Anna" not in told
    assert plain(other) == expected
    other.close()


def test_objects_of_the_first_descriptors_are_read(archive: SmallArchive, furnished: list[str]) -> None:
    """Written before a field was there, an object lacks it."""
    later = {
        "source",
        "derivatives",
        "subject_row",
        "speakers",
        "changes",
        "imports",
        "clips",
        "old_addresses",
        "framed_by",
        "change_number",
        "version",
        "windows_finished_at",
    }
    person = furnished[1]
    names = [name for name in archive.store.newest(person).sha512 if name.endswith(".json")]  # type: ignore[union-attr] # it is there

    def strip(value: Any, *, top: bool = False) -> Any:
        if isinstance(value, list):
            return [strip(each) for each in value]
        if not isinstance(value, dict):
            return value
        return {key: strip(each) for key, each in value.items() if key not in later}

    files = {}
    for name in names:
        content = strip(json.loads(archive.store.path(person, name).read_text()))
        for part in (
            content.get("collection"),
            *content.get("people", []),
            *content.get("transcripts", []),
            *content.get("chapters", []),
            *content.get("segments", []),
        ):
            (part or {}).pop("created_at", None)
        files[name] = StoredFile(json.dumps(content).encode())
    archive.store.add(person, files, message="as it was", agent="tests")
    archive.close()
    lose(archive.settings.home)
    other = SmallArchive(archive.settings.home)
    outcome = bring_back(other)
    assert outcome.failed == set()
    with reading(other.engine) as session:
        assert load(other, session, person).title == "Bread"
    other.close()


def test_work_that_is_left_is_deferred_and_nothing_else(other: SmallArchive, furnished: list[str]) -> None:
    bring_back(other)
    queue = create_queue(other.settings, other.engine)
    with reading(other.engine) as session:
        recording = {row.id: row.testimony_id for row in session.query(Recording)}
        titles = {row.id: row.title for row in session.query(Testimony)}
        due = {titles[recording[state.recording_id]] for state in queue.states()}
    # A person's text needs no machine's, but nobody has heard it yet either; fog was never accessioned; a
    # stretch of the weather is closed, and there is no copy without it.
    assert due == {"Bread", "Fog", "Weather"}


def test_derivatives_that_are_gone_are_made_due(other: SmallArchive, furnished: list[str]) -> None:
    bring_back(other)
    folder = other.settings.derivatives_folder
    (folder / "there.m4a").parent.mkdir(parents=True)
    (folder / "there.m4a").write_bytes(b"1234")
    queue = create_queue(other.settings, other.engine)
    with writing(other.engine) as session:
        session.query(Derivative).delete()
        files = {file.recording_id: file for file in session.query(File).filter(File.current)}
        current = [file for _, file in sorted(files.items())]
        for file, path in zip(current, ("there.m4a", "gone.m4a", None), strict=False):
            session.add(
                Derivative(file_id=file.id, kind="playback", path=path, media_type="audio/mp4", size=4)
            )
        session.flush()
        assert renew(session, queue, folder) == 1
        assert {row.path for row in session.query(Derivative)} == {"there.m4a", None}
        gone = sorted(files)[1]
    assert gone in {state.recording_id for state in queue.states()}


@pytest.mark.slow
def test_killed_anywhere_and_run_again_it_is_the_same(
    archive: SmallArchive, furnished: list[str], tmp_path: Path
) -> None:
    expected, killed = plain(archive), 0
    for commit in range(1, 20):
        for moment in ("commit", "after"):
            home = tmp_path / f"{moment}{commit}"
            other = copy_of(archive, home)
            other.close()
            child = os.fork()
            if child == 0:
                _die_at(SmallArchive.reopened(home), commit, moment)
            ended = os.waitpid(child, 0)[1]
            again = SmallArchive.reopened(home)
            if os.WIFSIGNALED(ended):
                killed += 1
                with suppress(Conflict):  # it died after the last commit: everything has come back
                    bring_back(again)
            assert plain(again) == expected
            with reading(again.engine) as session:
                assert len(testimonies.unconfirmed_ids(session)) == len(furnished)
                assert session.query(OutboxEntry).count() == len(furnished)
            again.close()
            shutil.rmtree(home)
        if not os.WIFSIGNALED(ended):
            break
    assert killed >= 2 * (len(furnished) + 1)


def _die_at(archive: SmallArchive, commit: int, moment: str) -> None:
    """Rebuild, and kill this process before or after its nth commit."""
    left = [commit]

    def count(*_: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        if moment == "commit":
            sqlalchemy_event.listen(archive.engine, "commit", count)
        else:
            sqlalchemy_event.listen(Session, "after_commit", count)
        bring_back(archive)
        os._exit(0)
    finally:
        os._exit(1)
