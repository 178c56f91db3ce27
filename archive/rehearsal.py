"""Doing something as if in earnest, and nothing of it for good: what a dry run is."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from archive.database import open_engine
from archive.errors import Conflict
from archive.migrations import is_current, upgrade
from archive.settings import Settings
from archive.sqlite import open_scratch_engine
from archive.untouched import is_there


def open_unchanged(settings: Settings) -> Engine:
    """The archive's database as it is; where there is none yet, an empty one in memory, so that not even a
    folder is made. Raises Conflict where the schema is older, since bringing it up to date would be a change.
    """
    if not is_there(settings):
        engine = open_scratch_engine()
        upgrade(engine)
        return engine
    engine = open_engine(settings)
    if not is_current(engine):
        engine.dispose()
        raise Conflict(
            "the database is of an earlier version, and a dry run changes nothing: `testimony status` brings "
            "it up to date"
        )
    return engine


@contextmanager
def rehearsing(engine: Engine) -> Iterator[Session]:
    """A session for a write transaction that is never committed: what would become of it can be told, and
    nothing has changed when the block ends."""
    with Session(engine, expire_on_commit=False) as session:
        session.begin()
        try:
            yield session
        finally:
            session.rollback()
