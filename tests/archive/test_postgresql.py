"""PostgreSQL as the archive's database, whatever database the other tests run on."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, make_url, text

from archive import postgresql
from archive.database import describe_engine, open_engine, reading, writing
from archive.errors import ArchiveError, DatabaseUnavailable, DiskRefused, WrongInput
from archive.models import Collection
from archive.settings import Settings
from tests.archives import SmallArchive
from tests.servers.postgresql import OwnServer, started


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[SmallArchive]:
    small = SmallArchive(tmp_path / "archive", database="postgresql")
    yield small
    small.close()


@pytest.fixture(scope="module")
def own() -> Iterator[OwnServer]:
    """A server that a test may stop; it has a database `weather`."""
    with started() as server:
        server.create_migrated("weather")
        yield server


def opened(url: str, tmp_path: Path) -> Engine:
    return open_engine(Settings(home=tmp_path, database_url=url))


def refusal(engine: Engine, statement: str = "SELECT 1") -> ArchiveError:
    """What a write transaction with this statement is refused with."""
    with pytest.raises(ArchiveError) as caught, writing(engine) as session:
        session.execute(text(statement))
    engine.dispose()
    return caught.value


@pytest.mark.slow
def test_no_acknowledged_change_is_lost_where_many_read_and_write(archive: SmallArchive) -> None:
    """What was read in a write transaction is what it changes: with PostgreSQL's default and without the
    lock, two thirds of these are lost."""
    archive.collection(name="0")

    def count(_: int) -> None:
        for _ in range(20):
            with writing(archive.engine) as session:
                row = session.query(Collection).one()
                row.name = str(int(row.name) + 1)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, range(8)))
    with reading(archive.engine) as session:
        assert session.query(Collection).one().name == "160"


def test_a_reading_is_one_moment_and_waits_for_nobody(archive: SmallArchive) -> None:
    archive.collection(slug="rain")
    with reading(archive.engine) as session:
        before = session.execute(text("SELECT count(*) FROM collection")).scalar_one()
        with writing(archive.engine) as other:
            other.add(Collection(slug="snow", name="Snow"))
            other.flush()
            assert session.execute(text("SELECT count(*) FROM collection")).scalar_one() == before
        assert session.execute(text("SELECT count(*) FROM collection")).scalar_one() == before
    with reading(archive.engine) as session:
        assert session.execute(text("SELECT count(*) FROM collection")).scalar_one() == before + 1


def test_a_reading_cannot_write(archive: SmallArchive) -> None:
    with pytest.raises(DiskRefused, match="read-only"), reading(archive.engine) as session:
        session.execute(text("DELETE FROM collection"))


def test_a_write_that_waits_too_long_says_so(archive: SmallArchive, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, end = threading.Event(), threading.Event()

    def hold() -> None:
        with writing(archive.engine) as session:
            session.execute(text("SELECT 1"))
            begun.set()
            end.wait(60)

    holding = threading.Thread(target=hold)
    holding.start()
    try:
        assert begun.wait(60)
        monkeypatch.setattr(postgresql, "_SESSION", postgresql._SESSION.replace("60s", "50ms"))
        error = refusal(open_engine(archive.settings))
    finally:
        end.set()
        holding.join()
    assert isinstance(error, DatabaseUnavailable)
    assert "another program has been writing" in str(error)


def test_sessions_keep_what_they_acknowledge_whatever_the_server_says(archive: SmallArchive) -> None:
    url = make_url(archive.settings.database)
    with writing(archive.engine) as session:
        session.execute(text(f"ALTER DATABASE {url.database} SET synchronous_commit = off"))
        session.execute(text(f"ALTER DATABASE {url.database} SET timezone = 'Asia/Kolkata'"))
        session.execute(
            text(f"ALTER DATABASE {url.database} SET default_transaction_isolation = 'serializable'")
        )
    archive.engine.dispose()
    with writing(archive.engine) as session:
        asked = "SELECT current_setting('synchronous_commit'), current_setting('TimeZone'),"
        asked += " current_setting('transaction_isolation')"
        assert tuple(session.execute(text(asked)).one()) == ("on", "UTC", "read committed")
    told = describe_engine(archive.engine)
    assert told.startswith("PostgreSQL ")
    assert "synchronous_commit on" in told
    assert "fsync off" in told  # as the tests start it
    assert "power cut" in told
    assert str(url.password) not in told


def test_a_text_with_a_zero_in_it_is_refused_in_a_sentence(archive: SmallArchive) -> None:
    with pytest.raises(WrongInput, match=r"NUL character \(U\+0000\)"):
        archive.collection(slug="rain", name="ra\0in")


def test_other_errors_of_the_database_stay_what_they_are(archive: SmallArchive) -> None:
    with pytest.raises(Exception, match="does not exist") as caught, writing(archive.engine) as session:
        session.execute(text("SELECT * FROM snow"))
    assert isinstance(caught.value.__cause__, psycopg.errors.UndefinedTable)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"password": "wrong"}, "password authentication failed"),
        ({"database": "nowhere"}, "does not exist"),
        ({"port": 1}, "refused"),
        ({"host": "no.such.host.invalid"}, "no.such.host.invalid"),
    ],
    ids=["password", "database", "port", "host"],
)
def test_a_server_that_lets_us_not_in_is_named_with_what_it_said(
    archive: SmallArchive, tmp_path: Path, change: dict[str, object], said: str
) -> None:
    url = make_url(archive.settings.database)
    error = refusal(opened(url.set(**change).render_as_string(hide_password=False), tmp_path))  # type: ignore[arg-type]
    assert isinstance(error, DatabaseUnavailable)
    assert said in str(error)
    assert str(url.password) not in str(error)
    assert "\n" not in str(error)


@pytest.mark.slow
def test_a_server_that_went_away_and_came_back(own: OwnServer, tmp_path: Path) -> None:
    engine = opened(own.url("weather"), tmp_path)
    with writing(engine) as session:
        session.add(Collection(slug="rain", name="Rain"))

    def write_while_it_ends(end: Callable[[], None]) -> None:
        with writing(engine) as session:
            session.add(Collection(slug="snow", name="Snow"))
            session.flush()
            end()
            session.execute(text("SELECT 1"))

    for end in (own.stop, own.kill):
        with pytest.raises(DatabaseUnavailable, match="away"):
            write_while_it_ends(end)
        with pytest.raises(DatabaseUnavailable, match="away"), reading(engine) as session:
            session.execute(text("SELECT 1"))
        own.start()
        with reading(engine) as session:  # with connections from before
            assert [row.slug for row in session.query(Collection)] == ["rain"]
    engine.dispose()


def test_a_database_that_may_not_be_written_is_said(own: OwnServer, tmp_path: Path) -> None:
    url = own.url("weather")
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("ALTER DATABASE weather SET default_transaction_read_only = on")
        try:
            error = refusal(opened(url, tmp_path), "DELETE FROM collection")
        finally:
            connection.execute("SET default_transaction_read_only = off")
            connection.execute("ALTER DATABASE weather RESET default_transaction_read_only")
    assert isinstance(error, DiskRefused)
    assert "expected the primary server" in str(error)


def test_the_lock_of_a_writer_that_is_gone_is_let_go(archive: SmallArchive) -> None:
    dying = psycopg.connect(archive.settings.database.replace("+psycopg", ""))
    dying.execute(f"SELECT pg_advisory_xact_lock({postgresql._WRITING})")
    waiting = threading.Thread(target=archive.collection)
    waiting.start()
    time.sleep(0.2)
    assert waiting.is_alive()
    dying.close()
    waiting.join(30)
    assert not waiting.is_alive()


@pytest.mark.parametrize("url", ["postgresql", "mysql://127.0.0.1/weather", "no address"])
def test_an_address_of_another_kind_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(WrongInput, match=r"expected sqlite:///FILE or postgresql\+psycopg://"):
        opened(url, tmp_path)


def test_the_driver_need_not_be_named(archive: SmallArchive, tmp_path: Path) -> None:
    for scheme in ("postgresql://", "postgres://"):
        engine = opened(archive.settings.database.replace("postgresql+psycopg://", scheme), tmp_path)
        with reading(engine) as session:
            assert session.execute(text("SELECT 1")).scalar_one() == 1
        engine.dispose()
