"""Connections and transactions.

Every write transaction starts with BEGIN IMMEDIATE: with SQLAlchemy's default three processes lost 399 of
600 acknowledged updates without an error (DESIGN: SQLite). Reads take a plain BEGIN, one snapshot each.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.pool import StaticPool

from archive.disks import writing_to
from archive.errors import ChangedMeanwhile, DiskRefused
from archive.settings import Settings
from schemas.legible import legible_name

BUSY_TIMEOUT_MS = 60_000
"""How long a transaction waits for another before it gives up. The longest write (publishing a transcript
of hours) takes a second or two; the rest is margin for slow disks."""

_WAL_SAFE_FROM = (3, 51, 3)
_WAL_SAFE_PATCHED = {(3, 50): 7, (3, 44): 6}


def wal_is_safe(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite resets a write-ahead log without the chance of corrupting it (fixed in 3.51.3,
    3.50.7 and 3.44.6)."""
    return version >= _WAL_SAFE_FROM or version[2] >= _WAL_SAFE_PATCHED.get(version[:2], 1_000_000)


def journal_mode() -> tuple[str, str]:
    """The journal mode and `synchronous` level that keep acknowledged commits with this SQLite: WAL with
    FULL (NORMAL lost 50 of 50 in a simulated power cut), else DELETE with EXTRA."""
    major, minor, patch = sqlite3.sqlite_version_info[:3]
    return ("wal", "full") if wal_is_safe((major, minor, patch)) else ("delete", "extra")


def open_engine(settings: Settings) -> Engine:
    """An engine on the archive's database; the home folder is made where it is missing."""
    if settings.database.startswith("sqlite"):
        with writing_to(settings.home):
            settings.home.mkdir(parents=True, exist_ok=True)
    # What was searched for or said is not for the log, where errors of the database would write it.
    engine = create_engine(settings.database, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        _listen(engine)
    return engine


def open_scratch_engine() -> Engine:
    """An engine on a database in memory that nobody else sees; it ends with its engine."""
    engine = create_engine("sqlite://", hide_parameters=True, poolclass=StaticPool)
    _listen(engine)
    return engine


def _listen(engine: Engine) -> None:
    event.listen(engine, "connect", partial(_prepare_sqlite, str(engine.url.database)))
    event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "handle_error", _say_which_disk)


def _prepare_sqlite(database: str, connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, below
    mode, synchronous = journal_mode()
    cursor = connection.cursor()
    try:
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.execute(f"PRAGMA journal_mode = {mode}")
        cursor.execute(f"PRAGMA synchronous = {synchronous}")
        cursor.execute("PRAGMA foreign_keys = ON")
    except sqlite3.Error as error:
        _raise_refusal(error, database)
        raise
    finally:
        cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


_REFUSALS = {
    sqlite3.SQLITE_FULL: "the disk of {} is full",
    sqlite3.SQLITE_READONLY: "{} is on a disk that is read-only, or may not be written",
    sqlite3.SQLITE_CANTOPEN: "{} cannot be opened: its folder is gone, read-only, or may not be written",
    sqlite3.SQLITE_IOERR: "the disk of {} does not answer",
}
_PRIMARY = 0xFF  # of an extended result code, which says more of what the program was at than we need


def _say_which_disk(context: ExceptionContext) -> None:
    """SQLAlchemy asks for each error of the driver what is to be raised in its place."""
    if context.engine is not None and isinstance(context.original_exception, sqlite3.Error):
        _raise_refusal(context.original_exception, str(context.engine.url.database))


def _raise_refusal(error: sqlite3.Error, database: str) -> None:
    code = getattr(error, "sqlite_errorcode", None)  # errors of the driver's own have none
    if code is not None and (sentence := _REFUSALS.get(code & _PRIMARY)):
        raise DiskRefused(sentence.format(legible_name(database))) from error


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session for reads: one snapshot, never committed."""
    with Session(engine.execution_options(read_only=True), expire_on_commit=False) as session:
        yield session


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A session for one write transaction: committed when the block ends, rolled back when it raises.

    Raises ChangedMeanwhile where somebody else changed a row since it was read.
    """
    try:
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session
    except StaleDataError as error:
        raise ChangedMeanwhile("somebody else changed this meanwhile; nothing was overwritten") from error


def describe_engine(engine: Engine) -> str:
    """A sentence on how the database keeps what it acknowledges, for `testimony status`."""
    if engine.dialect.name != "sqlite":
        return engine.dialect.name
    mode, synchronous = journal_mode()
    return f"SQLite {sqlite3.sqlite_version}, journal {mode}, synchronous {synchronous}"
