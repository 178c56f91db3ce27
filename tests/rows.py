"""Every row of the record as plain values in which row ids are replaced by what they name, so that two
databases with the same record compare as equal."""

import zlib
from collections.abc import Collection as Names
from typing import Any

from sqlalchemy import Engine, Table, select

from archive.database import reading
from archive.models import Base

ASIDE = frozenset({"job", "outbox", "indexed", "drafted", "copies_due", "preserved"})
"""Tables that are no part of the record: what waits, and what index and store were told."""

_SUBJECTS = {"recording": "recording", "transcript": "transcript", "chapter": "chapter", "clip": "clip"}


def rows(engine: Engine, *, without: Names[str] = ()) -> dict[str, list[dict[str, Any]]]:
    """Rows of every table of the record by the table's name, each in an order that row ids have no say in.

    `without` are kinds of events to leave out. Ids are replaced by the public id, or what else tells it
    apart, of the row that they name.
    """
    with reading(engine) as session:
        found = {
            table.name: [dict(row) for row in session.execute(select(table)).mappings()]
            for table in Base.metadata.sorted_tables
            if table.name not in ASIDE
        }
    names: dict[tuple[str, int], Any] = {}
    for table in Base.metadata.sorted_tables:
        for row in found.get(table.name, ()):
            names[table.name, row["id"]] = _name(table, row, names)
    plain = {
        table.name: [_plain(table, row, names) for row in found.get(table.name, ())]
        for table in Base.metadata.sorted_tables
        if table.name in found
    }
    plain["event"] = [row for row in plain["event"] if row["kind"] not in without]
    return {name: sorted(each, key=repr) for name, each in plain.items()}


def _name(table: Table, row: dict[str, Any], names: dict[tuple[str, int], Any]) -> Any:
    for unique in ("public_id", "slug"):
        if unique in row:
            return row[unique]
    parents = [
        names[key.column.table.name, row[column.name]]
        for column in table.columns
        for key in column.foreign_keys
        if row[column.name] is not None
    ]
    return (*parents, row.get("number"), row.get("position"), row.get("kind"))


def _plain(table: Table, row: dict[str, Any], names: dict[tuple[str, int], Any]) -> dict[str, Any]:
    plain = {}
    for column in table.columns:
        value = row[column.name]
        if column.name == "id":
            continue
        if column.foreign_keys and value is not None:
            (key,) = column.foreign_keys
            value = names[key.column.table.name, value]
        elif column.name == "subject_id" and value is not None:
            value = names.get((_SUBJECTS[row["subject"]], value), "gone")
        elif column.name == "superseded_by" and value is not None:
            value = names["access_statement", value]
        elif column.name == "result":
            value = zlib.decompress(value)
        plain[column.name] = value
    return plain
