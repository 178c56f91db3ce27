"""A disk that refuses is named, with what is the matter."""

import errno
import os
import sqlite3
from pathlib import Path

import pytest

from archive.database import open_engine, writing
from archive.disks import writing_to
from archive.errors import DiskRefused
from archive.settings import Settings


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.ENOSPC, "is full: No space left on device"),
        (errno.EROFS, "is read-only"),
        (errno.EACCES, "may not be written"),
        (errno.EIO, "does not answer"),
        (errno.ESTALE, "does not answer"),
        (errno.EMFILE, "Too many open files"),
    ],
)
def test_the_disk_is_named(number: int, sentence: str, tmp_path: Path) -> None:
    folder = tmp_path / "one\nline"
    with pytest.raises(DiskRefused) as caught, writing_to(folder):
        raise OSError(number, os.strerror(number))
    assert sentence in str(caught.value)
    assert f"{tmp_path}/one\\nline" in str(caught.value)


def test_a_database_that_can_take_no_more_is_said(tmp_path: Path) -> None:
    engine = open_engine(Settings(home=tmp_path, database_url=None))
    with writing(engine) as session:
        session.connection().exec_driver_sql("CREATE TABLE weather (text)")

    def fill() -> None:
        with writing(engine) as session:
            session.connection().exec_driver_sql("PRAGMA max_page_count = 4")
            session.connection().exec_driver_sql("INSERT INTO weather VALUES (zeroblob(1000000))")

    with pytest.raises(DiskRefused, match=r"the disk of .*archive.db is full"):
        fill()
    engine.dispose()


def test_other_errors_of_the_database_stay_what_they_are(tmp_path: Path) -> None:
    engine = open_engine(Settings(home=tmp_path, database_url=None))
    with pytest.raises(Exception, match="no such table") as caught, writing(engine) as session:
        session.connection().exec_driver_sql("SELECT * FROM weather")
    assert isinstance(caught.value.__cause__, sqlite3.OperationalError)
    engine.dispose()
