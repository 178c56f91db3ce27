"""Whether a database is at the newest schema, and bringing it there.

Every command asks; Alembic, which all of them would wait for, is loaded only where there is something to do.
"""

from functools import cache
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from archive.migrations import queue

FOLDER = Path(__file__).parent

_NOTE = "alembic_version"
"""Alembic's table of one row: the revision that a database is at."""


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest schema; at once where it is there already. Raises Conflict where a
    newer version of the archive made it."""
    if not is_current(engine):
        from archive.migrations.upgrading import run

        run(engine)


def is_current(engine: Engine) -> bool:
    """Whether the database is at the newest schema."""
    with engine.connect().execution_options(read_only=True) as connection:
        return _revision(connection) == newest() and queue.is_current(connection)


@cache
def newest() -> str:
    """The newest revision: the number that the name of the last file in `versions/` begins with."""
    return max(path.name.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*_*.py"))


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_NOTE):
        return None
    found: str | None = connection.scalar(text(f"SELECT version_num FROM {_NOTE}"))  # noqa: S608 - a name of ours
    return found
