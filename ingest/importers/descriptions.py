"""Tables of descriptions that come in again: what an archivist edited in them, set against the archive.

A cell that says what the archive says is no edit, and neither is one that says what it said when the table
was written, whatever became of it since. All that is wrong with a table is found at once.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import PydanticCustomError
from sqlalchemy.orm import Session

from archive.changes.descriptions import new_statements
from archive.changes.imports import Edit
from archive.changes.stretches import beyond_end
from archive.errors import MetadataError
from archive.models import AccessStatement, DescriptionChange, Testimony
from archive.queries import descriptions, history, testimonies
from ingest.importers.comparing import cell_before, exchanged_statements, is_same, says_the_same
from ingest.importers.errors import MetadataErrors
from ingest.importers.pairing import find_misplaced
from ingest.importers.table import Row, Table, read_table
from schemas.columns import EXPORT_COLUMNS, ID, NOT_EXPORTED, VERSION, quoted, read_value, write_value
from schemas.described import Location, found, printable
from schemas.metadata import TestimonyMetadata, problems_in

_NEVER_EMPTY = {
    "access": "expected a level or statements; to close it, write restricted or withdrawn",
    "collection": "expected the name of a collection",
}

_SPREADSHEET_CELL = 32_767
"""What a cell of a spreadsheet holds; programs cut off the rest, some without a word."""

_TOGETHER = 500


def read_descriptions(path: Path) -> Table:
    """The table in `path`. Raises MetadataErrors."""
    table = read_table(path, (*EXPORT_COLUMNS, *NOT_EXPORTED), (ID, VERSION), whole_rows=True)
    errors = [
        MetadataError(path, f"row 1, {name}", f"expected no such column here: {name} {reason}")
        for name, reason in NOT_EXPORTED.items()
        if name in table.columns
    ]
    if errors:
        raise MetadataErrors(path, errors)
    return table


def plan_edits(session: Session, table: Table) -> list[Edit]:
    """What the table changes in the archive. Raises MetadataErrors with all that is wrong."""
    return _Planner(session, table).edits()


class _Planner:
    """Sets rows against the archive; collects what is wrong."""

    def __init__(self, session: Session, table: Table) -> None:
        self.session, self.table = session, table
        self.errors: list[MetadataError] = []
        self.rows = self._find_rows()
        ids = [row.id for _, row in self.rows]
        self.versions: dict[int, int] = {}
        self.changes: dict[int, list[DescriptionChange]] = defaultdict(list)
        for some in _in_parts(ids):
            self.versions |= descriptions.versions(session, some)
            for change in history.changes(session, some):
                self.changes[change.testimony_id].append(change)

    def edits(self) -> list[Edit]:
        """The edits of all rows."""
        made = [
            (row, edit) for row, testimony in self.rows if (edit := self._edit(row, testimony)) is not None
        ]
        self._check_numbers(made)
        self._check_people(made)
        if self.errors:
            raise MetadataErrors(self.table.path, self.errors)
        return [edit for _, edit in made]

    def _find_rows(self) -> list[tuple[Row, Testimony]]:
        wanted = [row.cells[ID].strip() for row in self.table.rows]
        known = {
            row.public_id: row
            for some in _in_parts(wanted)
            for row in testimonies.load_by_public_ids(self.session, some)
        }
        counted = Counter(wanted)
        rows = []
        for row, public_id in zip(self.table.rows, wanted, strict=True):
            if public_id not in known:
                self._refuse(row, ID, f"expected the id of a testimony, found {found(public_id)}")
            elif counted[public_id] > 1:
                self._refuse(row, ID, f"expected each testimony once, found {public_id} again")
            else:
                rows.append((row, known[public_id]))
        return rows

    def _edit(self, row: Row, testimony: Testimony) -> Edit | None:
        version = self._version(row, testimony)
        if version is None:
            return None
        now = descriptions.describe(testimony)
        since = [change for change in self.changes[testimony.id] if change.number > version]
        values: dict[str, Any] = {"recordings": descriptions.numbered(testimony)}
        fields: set[str] = set()
        before = len(self.errors)
        for field in self.table.columns:
            if field in (ID, VERSION):
                continue
            cell, current = row.cells[field], write_value(field, now[field])
            if self._is_edited(row, testimony, field, cell, current, since):
                fields.add(field)
                value = self._value(row, field, cell, current)
                if value is not None:
                    values[field] = value
        taken_back: list[AccessStatement] = []
        labels: Mapping[int, str] = {}
        if "access" in fields and "access" in values:
            taken_back, values["access"], labels = exchanged_statements(
                testimony, row.cells["access"], values["access"]
            )
            if not values["access"]:
                del values["access"]
        try:
            metadata = TestimonyMetadata.read(values)
        except ValidationError as error:
            for problem in problems_in(error):
                self._refuse(row, _column(problem.location, labels), problem.sentence)
            return None
        if not testimony.recordings:
            self._check_without_recordings(row, metadata)
        if len(self.errors) > before or not fields:
            return None
        stated = new_statements(testimony, metadata) if "access" in fields else []
        for row_taken in list(taken_back):  # said in other words, it is still the same statement
            same = next((new for new in stated if says_the_same(new, row_taken)), None)
            if same is not None:
                taken_back.remove(row_taken)
                stated.remove(same)
        for sentence in beyond_end(testimony, stated):
            self._refuse(row, "access", sentence)
        if len(self.errors) > before:
            return None
        return Edit(testimony, metadata, frozenset(fields - {"access"}), tuple(taken_back), tuple(stated))

    def _check_without_recordings(self, row: Row, metadata: TestimonyMetadata) -> None:
        """Of a text that no recording is there for, no stretch of a recording can be spoken of."""
        for error in find_misplaced(self.table.path, metadata):
            self._refuse(row, error.field, error.expected)

    def _version(self, row: Row, testimony: Testimony) -> int | None:
        written, newest = row.cells[VERSION].strip(), self.versions.get(testimony.id, 0)
        if not (written.isascii() and written.isdigit()) or len(written) > 9:
            self._refuse(row, VERSION, f"expected the number that the export wrote, found {found(written)}")
            return None
        if int(written) > newest:
            sentence = (
                f"expected at most {newest}, as it stands here; export it again, found {found(written)}"
            )
            self._refuse(row, VERSION, sentence)
            return None
        return int(written)

    def _is_edited(
        self,
        row: Row,
        testimony: Testimony,
        field: str,
        cell: str,
        current: str,
        since: Sequence[DescriptionChange],
    ) -> bool:
        """Whether somebody changed a cell of the table. Where the archive changed there too, that is refused:
        one of the two would be lost."""
        if is_same(testimony, field, cell, current):
            return False
        recent = [change for change in since if change.field == field]
        if not recent:
            return True
        if not is_same(testimony, field, cell, cell_before(testimony, field, recent)):
            last = recent[-1]
            sentence = (
                f"expected a table written after {last.created_at:%Y-%m-%d %H:%M} UTC, when {last.agent} "
                f"changed it to {quoted(current)}; found {quoted(cell)}"
            )
            self._refuse(row, field, sentence)
        return False

    def _value(self, row: Row, field: str, cell: str, current: str) -> Any:
        if not cell.strip():
            if field in _NEVER_EMPTY and current:
                self._refuse(row, field, _NEVER_EMPTY[field])
            return None
        if len(cell) >= _SPREADSHEET_CELL - 1 and len(cell) < len(current) and current.startswith(cell[:-1]):
            self._refuse(
                row,
                field,
                f"expected all {len(current)} characters; a program cut the cell off at {len(cell)}",
            )
            return None
        try:
            return read_value(field, cell)
        except PydanticCustomError as error:
            self._refuse(row, field, str(error))
            return None

    def _check_numbers(self, made: Sequence[tuple[Row, Edit]]) -> None:
        """An accession number is one testimony's: no other has it, once all edits are made."""
        given: dict[str, Row] = {}
        changing = {edit.testimony.id for _, edit in made if "accession_number" in edit.fields}
        for row, edit in made:
            number = edit.metadata.accession_number
            if "accession_number" not in edit.fields or number is None:
                continue
            other = given.setdefault(number, row)
            holder = testimonies.find_by_accession(self.session, number)
            if other is not row:
                sentence = f"expected a number of its own, found {found(number)} in row {other.number} too"
                self._refuse(row, "accession_number", sentence)
            elif holder is not None and holder.id not in changing:
                sentence = f"expected a number of its own; {found(number)} is that of {holder.public_id}"
                self._refuse(row, "accession_number", sentence)

    def _check_people(self, made: Sequence[tuple[Row, Edit]]) -> None:
        """A person has one published name and one set of names, in whatever testimonies they are."""
        first: dict[str, tuple[str | None, tuple[str, ...], Row]] = {}
        for row, edit in made:
            for at, person in enumerate(edit.metadata.people if "people" in edit.fields else (), start=1):
                if person.id is None:
                    continue
                published, names, other = first.setdefault(
                    person.id, (person.published_name, person.names, row)
                )
                if (published, set(names)) != (person.published_name, set(person.names)):
                    sentence = f"expected the names that {person.id} has in row {other.number}"
                    self._refuse(row, f"people.{at}", sentence)

    def _refuse(self, row: Row, column: str, sentence: str) -> None:
        self.errors.append(self.table.error(row, column, sentence))


def _column(location: Location, labels: Mapping[int, str]) -> str:
    steps = [str(step + 1) if isinstance(step, int) else printable(step, 60) for step in location]
    if location[:1] == ("access",) and len(location) > 1 and isinstance(location[1], int):
        return ".".join([labels.get(location[1], "access"), *steps[2:]])
    return ".".join(steps)


def _in_parts(ids: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """At most so many as a query takes."""
    for start in range(0, len(ids), _TOGETHER):
        yield ids[start : start + _TOGETHER]
