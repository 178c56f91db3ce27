"""Descriptions as a table for spreadsheet programs, to be edited and read in again (docs/manifest.md)."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Engine

from archive.database import reading
from archive.errors import NotFound
from archive.models import Testimony
from archive.queries import collections, descriptions, testimonies
from schemas.cells import harmless
from schemas.columns import EXPORT_COLUMNS, ID, VERSION, write_value

_TOGETHER = 200


def choose(engine: Engine, wanted: Sequence[str], collection: str | None) -> list[int]:
    """Row ids of the testimonies that are wanted, by public id or accession number; without any, of all; of
    those, where a collection is named, the ones that belong to it. Raises NotFound."""
    with reading(engine) as session:
        ids = sorted(testimonies.change_numbers(session))
        if wanted:
            rows = {
                name: testimonies.find(session, name) or testimonies.find_by_accession(session, name)
                for name in wanted
            }
            unknown = [name for name, row in rows.items() if row is None]
            if unknown:
                raise NotFound(f"no testimony has the id or accession number {', '.join(unknown)}")
            ids = list(dict.fromkeys(row.id for row in rows.values() if row is not None))
        if collection is None:
            return ids
        members = collections.members(session, collection)
        if members is None:
            raise NotFound(f"no collection has the name {collection}")
        return [testimony_id for testimony_id in ids if testimony_id in members]


def write_table(engine: Engine, ids: Sequence[int]) -> Iterator[str]:
    """The table, line by line; every cell in quotation marks, none that looks like a formula."""
    yield _line(EXPORT_COLUMNS)
    for start in range(0, len(ids), _TOGETHER):
        some = ids[start : start + _TOGETHER]
        with reading(engine) as session:
            rows = {row.id: row for row in testimonies.load(session, some)}
            versions = descriptions.versions(session, some)
        for testimony_id in some:
            yield _line(cells_of(rows[testimony_id], versions.get(testimony_id, 0)).values())


def cells_of(testimony: Testimony, version: int) -> dict[str, str]:
    """The row of a loaded testimony, by column."""
    said = descriptions.describe(testimony)
    cells = {name: write_value(name, said[name]) for name in said}
    cells |= {ID: testimony.public_id, VERSION: str(version)}
    return {name: harmless(cells[name]) for name in EXPORT_COLUMNS}


def _line(cells: Iterable[str]) -> str:
    written = io.StringIO(newline="")
    csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(cells)
    return written.getvalue()
