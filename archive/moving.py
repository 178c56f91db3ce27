"""A whole archive's database carried to another: from SQLite to PostgreSQL, or back.

All rows of all tables go in one transaction on the target, with their ids; before it is committed every row
is read back and compared with the one that it came from. Until then the target is empty to everybody else,
and nobody writes to the source. What lies in files (store, derivatives, index) stays where it is.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice, zip_longest
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Engine,
    Table,
    Text,
    bindparam,
    cast,
    func,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import DataError, IntegrityError

from archive.database import describe_place
from archive.errors import Conflict, WorkerRunning, WrongInput
from archive.jobs import InTurn, Queue
from archive.migrations import upgrade
from archive.models import Base, Job

STAYS = ("store", "derivatives", "index")
"""Folders of the archive that are no part of the database: both databases go with the same ones."""

_TOGETHER = 500
"""Rows that are read and written at a time."""

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Carried:
    """What became of one table: how many rows, and a digest of all that is in them, in the order of ids."""

    rows: int
    sha256: str


@dataclass(slots=True)
class Moved:
    """What was carried: each table by its name, and how many recordings have work that waits."""

    tables: dict[str, Carried] = field(default_factory=dict)
    work: int = 0


def move(
    source: Engine,
    target: Engine,
    queues: tuple[Queue, Queue],
    tell: Callable[[str, int, int], None] = lambda _table, _done, _of: None,
) -> Moved:
    """Carry everything from `source` to `target`; `queues` are those of both. `tell` is told the table, and
    how many tables of how many are done.

    Work that is due is made due anew in the target's queue, in its order: what had failed is tried again
    there. Raises Conflict where the target is not empty or does not give back what it was given,
    WorkerRunning while a worker is at work on either, WrongInput where PostgreSQL cannot keep a text; the
    target is empty then.
    """
    if queues[0].running():
        raise WorkerRunning("a worker is at work on this archive: stop it and the site, and migrate then")
    with target.connect().execution_options(read_only=True) as there:
        _refuse_strangers(there)
    upgrade(target)
    if queues[1].running():
        raise WorkerRunning(f"a worker is at work on the {describe_place(target)}: stop it first")
    with target.connect().execution_options(read_only=True) as there:
        _refuse_rows(there, queues[1])  # at once, before anything waits
    moved = Moved()
    tables = [table for table in Base.metadata.sorted_tables if table is not Job.__table__]
    with source.begin() as here, target.begin() as there:  # nobody else writes to either
        _refuse_rows(there, queues[1])
        for done, table in enumerate(tables):
            tell(table.name, done, 2 * len(tables))
            _carry(table, here, there)
        for done, table in enumerate(tables, start=len(tables)):
            tell(table.name, done, 2 * len(tables))
            moved.tables[table.name] = _compare(table, here, there)
        in_turn = InTurn(queues[1])
        for state in queues[0].states():
            in_turn.defer(there, state.recording_id, priority=state.priority)
            moved.work += 1
    return moved


def _refuse_strangers(there: Connection) -> None:
    """A database with tables, but without our schema, is somebody else's."""
    names = sorted(inspect(there).get_table_names())
    if names and "alembic_version" not in names:
        raise _not_empty(there, f"it has tables of another program ({names[0]})")


def _refuse_rows(there: Connection, queue: Queue) -> None:
    for table in Base.metadata.sorted_tables:
        if there.execute(select(table.c.id).limit(1)).first() is not None:
            raise _not_empty(there, f"it has rows in the table {table.name}")
    if queue.states():
        raise _not_empty(there, "its queue has jobs")


def _not_empty(there: Connection, why: str) -> Conflict:
    where = describe_place(there.engine)
    return Conflict(f"the {where} is not empty: {why}; expected an empty database. Nothing was changed")


def _carry(table: Table, here: Connection, there: Connection) -> None:
    names = [column.name for column in table.columns]
    statement = insert(table).values({name: _given(table, name, there) for name in names})
    rows = _rows(table, here)
    while some := list(islice(rows, _TOGETHER)):
        for row in some:
            _refuse_nul(table, names, row)
        try:
            there.execute(statement, [dict(zip(names, row, strict=True)) for row in some])
        except (DataError, IntegrityError) as error:
            first, last = (row[names.index("id")] for row in (some[0], some[-1]))
            raise Conflict(
                f"the {describe_place(there.engine)} does not take one of the rows {first} to {last} of the "
                f"table {table.name}: {str(error.orig).partition(chr(10))[0]}. Nothing was changed"
            ) from error
    _go_on_from(table, _last_given(table, here), there)


def _compare(table: Table, here: Connection, there: Connection) -> Carried:
    """Read a table in both, row by row. Raises Conflict at the first that differs."""
    digest, count = hashlib.sha256(), 0
    place = [column.name for column in table.columns].index("id")
    for given, kept in zip_longest(_rows(table, here), _rows(table, there)):
        if given != kept:
            row_id = (given or kept)[place]
            raise Conflict(
                f"the {describe_place(there.engine)} did not keep the row {row_id} of the table {table.name} "
                "as it was given. Nothing was changed"
            )
        digest.update(_plain(given))
        count += 1
    return Carried(count, digest.hexdigest())


def _rows(table: Table, connection: Connection) -> Iterator[Row]:
    """All rows in the order of ids. JSON as the text that is kept: not parsed, and NULL is not `null`."""
    columns: list[ColumnElement[Any]] = [
        cast(column, Text) if isinstance(column.type, JSON) else column for column in table.columns
    ]
    statement = select(*columns).order_by(table.c.id).execution_options(yield_per=_TOGETHER)
    with connection.execute(statement) as result:
        for row in result:
            yield tuple(row)


def _given(table: Table, name: str, connection: Connection) -> ColumnElement[Any]:
    """The place of a value as `_rows` gives it."""
    kind = table.columns[name].type
    if not isinstance(kind, JSON):
        return bindparam(name, type_=kind)
    given = bindparam(name, type_=Text())
    return cast(given, kind) if connection.dialect.name == "postgresql" else given


def _refuse_nul(table: Table, names: Sequence[str], row: Row) -> None:
    for name, value in zip(names, row, strict=True):
        if isinstance(value, str) and "\0" in value:
            raise WrongInput(
                f"{name} of row {row[names.index('id')]} of the table {table.name} has a NUL character "
                "(U+0000), which PostgreSQL cannot keep. Nothing was changed"
            )


def _plain(row: Row) -> bytes:
    """A row as bytes that no other row has."""
    parts = []
    for value in row:
        if isinstance(value, datetime):
            value = value.isoformat()
        kind = type(value).__name__.encode()
        said = value if isinstance(value, bytes) else str(value).encode()
        parts.append(b"%b %d:%b" % (kind, len(said), said))
    return b"".join(parts) + b"\n"


def _last_given(table: Table, here: Connection) -> int:
    """The highest id that a table ever gave: of some, none may be given again (`sqlite_autoincrement`)."""
    highest = here.scalar(select(func.max(table.c.id))) or 0
    if here.dialect.name == "postgresql":
        given = text("SELECT pg_sequence_last_value(CAST(:name AS regclass))")
        last = here.scalar(given, _sequence(table, here))
        return max(highest, last or 0)
    if table.dialect_options["sqlite"]["autoincrement"]:
        noted = here.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
        return max(highest, noted or 0)
    return highest


def _go_on_from(table: Table, last: int, there: Connection) -> None:
    """Have the target give ids above `last`."""
    if there.dialect.name == "postgresql":
        values = _sequence(table, there) | {"last": max(last, 1), "called": last > 0}
        there.execute(text("SELECT setval(CAST(:name AS regclass), :last, :called)"), values)
    elif table.dialect_options["sqlite"]["autoincrement"]:
        noted = {"name": table.name, "last": last}
        there.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), noted)
        there.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), noted)


def _sequence(table: Table, connection: Connection) -> dict[str, Any]:
    named = text("SELECT pg_get_serial_sequence(:table, 'id')")
    return {"name": connection.scalar(named, {"table": table.name})}
