"""Opening the archive's database without touching it: no migration, no journal rolled back, no lock file.

SQLite opened for reading alone refuses a database that a dead process left in mid-transaction, and one in WAL
mode on a file system that cannot be written. Both are read from a copy in the temporary folder then: putting
a journal back is SQLite's to do, and on the copy it may.
"""

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, create_engine, event, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from archive.postgresql import open_postgresql
from archive.settings import Settings
from archive.sqlite import BUSY_TIMEOUT_MS

_TRIES = 5
_PAUSE_SECONDS = 0.1


@contextmanager
def untouched(settings: Settings) -> Iterator[Engine | None]:
    """An engine that only reads, on the database as it is; None where there is none. Another schema than ours
    is left as it is: ask for columns by name."""
    if not is_there(settings):
        yield None
        return
    url = make_url(settings.database)
    if url.get_backend_name() != "sqlite":
        engine = open_postgresql(url)
        try:
            yield engine.execution_options(read_only=True)
        finally:
            engine.dispose()
        return
    path = Path(url.database or "")
    with TemporaryDirectory(prefix="testimony-") as folder:
        readable = path if _can_be_read(path) else _copied(path, Path(folder))
        engine = create_engine(
            "sqlite://",
            creator=lambda: _open(readable, read_only=readable == path),
            poolclass=NullPool,
            hide_parameters=True,
        )
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
        try:
            yield engine
        finally:
            engine.dispose()


def is_there(settings: Settings) -> bool:
    """Whether there is an archive's database, of whatever version; an empty one is none."""
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite":
        path = Path(url.database or "")
        return path.is_file() and path.stat().st_size > 0
    engine = open_postgresql(url)
    try:
        with engine.connect().execution_options(read_only=True) as connection:
            return inspect(connection).has_table("alembic_version")
    finally:
        engine.dispose()


def _open(path: Path, *, read_only: bool) -> sqlite3.Connection:
    address = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rw'}"
    connection = sqlite3.connect(address, uri=True, check_same_thread=False, isolation_level=None)
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    return connection


def _can_be_read(path: Path) -> bool:
    for _ in range(_TRIES):  # a process that is about to write looks like a dead one for a moment
        try:
            connection = _open(path, read_only=True)
            try:
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            finally:
                connection.close()
        except sqlite3.OperationalError:
            time.sleep(_PAUSE_SECONDS)
        except sqlite3.DatabaseError:
            return True  # as well as it ever can: it is torn, or none, which whoever asks it is told
        else:
            return True
    return False


def _copied(path: Path, folder: Path) -> Path:
    for suffix in ("", "-journal", "-wal"):
        source = path.with_name(path.name + suffix)
        if source.exists():
            shutil.copyfile(source, folder / source.name)
    return folder / path.name
