"""Connections and transactions, on SQLite or PostgreSQL alike: one writer at a time, and readers that see one
moment each and disturb nobody (docs/decisions/one-writer.md)."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from archive.disks import writing_to
from archive.errors import ChangedMeanwhile, WrongInput
from archive.postgresql import describe_postgresql, open_postgresql, place
from archive.settings import Settings
from archive.sqlite import describe_sqlite, open_sqlite, place_of_file


def open_engine(settings: Settings) -> Engine:
    """An engine on the archive's database; the home folder is made where SQLite's file lies in it and it is
    missing. Raises WrongInput for an address of another kind of database."""
    try:
        url = make_url(settings.database)
    except ArgumentError as error:
        raise WrongInput(f"TESTIMONY_DATABASE_URL is no address of a database: {_EXPECTED}") from error
    match url.get_backend_name():
        case "sqlite":
            with writing_to(settings.home):
                settings.home.mkdir(parents=True, exist_ok=True)
            return open_sqlite(url)
        case "postgresql" | "postgres":
            return open_postgresql(url)
        case other:
            raise WrongInput(f"TESTIMONY_DATABASE_URL names a database of the kind {other}: {_EXPECTED}")


_EXPECTED = "expected sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST:PORT/DATABASE"


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
    return describe_sqlite() if engine.dialect.name == "sqlite" else describe_postgresql(engine)


def describe_place(engine: Engine) -> str:
    """Which database that is, in words, without its password."""
    return place_of_file(engine.url) if engine.dialect.name == "sqlite" else place(engine.url)
