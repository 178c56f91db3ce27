"""Tables of addresses that testimonies had elsewhere before: `address`, `testimony`, and where the address
led to a place in it, `recording`, `start` and `end`. All that is wrong with a table is found at once."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydantic_core import PydanticCustomError
from sqlalchemy.orm import Session

from archive.changes.addresses import NewAddress
from archive.errors import MetadataError
from archive.models import Testimony
from archive.queries import testimonies
from ingest.importers.errors import MetadataErrors
from ingest.importers.table import Row, Table, read_table
from schemas.addresses import read_old_address
from schemas.described import found
from schemas.times import read_time

COLUMNS = ("address", "testimony", "recording", "start", "end")

T = TypeVar("T")


def read_addresses(path: Path) -> Table:
    """The table in `path`. Raises MetadataErrors."""
    return read_table(path, COLUMNS, ("address", "testimony"))


def plan_addresses(session: Session, table: Table) -> list[NewAddress]:
    """Where each address is to lead. Raises MetadataErrors with all that is wrong."""
    errors: list[MetadataError] = []
    rows: dict[str, Row] = {}
    known: dict[str, Testimony | None] = {}
    planned = []
    for row in table.rows:
        wrong = len(errors)
        address = _read(table, row, "address", read_old_address, errors)
        start, end = (_read(table, row, name, read_time, errors) for name in ("start", "end"))
        number = _read(table, row, "recording", _read_number, errors)
        testimony = _find(session, row.cells["testimony"].strip(), known)
        if testimony is None:
            sentence = f"expected a public id or accession number, found {found(row.cells['testimony'])}"
            errors.append(table.error(row, "testimony", sentence))
        elif number is not None and number not in {each.number for each in testimony.recordings}:
            errors.append(
                table.error(row, "recording", f"testimony {testimony.public_id} has no recording {number}")
            )
        if end is not None and (start is None or end <= start):
            errors.append(table.error(row, "end", "expected an end after a start"))
        if address is not None:
            other = rows.setdefault(address, row)
            if other is not row:
                sentence = f"expected each address once, found {found(address)} in row {other.number} too"
                errors.append(table.error(row, "address", sentence))
        if len(errors) == wrong and address is not None and testimony is not None:
            planned.append(NewAddress(address, testimony, number, start, end))
    if errors:
        raise MetadataErrors(table.path, errors)
    return planned


def _find(session: Session, wanted: str, known: dict[str, Testimony | None]) -> Testimony | None:
    if wanted not in known:
        row = testimonies.find(session, wanted) or testimonies.find_by_accession(session, wanted)
        known[wanted] = row if wanted else None
    return known[wanted]


def _read_number(value: object) -> int:
    text = str(value)
    if not text.isascii() or not text.isdecimal() or not 0 < int(text) < 1_000_000:
        raise PydanticCustomError("number", "expected the number of a recording")
    return int(text)


def _read(
    table: Table, row: Row, column: str, read: Callable[[object], T], errors: list[MetadataError]
) -> T | None:
    value = row.cells.get(column, "").strip()
    if not value and column != "address":
        return None
    try:
        return read(value)
    except PydanticCustomError as error:
        errors.append(table.error(row, column, str(error)))
        return None
