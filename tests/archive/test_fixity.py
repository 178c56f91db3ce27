"""`verify` over whole archives: store, record and derivatives set against each other, by reading alone."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from archive import fixity
from archive.changes.access import NewStatement
from archive.database import reading, writing
from archive.errors import NotFound, WrongInput
from archive.findings import CODES
from archive.fixity import check, verify
from archive.jobs import create_queue
from archive.models import Derivative, File, OutboxEntry, Preserved, Recording, Testimony
from archive.preservation import preserve_waiting
from archive.store import StoredFile
from ingest.workshop import own_folder
from tests.archive.store import museum
from tests.archives import SmallArchive
from tests.databases import ask_database, lose, settings_of, sqlite_alone

Break = Callable[[SmallArchive, str], object]


@pytest.fixture
def whole(archive: SmallArchive) -> str:
    """A testimony with a poster, all of it carried into the store; its public id."""
    public_id = archive.add("Weather", [["It rained.", "Then the sun came."]], accession_number="A/1")
    with writing(archive.engine) as session:
        (file,) = session.query(File)
        session.add(
            Derivative(
                file_id=file.id, kind="poster", path=f"{public_id}/a.jpg", media_type="image/jpeg", size=4
            )
        )
    derivative(archive, public_id).parent.mkdir(parents=True)
    derivative(archive, public_id).write_bytes(b"JPEG")
    preserve_waiting(archive.engine, archive.store)
    return public_id


def derivative(archive: SmallArchive, public_id: str) -> Path:
    return archive.settings.derivatives_folder / public_id / "a.jpg"


def folder(archive: SmallArchive, public_id: str) -> Path:
    (path,) = archive.settings.store_folder.rglob(f"{public_id}/inventory.json")
    return path.parent


def content(archive: SmallArchive, public_id: str, logical_path: str) -> Path:
    return archive.store.path(public_id, logical_path)


def record(archive: SmallArchive, **values: object) -> None:
    with writing(archive.engine) as session:
        session.query(File).update(values)


def forget(archive: SmallArchive, public_id: str) -> None:
    """An object that no testimony has: the record names it otherwise."""
    archive.store.add("jkmnpq6789", {"files/a.bin": StoredFile(b"a")}, message="test", agent="tests")


def older_object(archive: SmallArchive, public_id: str) -> None:
    """The store was put back from a copy of yesterday, and a withdrawal is of today."""
    copy = archive.settings.home / "yesterday"
    shutil.copytree(archive.settings.store_folder, copy)
    archive.state(public_id, NewStatement("withdrawn"))
    preserve_waiting(archive.engine, archive.store)
    shutil.rmtree(archive.settings.store_folder)
    copy.rename(archive.settings.store_folder)


def older_record(archive: SmallArchive, public_id: str) -> None:
    """The database was put back from a copy that knows less than the store."""
    with writing(archive.engine) as session:
        session.query(Testimony).update({"change_number": 0})
        session.query(Preserved).update({"number": 0})


def all_files(home: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path.relative_to(home)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in home.rglob("*")
        if path.is_file()
    }


BREAKINGS: dict[str, Break] = {
    "missing an original": lambda a, i: content(a, i, "files/1.bin").unlink(),
    "missing the object": lambda a, i: shutil.rmtree(folder(a, i).parents[2]),
    "missing a derivative": lambda a, i: derivative(a, i).unlink(),
    "missing from the store what is recorded": lambda a, i: record(a, stored_path="files/2.bin"),
    "altered the descriptor": lambda a, i: museum.overwrite(content(a, i, "descriptor.json"), b"{}"),
    "altered a derivative": lambda a, i: derivative(a, i).write_bytes(b"JPG"),
    "altered: another size is recorded": lambda a, i: record(a, size=1),
    "unexpected in the object": lambda a, i: (folder(a, i) / "x").write_bytes(b"x"),
    "unexpected in the newest version": lambda a, i: a.store.add(
        i, {"files/other.bin": StoredFile(b"x")}, message="test", agent="tests"
    ),
    "unexpected in the storage root": lambda a, i: (a.settings.store_folder / "x").write_bytes(b"x"),
    "unexpected in derivatives": lambda a, i: derivative(a, i).with_name("b.jpg").write_bytes(b"x"),
    "unexpected beside derivatives": lambda a, i: (a.settings.derivatives_folder / "x").write_bytes(b"x"),
    "torn inventory": lambda a, i: museum.half(folder(a, i) / "inventory.json"),
    "torn: a version that nobody finished": lambda a, i: (
        a.settings.store_folder / "extensions/testimony-writing/builds" / i
    ).mkdir(),
    "wrong-digest: SHA-512": lambda a, i: record(a, sha512="0" * 128),
    "wrong-digest: SHA-256": lambda a, i: record(a, sha256="0" * 64),
    "outdated: an object as it was before the last change": older_object,
    "outdated: a record as it was before the last change": older_record,
    "not-of-this-archive: an object": forget,
    "not-of-this-archive: a link": lambda a, i: (a.settings.store_folder / "x").symlink_to("/tmp"),
    "invalid descriptor": lambda a, i: a.store.add(
        i, {"descriptor.json": StoredFile(b'{"format": 2}')}, message="test", agent="tests"
    ),
}
"""By the finding's code and what happened; each is that one finding and no other."""

NOT_QUICKLY = {"altered the descriptor"}


def test_nothing_is_wrong_with_a_whole_archive(archive: SmallArchive, whole: str) -> None:
    assert verify(archive.settings) == []
    assert verify(archive.settings, quick=True) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", BREAKINGS)
def test_each_breaking_is_found_for_what_it_is_and_nothing_else(
    archive: SmallArchive, whole: str, name: str
) -> None:
    BREAKINGS[name](archive, whole)
    code = next(code for code in CODES if name.startswith(code))
    before = all_files(archive.settings.home)
    found = verify(archive.settings)
    assert [finding.code for finding in found] == [code], found
    if "object" not in name and "store" not in name:
        assert found[0].path in found[0].sentence
    quickly = [finding.code for finding in verify(archive.settings, quick=True)]
    # A descriptor that cannot be parsed is noticed quickly too, since it is looked into.
    assert quickly == (["invalid"] if name in NOT_QUICKLY else [code])
    assert all_files(archive.settings.home) == before


def test_several_things_are_all_reported(archive: SmallArchive, whole: str) -> None:
    for name in (
        "missing an original",
        "unexpected in the storage root",
        "altered a derivative",
        "not-of-this-archive: an object",
    ):
        BREAKINGS[name](archive, whole)
    found = {finding.code for finding in verify(archive.settings)}
    assert found == {"missing", "unexpected", "altered", "not-of-this-archive"}


def test_some_testimonies_alone(archive: SmallArchive, whole: str) -> None:
    other = archive.add("Bread", [["The bakery opened."]])
    preserve_waiting(archive.engine, archive.store)
    BREAKINGS["missing an original"](archive, other)
    assert check(archive.settings, ["A/1"]).findings == ()
    assert [finding.testimony for finding in check(archive.settings, [whole, other]).findings] == [other]
    with pytest.raises(NotFound, match="nobody"):
        check(archive.settings, ["nobody"])


def test_without_a_database_the_objects_speak_for_themselves(archive: SmallArchive, whole: str) -> None:
    archive.engine.dispose()
    lose(archive.settings.home)
    done = check(archive.settings)
    assert done.findings == ()
    assert "comparison with the record was left out" in done.notices[0]
    content(archive, whole, "files/1.bin").unlink()
    assert [finding.code for finding in verify(archive.settings)] == ["missing"]
    assert ask_database(archive.settings.home, "SELECT version_num FROM alembic_version") == []


@sqlite_alone("a torn file")
def test_a_torn_database_is_said_and_the_store_is_looked_at(archive: SmallArchive, whole: str) -> None:
    archive.engine.dispose()
    (archive.settings.home / "archive.db").write_bytes(b"not a database" * 100)
    content(archive, whole, "files/1.bin").unlink()
    done = check(archive.settings)
    assert [finding.code for finding in done.findings] == ["missing"]
    assert "cannot be read" in done.notices[0]


def test_no_archive_at_all_is_an_error(tmp_path: Path) -> None:

    with pytest.raises(WrongInput, match="no archive"):
        verify(settings_of(tmp_path / "nowhere"))
    assert not (tmp_path / "nowhere").exists()


def test_what_waits_for_the_store_is_not_missing(archive: SmallArchive, whole: str) -> None:
    archive.add("Bread", [["The bakery opened."]])  # its original is in the store, its descriptor waits
    assert verify(archive.settings) == []
    with writing(archive.engine) as session:
        session.query(OutboxEntry).delete()
    assert {finding.code for finding in verify(archive.settings)} == {"missing"}


def test_what_was_registered_and_is_not_in_the_store_yet_is_not_missing(
    archive: SmallArchive, whole: str
) -> None:
    archive.state(whole, NewStatement("restricted"))
    shutil.rmtree(folder(archive, whole).parents[2])
    record(archive, stored_path=None)
    assert verify(archive.settings) == []


def test_an_original_whose_row_comes_later_is_not_unexpected(archive: SmallArchive, whole: str) -> None:
    """Accession puts it into the store, and then records that it is there."""
    with writing(archive.engine) as session:
        (before,) = session.query(File)
        values = {
            column.key: getattr(before, column.key)
            for column in File.__table__.columns
            if column.key not in ("id", "public_id")
        }
        coming = File(**values | {"current": False, "stored_path": None})
        session.add(coming)
        session.flush()
        path = f"files/{coming.public_id}.wav"
    archive.store.add(whole, {path: StoredFile(b"new")}, message="test", agent="tests")
    assert verify(archive.settings) == []


def test_what_is_being_derived_is_not_unexpected(archive: SmallArchive, whole: str) -> None:
    derivative(archive, whole).with_name(".0123.part").write_bytes(b"x")
    assert [finding.code for finding in verify(archive.settings)] == ["unexpected"]
    with writing(archive.engine) as session:
        (recording,) = session.query(Recording)
        create_queue(archive.settings, archive.engine).defer(session.connection(), recording.id)
    assert verify(archive.settings) == []


@pytest.mark.slow
def test_a_store_that_others_write_to_is_whole_all_the_time(archive: SmallArchive, whole: str) -> None:
    stop = Event()

    def work() -> None:
        level = True
        while not stop.is_set():
            archive.state(whole, NewStatement("public" if level else "restricted"))
            level = not level
            preserve_waiting(archive.engine, archive.store)

    writer = Thread(target=work)
    writer.start()
    try:
        for _ in range(5):
            assert verify(archive.settings) == []
    finally:
        stop.set()
        writer.join()


_DIE_IN_A_TRANSACTION = """
import os, signal, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 1")
connection.execute("PRAGMA journal_mode = " + sys.argv[2])
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE file SET sha512 = 'x', sha256 = 'x'")
connection.execute("CREATE TABLE filler (text)")
for _ in range(3000):
    connection.execute("INSERT INTO filler VALUES (?)", ("x" * 500,))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.slow
@sqlite_alone("its journals")
@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_a_database_left_in_a_transaction_is_read_as_it_was_before_and_not_touched(
    archive: SmallArchive, whole: str, mode: str
) -> None:
    archive.engine.dispose()
    database = archive.settings.home / "archive.db"
    command = [sys.executable, "-c", _DIE_IN_A_TRANSACTION, str(database), mode]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    before = all_files(archive.settings.home)
    if mode == "delete":
        assert "archive.db-journal" in before
        with pytest.raises(sqlite3.OperationalError):
            sqlite3.connect(f"file:{database}?mode=ro", uri=True).execute("SELECT * FROM file")
    assert check(archive.settings) == fixity.Check((), (), 1, check(archive.settings).read)
    after = all_files(archive.settings.home)
    assert after.keys() - {"archive.db-shm"} == before.keys() - {"archive.db-shm"}
    assert all(after[name] == before[name] for name in before if name != "archive.db-shm")


def test_an_older_schema_is_compared_as_it_is(archive: SmallArchive, whole: str) -> None:
    with writing(archive.engine) as session:
        session.connection().exec_driver_sql("ALTER TABLE testimony DROP COLUMN unconfirmed_since")
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    record(archive, sha512="0" * 128)
    assert [finding.code for finding in verify(archive.settings)] == ["wrong-digest"]
    with reading(archive.engine) as session:
        assert session.connection().exec_driver_sql("SELECT * FROM alembic_version").scalar() == "0001"


@pytest.fixture
def read_only(tmp_path: Path, archive: SmallArchive, whole: str) -> Iterator[None]:
    """The archive's folder, mounted over itself for reading alone."""
    archive.engine.dispose()
    home = str(archive.settings.home)
    if os.geteuid() != 0:
        pytest.skip("only root can mount a folder for reading alone")
    bind = ["mount", "--bind", home, home]
    if subprocess.run(bind, check=False, capture_output=True).returncode:
        pytest.skip("folders cannot be mounted here")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", home], check=True)
        yield
    finally:
        subprocess.run(["umount", home], check=True)


@pytest.mark.usefixtures("read_only")
def test_a_file_system_that_is_mounted_for_reading(archive: SmallArchive) -> None:
    with pytest.raises(OSError, match="Read-only"):
        (archive.settings.home / "x").write_bytes(b"x")
    assert check(archive.settings).notices == ()
    assert verify(archive.settings) == []


def test_progress_is_told(archive: SmallArchive, whole: str) -> None:
    shown: list[tuple[int, int, int, int]] = []
    done = check(archive.settings, watch=fixity.Watch(lambda *each: shown.append(each)))
    assert shown[-1][:2] == (1, 1)
    assert shown[-1][2] == done.read > 0
    with reading(archive.engine) as session:
        assert session.query(Testimony).count() == 1


def test_the_documentation_lists_every_code() -> None:
    page = (Path(__file__).parents[2] / "docs" / "preservation.md").read_text()
    rows = {
        line.split("|")[1].strip(" `"): line.split("|")[2].strip()
        for line in page.splitlines()
        if line.startswith("| `")
    }
    assert rows == CODES


def test_a_living_workers_own_folder_is_not_unexpected_and_a_dead_ones_is(
    archive: SmallArchive, whole: str
) -> None:
    with own_folder(archive.settings.making_folder) as making:
        (making / "copy.mp4").write_bytes(b"x")
        assert verify(archive.settings) == []
        left = making.with_name("dead")
        left.mkdir()
        (left / "copy.mp4").write_bytes(b"x")
        assert [finding.code for finding in verify(archive.settings)] == ["unexpected"]
