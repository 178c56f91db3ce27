"""SQLite as the archive's database: one file, one writer at a time, nothing that was acknowledged lost.

Every write transaction starts with BEGIN IMMEDIATE: with SQLAlchemy's default three processes lost 399 of
600 acknowledged updates without an error (DESIGN: SQLite). Reads take a plain BEGIN, one snapshot each.
"""

import sqlite3
from functools import partial
from typing import Any

from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.pool import StaticPool

from archive.errors import ArchiveError, DatabaseUnavailable, DiskRefused
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


def open_sqlite(url: URL) -> Engine:
    """An engine on a file."""
    # What was searched for or said is not for the log, where errors of the database would write it.
    return _listened(create_engine(url, hide_parameters=True))


def open_scratch_engine() -> Engine:
    """An engine on a database in memory that nobody else sees; it ends with its engine."""
    return _listened(create_engine("sqlite://", hide_parameters=True, poolclass=StaticPool))


def describe_sqlite() -> str:
    """A sentence on how it keeps what it acknowledges."""
    mode, synchronous = journal_mode()
    return f"SQLite {sqlite3.sqlite_version}, journal {mode}, synchronous {synchronous}"


def place_of_file(url: URL) -> str:
    """Which database that is, in words."""
    return f"database {legible_name(url.database or 'in memory')}"


def _listened(engine: Engine) -> Engine:
    event.listen(engine, "connect", partial(_prepare, str(engine.url.database)))
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _say_what_is_wrong)
    return engine


def _prepare(database: str, connection: Any, _record: object) -> None:
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


def _begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


_BUSY = "another program keeps {} to itself, for longer than is waited for it"
_REFUSALS: dict[int, tuple[type[ArchiveError], str]] = {
    sqlite3.SQLITE_FULL: (DiskRefused, "the disk of {} is full"),
    sqlite3.SQLITE_READONLY: (DiskRefused, "{} is on a disk that is read-only, or may not be written"),
    sqlite3.SQLITE_CANTOPEN: (
        DiskRefused,
        "{} cannot be opened: its folder is gone, read-only, or may not be written",
    ),
    sqlite3.SQLITE_IOERR: (DiskRefused, "the disk of {} does not answer"),
    sqlite3.SQLITE_BUSY: (DatabaseUnavailable, _BUSY),
    sqlite3.SQLITE_LOCKED: (DatabaseUnavailable, _BUSY),
}
"""What is wrong by SQLite's code of the error."""

_PRIMARY = 0xFF  # of an extended result code, which says more of what the program was at than we need


def _say_what_is_wrong(context: ExceptionContext) -> None:
    """SQLAlchemy asks for each error of the driver what is to be raised in its place."""
    if context.engine is not None and isinstance(context.original_exception, sqlite3.Error):
        _raise_refusal(context.original_exception, str(context.engine.url.database))


def _raise_refusal(error: sqlite3.Error, database: str) -> None:
    code = getattr(error, "sqlite_errorcode", None)  # errors of the driver's own have none
    if code is not None and code & _PRIMARY in _REFUSALS:
        kind, sentence = _REFUSALS[code & _PRIMARY]
        raise kind(sentence.format(legible_name(database))) from error
