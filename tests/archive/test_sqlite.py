"""A database that another program keeps to itself is said in words of ours."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from archive.database import open_engine, reading, writing
from archive.errors import DatabaseUnavailable
from archive.settings import Settings


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    monkeypatch.setattr("archive.sqlite.BUSY_TIMEOUT_MS", 100)
    engine = open_engine(Settings(home=tmp_path, database_url=None))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE weather (day TEXT)"))
    yield engine
    engine.dispose()


@pytest.mark.parametrize("grip", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_a_writer_that_holds_on_is_said(engine: Engine, tmp_path: Path, grip: str) -> None:
    def write() -> None:
        with writing(engine) as session:
            session.execute(text("INSERT INTO weather VALUES ('rain')"))

    with closing(sqlite3.connect(tmp_path / "archive.db", isolation_level=None)) as other:
        other.execute(grip)
        with pytest.raises(DatabaseUnavailable, match=r"another program keeps .*archive.db to itself"):
            write()
        other.execute("ROLLBACK")
    write()
    with reading(engine) as session:
        assert session.scalar(text("SELECT count(*) FROM weather")) == 1


def test_a_lock_on_the_whole_file_is_said_to_readers(engine: Engine, tmp_path: Path) -> None:
    engine.dispose()
    with closing(sqlite3.connect(tmp_path / "archive.db", isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with (
            pytest.raises(DatabaseUnavailable, match=r"another program keeps .*archive.db to itself"),
            reading(engine) as session,
        ):
            session.scalar(text("SELECT count(*) FROM weather"))


def test_a_commit_that_readers_keep_waiting_is_said(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a write-ahead log, as every SQLite is used that cannot be trusted with one."""
    monkeypatch.setattr("archive.sqlite.journal_mode", lambda: ("delete", "extra"))
    engine.dispose()  # the next connection goes by that
    with closing(sqlite3.connect(tmp_path / "archive.db", isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM weather").fetchall()
        with pytest.raises(DatabaseUnavailable), writing(engine) as session:
            session.execute(text("INSERT INTO weather VALUES ('rain')"))
        other.execute("ROLLBACK")
    with reading(engine) as session:
        assert session.scalar(text("SELECT count(*) FROM weather")) == 0
