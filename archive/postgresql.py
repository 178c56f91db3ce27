"""PostgreSQL as the archive's database: any number of machines, still one writer at a time.

Every write transaction begins by taking one lock of the whole database (an advisory lock, let go by the
server at the end of the transaction, however it ends), and reads what it needs only then. So whatever is
right on SQLite, where the same holds, is right here: nothing that was read changes before the commit. Reads
are one snapshot each and wait for nobody. What that costs: docs/decisions/one-writer.md.
"""

from typing import Any

from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event

from archive.errors import ArchiveError, DatabaseUnavailable, DiskRefused, WrongInput
from schemas.legible import legible

DRIVER = "postgresql+psycopg"

LOCK_SECONDS = 60
"""How long a write waits for another before it gives up, as on SQLite."""

_WRITING = int.from_bytes(b"testimon")
"""Number of the advisory lock: any number that other programs on the same database don't use."""

_CONNECTING = {
    # A server that has gone without a word (a power cut, a cable) is noticed in about 25 seconds.
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
    "application_name": "testimony",
    "client_encoding": "utf8",
}
"""Parameters of libpq, unless the address has its own."""

_SESSION = f"""
    SELECT set_config('TimeZone', 'UTC', false),
        set_config('lock_timeout', '{LOCK_SECONDS}s', false),
        -- The lock of a writer whose machine has gone is let go as soon.
        set_config('tcp_keepalives_idle', '10', false),
        set_config('tcp_keepalives_interval', '5', false),
        set_config('tcp_keepalives_count', '3', false),
        set_config('synchronous_commit', CASE current_setting('synchronous_commit')
            WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, false)
"""
"""What every session is told: what is acknowledged is on disk, whatever the server's own default is."""


def open_postgresql(url: URL) -> Engine:
    """An engine on a server. Nothing is asked of it yet."""
    given = {name: value for name, value in _CONNECTING.items() if name not in url.query}
    engine = create_engine(
        url.set(drivername=DRIVER),
        # What was searched for or said is not for the log, where errors of the database would write it.
        hide_parameters=True,
        connect_args=given,
        pool_pre_ping=True,  # after the server was started anew, the connections of before are none
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _say_what_is_wrong)
    return engine


def describe_postgresql(engine: Engine) -> str:
    """A sentence on where it is and how it keeps what it acknowledges."""
    names = ("server_version", "fsync", "full_page_writes", "synchronous_commit")
    asked = ", ".join(f"current_setting('{name}')" for name in names)
    with engine.connect().execution_options(read_only=True) as connection:
        version, fsync, pages, commit = connection.exec_driver_sql(f"SELECT {asked}").one()
    sentence = (
        f"PostgreSQL {version.split()[0]}, {place(engine.url)}, fsync {fsync}, synchronous_commit {commit}"
    )
    if "off" in (fsync, pages):
        sentence += " (a power cut may lose all of it: fsync and full_page_writes have to be on)"
    return sentence


def place(url: URL) -> str:
    """Which database that is, in words, without its password."""
    host = url.host or url.query.get("host") or "this machine"
    return f"database {url.database or url.username} on {host}" + (f", port {url.port}" if url.port else "")


def _prepare(connection: Any, _record: object) -> None:
    connection.execute(_SESSION)
    connection.commit()  # or it is taken back with the first transaction that is


def _begin(connection: Connection) -> None:
    from psycopg import IsolationLevel  # here, for those on SQLite never need it

    reading = bool(connection.get_execution_options().get("read_only", False))
    # Said with BEGIN itself, which is sent with the first statement.
    psycopg: Any = connection.connection.dbapi_connection
    psycopg.read_only = reading or None  # None: as the database has it, which may be read-only
    if reading:
        psycopg.isolation_level = IsolationLevel.REPEATABLE_READ
    else:
        # Each statement sees what is committed by then: under REPEATABLE READ waiting itself would fix the
        # snapshot, and what the one before committed would not be in it.
        psycopg.isolation_level = IsolationLevel.READ_COMMITTED
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITING})")


_REFUSALS: dict[str, tuple[type[ArchiveError], str]] = {
    "53100": (DiskRefused, "the disk of the {} is full"),
    "58030": (DiskRefused, "the disk of the {} does not answer"),
    "25006": (
        DiskRefused,
        "the {} is read-only: expected the primary server, and default_transaction_read_only off",
    ),
    "55P03": (
        DatabaseUnavailable,
        f"another program has been writing to the {{}} for over {LOCK_SECONDS} seconds",
    ),
    "42501": (DatabaseUnavailable, "the user of the {} may not do this: expected the owner of its tables"),
    "22021": (WrongInput, "a text has a character that the {} cannot keep"),
}
"""What is wrong by PostgreSQL's code of the error (its manual, appendix A)."""

_AWAY = ("08", "53", "57P", "28", "3D")
"""Classes of errors: connections, resources, an operator, authorisation, a database that there is not."""


def _say_what_is_wrong(context: ExceptionContext) -> None:
    """SQLAlchemy asks for each error of the driver what is to be raised in its place."""
    error = context.original_exception
    if (
        context.is_pre_ping
        or context.engine is None
        or not isinstance(error, context.dialect.loaded_dbapi.Error)
    ):
        return
    where, code = place(context.engine.url), getattr(error, "sqlstate", None)
    if code in _REFUSALS:
        kind, sentence = _REFUSALS[code]
        raise kind(sentence.format(where)) from error
    if code is None and "NUL" in str(error):
        raise WrongInput(f"a text has a NUL character (U+0000), which the {where} cannot keep") from error
    if context.is_disconnect or context.connection is None or (code or "").startswith(_AWAY):
        raise DatabaseUnavailable(f"the {where} is away: {_first_line(error)}") from error


def _first_line(error: BaseException) -> str:
    return legible(str(error).strip().partition("\n")[0])
