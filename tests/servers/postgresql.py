"""A PostgreSQL server of the tests' own, and databases on it made in a moment.

    with started() as server:
        server.create("weather")                # empty
        server.create("rivers", "weather")      # a copy
        engine = create_engine(server.url("rivers"))

`server()` is the server of this run of tests: it is started at the first call, unless the environment
variable TEST_POSTGRESQL names one (a superuser's address), and ended with the process. Worker processes of
pytest-xdist and commands that a test starts inherit the variable.

PostgreSQL refuses to run as root, so as root it runs as the user `postgres` (or `nobody`). Its files lie in
the temporary folder; it never waits for a disk, since no test cuts its power.
"""

import atexit
import ctypes
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

VARIABLE = "TEST_POSTGRESQL"
TEMPLATE = "migrated"
"""The database at the newest schema, without a row, of which tests are given copies."""

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_START_SECONDS = 60
_STOP_SECONDS = 30
_CONNECTIONS = 200
"""Most connections at once: each engine of a test may keep a few, and each process of a test has its own."""


@dataclass(slots=True)
class PostgresqlServer:
    """A running server. `address` is that of its superuser and of the database `postgres`."""

    address: str

    def url(self, database: str) -> str:
        """SQLAlchemy address of a database on it."""
        return make_url(self.address).set(database=database).render_as_string(hide_password=False)

    def create(self, database: str, template: str = "template0") -> None:
        """Make a database, empty or as a copy of one that nobody is connected to."""
        with self._asking() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(database), sql.Identifier(template)
                )
            )

    def drop(self, database: str) -> None:
        """Delete a database, connections to it ended; nothing where there is none."""
        with self._asking() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database))
            )

    def has(self, database: str) -> bool:
        """Whether there is such a database."""
        with self._asking() as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,))
            return found.fetchone() is not None

    def create_migrated(self, database: str) -> None:
        """Make a database at the newest schema, in place of one of that name: migrated once a server, since
        hundreds of tests want one."""
        with self._asking() as connection:
            for statement in (
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)),
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(database), sql.Identifier(TEMPLATE)
                ),
            ):
                try:
                    connection.execute(statement)
                except psycopg.errors.InvalidCatalogName:
                    self._make_template()
                    connection.execute(statement)

    def _make_template(self) -> None:
        from archive.database import open_engine
        from archive.migrations import upgrade
        from archive.settings import Settings

        with self._asking() as connection, tempfile.TemporaryDirectory() as folder:
            connection.execute(
                "SELECT pg_advisory_lock(1)"
            )  # several workers of pytest-xdist come here at once
            if self.has(TEMPLATE):
                return
            making = f"{TEMPLATE}_{secrets.token_hex(4)}"
            self.create(making)
            engine = open_engine(Settings(home=Path(folder), database_url=self.url(making)))
            upgrade(engine)
            engine.dispose()
            connection.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                    sql.Identifier(making), sql.Identifier(TEMPLATE)
                )
            )

    @contextmanager
    def _asking(self) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
        plain = make_url(self.address).set(drivername="postgresql").render_as_string(hide_password=False)
        with closing(psycopg.connect(plain, autocommit=True)) as connection:
            yield connection


class OwnServer(PostgresqlServer):
    """A server that this process started: it can be stopped, killed and started again on the same port."""

    def __init__(self, folder: Path, programs: Path, *, durable: bool = False) -> None:
        self._folder, self._programs, self._user = folder, programs, _user()
        self._process: subprocess.Popen[bytes] | None = None
        self._durable = "on" if durable else "off"
        self._port = _free_port()
        self._password = secrets.token_urlsafe(16)
        super().__init__(f"postgresql+psycopg://postgres:{self._password}@127.0.0.1:{self._port}/postgres")
        self._initialise()
        self.start()

    @property
    def log(self) -> str:
        """What the server wrote."""
        return (self._folder / "log").read_text(errors="replace")

    def _initialise(self) -> None:
        # MD5, since tests connect often, and SCRAM is made to take long.
        password = self._folder / "password"
        password.write_text(self._password)
        if self._user is not None:
            for path in (self._folder, password):
                shutil.chown(path, self._user)
        done = subprocess.run(
            [
                self._programs / "initdb",
                *("--pgdata", self._folder / "data"),
                *("--username", "postgres", "--pwfile", password, "--auth", "md5"),
                *("--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
            ],
            user=self._user,
            cwd=self._folder,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()

    def start(self) -> None:
        """Start it, or start it again after `stop` or `kill`."""
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    self._programs / "postgres",
                    *("-D", self._folder / "data", "-h", "127.0.0.1", "-p", str(self._port)),
                    *("-c", f"unix_socket_directories={self._folder}"),
                    *("-c", f"fsync={self._durable}", "-c", f"full_page_writes={self._durable}"),
                    *("-c", f"max_connections={_CONNECTIONS}"),
                ],
                user=self._user,
                cwd=self._folder,
                preexec_fn=_end_with_us,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + _START_SECONDS
        while True:
            try:
                with self._asking():
                    return
            except psycopg.OperationalError:
                assert self._process.poll() is None, self.log
                assert time.monotonic() < until, self.log
                time.sleep(0.05)

    def stop(self) -> None:
        """End it, connections too."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """End it at once, as a crash of it would."""
        self._end(signal.SIGQUIT)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(_STOP_SECONDS)
            self._process = None


@contextmanager
def started(*, durable: bool = False) -> Iterator[OwnServer]:
    """A server of its own, for tests that stop it or change its settings, and `durable` for measurements.
    Skips where PostgreSQL is not installed; fails there where CI=true."""
    programs = find_programs()
    with tempfile.TemporaryDirectory(prefix="postgresql-", ignore_cleanup_errors=True) as folder:
        server = OwnServer(Path(folder), programs, durable=durable)
        try:
            yield server
        finally:
            server.stop()


def server() -> PostgresqlServer:
    """The server of this run of tests; as `started` where there is none yet."""
    if VARIABLE not in os.environ:
        ours = ExitStack()
        os.environ[VARIABLE] = ours.enter_context(started()).address
        starter = os.getpid()
        atexit.register(lambda: ours.close() if os.getpid() == starter else None)  # not in forked children
    return PostgresqlServer(os.environ[VARIABLE])


def find_programs() -> Path:
    """The folder of PostgreSQL's programs (initdb, postgres): on the path, else the newest of Debian's."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True
    )
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    reason = "PostgreSQL is not here (requirements/environment.sh postgresql)"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def _user() -> str | None:
    """Who runs the server where we are root; None where we are not."""
    if os.geteuid() != 0:
        return None
    known = {each.pw_name for each in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _end_with_us() -> None:
    """Have the server end where the tests are killed (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
