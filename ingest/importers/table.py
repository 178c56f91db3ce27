"""Tables as spreadsheet programs save them: CSV with commas, semicolons or tabs, in UTF-8 or UTF-16."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from archive.errors import MetadataError
from ingest.importers.errors import MetadataErrors
from ingest.importers.text import read_text
from schemas.cells import natural
from schemas.columns import column_name, meant_column
from schemas.described import found, printable

ENDINGS = (".csv", ".tsv", ".tab", ".txt")

SIZE_LIMIT = 256 * 1_048_576

_LONGEST_CELL = 16 * 1_048_576

_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `number` is what a spreadsheet program shows beside it. Cells by column, none left out."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with the columns that it has, in the order in which they are documented."""

    path: Path
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def error(self, row: Row, column: str, sentence: str) -> MetadataError:
        """What is wrong with a cell (or with a row, where `column` is empty)."""
        place = f"row {row.number}, {column}" if column else f"row {row.number}"
        return MetadataError(self.path, place, sentence)


def is_table(path: Path) -> bool:
    """Whether a file of this name is read as a table."""
    return path.suffix.casefold() in ENDINGS


def read_table(path: Path, known: Sequence[str], needed: Sequence[str], *, whole_rows: bool = False) -> Table:
    """The table in `path`, whose columns are among `known` and have all of `needed`.

    Empty rows and empty columns without a name are passed over. `whole_rows`: a row that is shorter than the
    header is refused, since an empty cell would mean something. Raises MetadataErrors with all that is wrong.
    """
    try:
        text = read_text(path, SIZE_LIMIT)
        records = list(_records(text, path, known))
    except MetadataError as error:
        raise MetadataErrors(path, [error]) from error
    header = [column_name(cell) for cell in records[0]] if records else []
    errors = [*_header_errors(path, header, records, known, needed)]
    if errors:
        raise MetadataErrors(path, errors)
    rows = []
    for number, record in enumerate(records[1:], start=2):
        if not any(cell.strip() for cell in record):
            continue
        if any(cell.strip() for cell in record[len(header) :]):
            sentence = f"expected {len(header)} cells as in the first row, found {len(record)}"
            errors.append(MetadataError(path, f"row {number}", sentence))
        if whole_rows and len(record) < len(header):
            sentence = f"expected {len(header)} cells as in the first row, found {len(record)}"
            errors.append(MetadataError(path, f"row {number}", sentence))
        padded = [*record, *[""] * (len(header) - len(record))]
        cells = {name: natural(cell) for name, cell in zip(header, padded, strict=False) if name}
        rows.append(Row(number, cells))
    if errors:
        raise MetadataErrors(path, errors)
    return Table(path, tuple(name for name in known if name in header), tuple(rows))


def _records(text: str, path: Path, known: Sequence[str]) -> Iterator[list[str]]:
    first, _, rest = text.partition("\n")
    told = first.strip().casefold()
    if told.startswith("sep=") and len(told) in (4, 5):  # a line that Excel takes for itself; it is no row
        text, delimiters = rest, [first.strip()[4:] or "\t"]
    else:
        delimiters = [*_DELIMITERS]
    delimiter = max(delimiters, key=lambda each: _fit(text, each, known))
    # Chapters of a whole testimony may stand in one cell; the module's own limit is 128 KiB.
    csv.field_size_limit(_LONGEST_CELL)
    reader = _reader(text, delimiter)
    number = 0
    try:
        while (record := next(reader, None)) is not None:
            number += 1
            yield record
    except csv.Error as error:
        sentence = f"expected quotation marks that are closed, and doubled within a cell ({error})"
        raise MetadataError(path, f"row {number + 1}", sentence) from error


def _fit(text: str, delimiter: str, known: Sequence[str]) -> tuple[int, int]:
    """How well a delimiter cuts the header: into how many known columns, and into how many at all."""
    try:
        header = next(_reader(text, delimiter), [])
    except csv.Error:
        return 0, 0
    return sum(column_name(cell) in known for cell in header), len(header)


def _reader(text: str, delimiter: str) -> Iterator[list[str]]:
    return iter(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


def _header_errors(
    path: Path,
    header: Sequence[str],
    records: Sequence[Sequence[str]],
    known: Sequence[str],
    needed: Sequence[str],
) -> Iterator[MetadataError]:
    if not any(header):
        yield MetadataError(
            path, "", f"expected a first row with the names of columns: {', '.join(needed)}, ..."
        )
        return
    for name, count in Counter(header).items():
        if not name:
            continue
        if count > 1:
            yield MetadataError(path, "row 1", f"expected each column once, found {found(name)} again")
        if name not in known:
            meant = meant_column(name, tuple(known))
            hint = f"; did you mean {meant}?" if meant else f": {', '.join(known)}"
            yield MetadataError(path, f"row 1, {printable(name, 60)}", f"expected a column that exists{hint}")
    for place, name in enumerate(header):
        filled = [number for number, record in enumerate(records[1:], 2) if any(record[place : place + 1])]
        if not name and filled:
            sentence = f"expected a name for column {place + 1}, which is filled in row {filled[0]}"
            yield MetadataError(path, "row 1", sentence)
    for name in needed:
        if name not in header:
            yield MetadataError(path, "row 1", f"expected a column {name}")
