"""The database that the tests run on: SQLite, or PostgreSQL with `--database postgresql` (or TEST_DATABASE).

A test says where its archive lives; `settings_of` and `environment_of` say which database goes with that
folder. On PostgreSQL each folder has a database of its own, which goes when the folder has gone.
"""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from archive.database import open_engine
from archive.migrations import upgrade
from archive.settings import Settings
from archive.store.locks import hold, is_held
from tests.servers import postgresql

VARIABLE = "TEST_DATABASE"
CHOICES = ("sqlite", "postgresql")

_made: dict[str, Path] = {}
"""Databases of this process, each with the folder that it lives as long as."""


def chosen() -> str:
    """`sqlite` or `postgresql`."""
    return os.environ.get(VARIABLE, CHOICES[0])


def on_postgresql() -> bool:
    """Whether the tests run on PostgreSQL."""
    return chosen() == "postgresql"


def sqlite_alone(reason: str) -> pytest.MarkDecorator:
    """A mark for tests that are about SQLite itself; `reason` says what of it."""
    return pytest.mark.skipif(on_postgresql(), reason=f"about SQLite: {reason}")


def settings_of(home: Path, database: str | None = None) -> Settings:
    """The settings of the archive in a folder, as the environment of `environment_of` gives them; `database`
    is another choice than that of this run."""
    on = database or chosen()
    return Settings(home=home, database_url=_url(home) if on == "postgresql" else None)


def environment_of(home: Path) -> dict[str, str]:
    """What a command has to find in its environment to work on the archive in a folder."""
    found = {"TESTIMONY_HOME": str(home)}
    if on_postgresql():
        found["TESTIMONY_DATABASE_URL"] = _url(home)
    return found


def enter(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """Have commands that run in this process work on the archive in a folder."""
    for name, value in environment_of(home).items():
        monkeypatch.setenv(name, value)


def ask_database(home: Path, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """What the database of a folder answers, as any other process would read it; nothing where it has no
    tables yet. `query` is plain SQL with a `?` for each of `values`."""
    if on_postgresql():
        with closing(psycopg.connect(_plain_url(home))) as connection:
            try:
                return connection.execute(query.replace("?", "%s").encode(), values or None).fetchall()
            except psycopg.errors.UndefinedTable:
                return []
    if not (home / "archive.db").exists():
        return []
    try:
        return _ask_sqlite(home, "ro", query, values)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_READONLY_ROLLBACK:
            raise
        # A dead process left it in mid-transaction: whoever opens it next puts the journal back.
        return _ask_sqlite(home, "rw", query, values)


def _ask_sqlite(home: Path, mode: str, query: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    with closing(
        sqlite3.connect(f"file:{home / 'archive.db'}?mode={mode}", uri=True, timeout=60)
    ) as database:
        try:
            return database.execute(query, values).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" not in str(error):
                raise
            return []


@contextmanager
def worker_elsewhere(home: Path) -> Iterator[None]:
    """A worker that is busy with something else, as every other process sees it."""
    home.mkdir(exist_ok=True)
    if not on_postgresql():
        with hold(home / "worker.lock"):
            yield
        return
    with closing(psycopg.connect(_plain_url(home), autocommit=True)) as connection:
        # Its word holds for as long as the test takes.
        connection.execute("INSERT INTO procrastinate_workers VALUES (DEFAULT, now() + interval '1 day')")
        yield
        connection.execute("DELETE FROM procrastinate_workers WHERE last_heartbeat > now()")


def is_worker_there(home: Path) -> bool:
    """Whether a worker is at work on the archive in a folder."""
    if not on_postgresql():
        return is_held(home / "worker.lock")
    return ask_database(home, "SELECT count(*) FROM procrastinate_workers") not in ([], [(0,)])


def count_jobs(home: Path) -> int | None:
    """How many jobs wait, run or failed; None where there are no tables yet."""
    question = "SELECT count(*) FROM job"
    if on_postgresql():
        question = "SELECT count(*) FROM procrastinate_jobs"
    found = ask_database(home, question)
    return int(found[0][0]) if found else None


def check_whole(home: Path) -> None:
    """Fail unless SQLite finds a folder's database undamaged. (PostgreSQL's own is the server's to keep.)"""
    if not on_postgresql():
        assert ask_database(home, "PRAGMA integrity_check") == [("ok",)]
        assert ask_database(home, "PRAGMA foreign_key_check") == []


def migrate(home: Path, database: str | None = None) -> None:
    """Give a folder an empty database at the newest schema, in a moment, in place of what it had."""
    home.mkdir(parents=True, exist_ok=True)
    if (database or chosen()) == "postgresql":
        _note(home)
        postgresql.server().create_migrated(_name(home))
    else:
        (home / "archive.db").write_bytes(_migrated())


def lose(home: Path) -> None:
    """Take a folder's database away, as a broken disk does. On PostgreSQL an empty one takes its place."""
    if on_postgresql():
        _note(home)
        postgresql.server().drop(_name(home))
        postgresql.server().create(_name(home))
    else:
        (home / "archive.db").unlink()


def duplicate(home: Path, other: Path) -> None:
    """Copy an archive that nobody has open, folder and database."""
    shutil.copytree(home, other)
    if on_postgresql():
        _note(other)
        postgresql.server().create(_name(other), _name(home))


@cache
def _migrated() -> bytes:
    with TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder), database_url=None)
        engine = open_engine(settings)
        upgrade(engine)
        engine.dispose()
        return (settings.home / "archive.db").read_bytes()


def _name(home: Path) -> str:
    return "archive_" + hashlib.sha256(str(home.absolute()).encode()).hexdigest()[:16]


def _url(home: Path) -> str:
    """The address of a folder's database; an empty one is made where there is none."""
    server, name = postgresql.server(), _name(home)
    if name not in _made:
        if not server.has(name):
            server.create(name)
        _note(home)
    return server.url(name)


def _plain_url(home: Path) -> str:
    return make_url(_url(home)).set(drivername="postgresql").render_as_string(hide_password=False)


def _note(home: Path) -> None:
    """Have a folder's database dropped some time after the folder; drop those whose folders have gone."""
    for name in [name for name, folder in _made.items() if not folder.exists()]:
        postgresql.server().drop(name)
        del _made[name]
    place = home.absolute()
    _made[_name(home)] = next(each for each in (place, *place.parents) if each.exists())
