"""Tables of descriptions as a spreadsheet program has and saves them, and bringing them in."""

import csv
import io
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from archive.changes import imports
from archive.changes import testimonies as testimony_changes
from archive.changes.imports import Imported
from archive.database import reading, writing
from archive.queries import descriptions, testimonies
from ingest.importers.descriptions import plan_edits, read_descriptions
from ingest.importers.exporting import write_table
from schemas.metadata import TestimonyMetadata
from tests.archives import NOW, SmallArchive

LATER = NOW + timedelta(hours=1)

Cells = dict[str, str]


def export(archive: SmallArchive, *public_ids: str) -> list[Cells]:
    """The table, read."""
    written = "".join(write_table(archive.engine, [archive.row_id(public_id) for public_id in public_ids]))
    return list(csv.DictReader(io.StringIO(written, newline="")))


def save(path: Path, rows: Sequence[Cells], columns: Sequence[str] | None = None) -> Path:
    """The table, saved with all columns or some."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns or list(rows[0]), extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def bring(archive: SmallArchive, path: Path) -> Imported:
    """Import the table at `path`."""
    table = read_descriptions(path)
    with writing(archive.engine) as session:
        return imports.apply(session, plan_edits(session, table), agent="The archivist", now=LATER)


def undo(archive: SmallArchive, imported: Imported) -> Imported:
    """Undo an import that changed something."""
    assert imported.id is not None
    with writing(archive.engine) as session:
        return imports.undo(session, imported.id, agent="The archivist", now=LATER)


def stands(archive: SmallArchive, public_id: str) -> dict[str, Any]:
    """The description of a testimony as it stands."""
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        return descriptions.describe(row)


def describe(archive: SmallArchive, public_id: str, **fields: Any) -> None:
    """Take in a sidecar."""
    with writing(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        metadata = TestimonyMetadata.read(fields)
        testimony_changes.describe(session, row, metadata, said_by="sidecar", now=NOW)
