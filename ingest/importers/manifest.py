"""Rows of a manifest to testimonies: a row, or the rows of one accession number, become the values that a
sidecar would have, and are read in the same way (docs/manifest.md)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from archive.errors import MetadataError
from ingest.importers.deposited import DepositedRecording, DepositedTestimony
from ingest.importers.names import GivenMedia, plain
from ingest.importers.table import Row, Table
from schemas.cells import Value
from schemas.columns import (
    DESCRIPTION_COLUMNS,
    FILE_COLUMNS,
    ROLE_COLUMNS,
    read_value,
)
from schemas.described import Location, found, is_blank, printable
from schemas.metadata import TestimonyMetadata, problems_in


@dataclass(slots=True)
class Said:
    """The values that rows make up, and the row and column that each place of them came from."""

    values: dict[str, object] = field(default_factory=dict)
    places: dict[Location, tuple[Row, str]] = field(default_factory=dict)

    def written(self, location: Location, first: Row) -> tuple[Row, str]:
        """Row and column in which `location` was written, or the nearest thing that holds it; with the steps
        from there, dotted."""
        for length in range(len(location), 0, -1):
            if location[:length] in self.places:
                row, column = self.places[location[:length]]
                return row, ".".join([column, *_dotted(location[length:])])
        return first, ".".join(_dotted(location))


@dataclass(frozen=True, slots=True)
class ReadTestimony:
    """A testimony of the manifest, and where its values came from."""

    deposited: DepositedTestimony
    metadata: TestimonyMetadata
    said: Said
    first: Row

    def row_of(self, field: str) -> Row:
        """The row that says something of a field, else its first."""
        row, _ = self.said.written((field,), self.first)
        return row


class ManifestReading:
    """Reads rows to testimonies, remembering which row claims which file; collects what is wrong."""

    def __init__(self, table: Table, media: GivenMedia, errors: list[MetadataError]) -> None:
        self.table, self.media, self.errors = table, media, errors
        self.claimed: dict[Path, Row] = {}
        self.read: list[tuple[TestimonyMetadata, Said]] = []

    def testimony(self, rows: Sequence[Row]) -> ReadTestimony | None:
        """The testimony of these rows, or None where something is wrong with them."""
        before = len(self.errors)
        said = Said()
        paths: list[Path | None] = []
        if not self._is_text_alone(rows):
            paths = [self._file(row) for row in rows]
            self._number(rows)
            said.values["recordings"] = [self._recording(said, row, at) for at, row in enumerate(rows)]
        for column in (*DESCRIPTION_COLUMNS, *ROLE_COLUMNS):
            self._describe(said, column, rows)
        self._gather_people(said)
        try:
            metadata = TestimonyMetadata.read(said.values)
        except ValidationError as error:
            for problem in problems_in(error):
                self._refuse(*said.written(problem.location, rows[0]), problem.sentence)
            return None
        self.read.append((metadata, said))
        if len(self.errors) > before:
            return None
        only = metadata.languages[0] if len(metadata.languages) == 1 else None
        recordings = [
            DepositedRecording(
                medium, number, entry.checksum, entry.language or only, entry.offset_ms, entry.transfer
            )
            for medium, entry, number in zip(paths, metadata.recordings, metadata.numbers, strict=False)
            if medium is not None
        ]
        recordings.sort(key=lambda recording: recording.number)
        deposited = DepositedTestimony(tuple(recordings), metadata, self.table.path)
        return ReadTestimony(deposited, metadata, said, rows[0])

    def _is_text_alone(self, rows: Sequence[Row]) -> bool:
        """Whether it is a testimony without a recording: texts, and no file."""
        if len(rows) > 1 or rows[0].cells["file"].strip() or not rows[0].cells.get("texts", "").strip():
            return False
        for column in FILE_COLUMNS:
            if rows[0].cells.get(column, "").strip():
                self._refuse(rows[0], column, "expected none, since there is no recording")
        return True

    def _file(self, row: Row) -> Path | None:
        written = row.cells["file"].strip()
        if not written:
            self._refuse(row, "file", "expected the name of a medium, found nothing")
            return None
        candidates = self.media.find(written)
        if len(candidates) == 1:
            other = self.claimed.setdefault(candidates[0], row)
            if other is not row:
                self._refuse(
                    row, "file", f"expected each file once, found {found(written)} in row {other.number} too"
                )
            return candidates[0]
        if candidates:
            places = " or ".join(str(path) for path in sorted(candidates))
            self._refuse(row, "file", f"expected the folder before the name, since it may be {places}")
        else:
            hint = self.media.hint(written)
            self._refuse(row, "file", f"expected a medium that was given{hint}, found {found(written)}")
        return None

    def _number(self, rows: Sequence[Row]) -> None:
        """A number is for ever, so it is never taken from the order of rows, which a click may change."""
        for row in rows:
            number = row.cells.get("recording", "").strip()
            if len(rows) > 1 and not number:
                others = ", ".join(str(other.number) for other in rows if other is not row)
                sentence = (
                    f"expected the number of the recording, since row {others} has this accession number too"
                )
                self._refuse(row, "recording", sentence)
            elif number not in ("", "1") and not row.cells.get("accession_number", "").strip():
                sentence = (
                    f"expected an accession number that tells whose recording {printable(number, 20)} it is"
                )
                self._refuse(row, "accession_number", sentence)

    def _recording(self, said: Said, row: Row, at: int) -> dict[str, str]:
        fields = {}
        for column, name in FILE_COLUMNS.items():
            cell = row.cells.get(column, "")
            said.places["recordings", at, name] = (row, column)
            if not is_blank(cell):
                fields[name] = self._name(cell) if name == "file" else cell.strip()
        said.places["recordings", at] = (row, "file")
        # A row without a file is refused already; what else is wrong in it is told as well.
        fields.setdefault("file", f"row {row.number}")
        return fields

    @staticmethod
    def _name(cell: str) -> str:
        return PurePosixPath(cell.strip().replace("\\", "/")).name or cell

    def _describe(self, said: Said, column: str, rows: Sequence[Row]) -> None:
        """What the rows of one testimony say in a column: the same, where more than one says anything."""
        first: tuple[Row, str] | None = None
        for row in rows:
            cell = row.cells.get(column, "").strip()
            if not cell:
                continue
            if first is None:
                first = row, cell
                said.places[column,] = (row, column)
                value = self._value(row, column, cell)
                if value is not None:
                    said.values[column] = value
            elif cell != first[1]:
                sentence = (
                    f"expected what row {first[0].number} has, {found(first[1])}, or nothing, since both are "
                    f"one testimony; found {found(cell)}"
                )
                self._refuse(row, column, sentence)

    def _value(self, row: Row, column: str, cell: str) -> Value | None:
        try:
            return read_value(column, cell)
        except PydanticCustomError as error:
            self._refuse(row, column, str(error))
            return None

    def _gather_people(self, said: Said) -> None:
        """One list: the people of the columns for usual roles, and then those of `people`."""
        people: list[object] = []
        for column in (*ROLE_COLUMNS, "people"):
            listed = said.values.pop(column, [])
            assert isinstance(listed, list)  # noqa: S101 - `read_value` gives sets of fields for these
            for at, person in enumerate(listed, start=1):
                row, name = said.places[column,]
                said.places["people", len(people)] = (row, f"{name}.{at}" if len(listed) > 1 else name)
                people.append(person)
        if people:
            said.values["people"] = people

    def _refuse(self, row: Row, column: str, sentence: str) -> None:
        self.errors.append(self.table.error(row, column, sentence))


def _dotted(location: Location) -> list[str]:
    return [str(step + 1) if isinstance(step, int) else printable(step, 60) for step in location]


def grouped(table: Table) -> list[list[Row]]:
    """The rows of each testimony: those of one accession number, else each by itself."""
    groups: dict[str | int, list[Row]] = defaultdict(list)
    for row in table.rows:
        number = plain(" ".join(row.cells.get("accession_number", "").split()))
        groups[number or row.number].append(row)
    return list(groups.values())
