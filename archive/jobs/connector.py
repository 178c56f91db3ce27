"""procrastinate on the archive's own connections.

Its job manager is asynchronous and asks a connector, which usually has a pool of its own. This one takes a
connection of the archive's engine for each statement: one address, one pool, one set of settings. Its
statements wait for no other writer (they begin no write transaction of the archive's), so a worker can say
that it lives while a long one is under way.
"""

from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, LiteralString, TypeVar, cast

import psycopg
from procrastinate import SyncPsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.manager import JobManager
from sqlalchemy import Connection, Engine

from archive.errors import DatabaseUnavailable

T = TypeVar("T")


class EngineConnector(SyncPsycopgConnector):
    """A connector that asks by an engine of SQLAlchemy's, on psycopg."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine

    async def execute_query_async(self, query: LiteralString, **arguments: Any) -> None:
        """A statement without an answer."""
        with self._connection() as connection:
            connection.execute(query, self._wrap_json(arguments))

    async def execute_query_one_async(self, query: LiteralString, **arguments: Any) -> dict[str, Any]:
        """A statement that gives one row."""
        with self._connection() as connection:
            return self.execute_query_one_with_connection(connection, query, **arguments)

    async def execute_query_all_async(self, query: LiteralString, **arguments: Any) -> list[dict[str, Any]]:
        """A statement that gives rows."""
        with self._connection() as connection:
            return self.execute_query_all_with_connection(connection, query, **arguments)

    @contextmanager
    def _connection(self) -> "Iterator[psycopg.Connection[Any]]":
        borrowed = self._engine.raw_connection()
        try:
            connection = cast("psycopg.Connection[Any]", borrowed.driver_connection)
            # It may have been a reader's before.
            connection.read_only = False
            connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
            yield connection
            borrowed.commit()
        finally:
            borrowed.close()


def manager_of(engine: Engine) -> JobManager:
    """procrastinate's job manager on an engine."""
    return JobManager(EngineConnector(engine))


def ask(question: Coroutine[Any, Any, T]) -> T:
    """The answer of the job manager, by `EngineConnector`. Raises DatabaseUnavailable.

    That connector awaits nothing, so the answer is there at once: no event loop is needed, and none that runs
    in this thread already is in the way.
    """
    try:
        question.send(None)
    except StopIteration as answer:
        return cast("T", answer.value)
    except (ConnectorException, psycopg.Error) as error:
        raise DatabaseUnavailable(f"the queue cannot be asked: {error.__cause__ or error}") from error
    question.close()
    raise AssertionError("the job manager waits for something else than its connector")


def driver_of(connection: Connection) -> "psycopg.Connection[Any]":
    """The driver's connection under one of SQLAlchemy's."""
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)
