"""The tables of the queue on PostgreSQL: procrastinate's, which it describes and changes itself.

Its release brings the whole schema and a file for each change of it. Which of these a database has is noted,
so that a database of an earlier release gets what came since. They are no models of ours: drift passes them
over.
"""

from pathlib import Path

from sqlalchemy import Connection

PREFIX = "procrastinate_"
"""How the names of all its tables begin, and that of our note."""

_NOTE = "procrastinate_schema"
_INDEXES = (
    "CREATE INDEX IF NOT EXISTS procrastinate_jobs_turn"
    " ON procrastinate_jobs (CAST(args ->> 'turn' AS INTEGER)) WHERE status = 'todo'",
    "CREATE INDEX IF NOT EXISTS procrastinate_jobs_of ON procrastinate_jobs (lock)",
)
"""Ours: every deferral asks for the first turn (docs/decisions/turns.md), and how things stand with one
recording is asked often."""


def is_current(connection: Connection) -> bool:
    """Whether the database has the tables as this release wants them; true where it is no PostgreSQL."""
    return connection.dialect.name != "postgresql" or not _missing(connection)


def upgrade(connection: Connection) -> None:
    """Bring the tables of the queue to those of this release; nothing where the database is no PostgreSQL."""
    if connection.dialect.name != "postgresql":
        return
    from procrastinate.schema import SchemaManager

    missing = _missing(connection)
    if connection.exec_driver_sql("SELECT to_regclass('procrastinate_jobs')").scalar() is None:
        _execute(connection, SchemaManager.get_schema())
    else:
        for path in missing:
            _execute(connection, path.read_text(encoding="utf-8"))
    for index in _INDEXES:
        connection.exec_driver_sql(index)
    connection.exec_driver_sql(f"CREATE TABLE IF NOT EXISTS {_NOTE} (name text PRIMARY KEY)")
    for path in missing:
        connection.exec_driver_sql(
            f"INSERT INTO {_NOTE} (name) VALUES (%s)",  # noqa: S608 - a name of ours
            (path.name,),
        )


def _missing(connection: Connection) -> list[Path]:
    from procrastinate.schema import SchemaManager  # an archive on SQLite can do without

    known: set[str] = set()
    if connection.exec_driver_sql(f"SELECT to_regclass('{_NOTE}')").scalar() is not None:
        known.update(connection.exec_driver_sql(f"SELECT name FROM {_NOTE}").scalars())  # noqa: S608 - likewise
    paths = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    return [path for path in paths if path.name not in known]


def _execute(connection: Connection, script: str) -> None:
    connection.exec_driver_sql(script.replace("%", "%%"))
