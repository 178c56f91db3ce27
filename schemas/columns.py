"""The columns of the tables in which testimonies are described: manifests, and descriptions that are
taken out and in again. They are the fields of a sidecar, so that every value is read in the same way."""

from collections.abc import Mapping
from typing import Any

from schemas.cells import (
    Value,
    is_several,
    parts_of,
    read_list_cell,
    read_records,
    write_list,
    write_records,
)
from schemas.described import found, nearest
from schemas.metadata import SYNONYMS, TestimonyMetadata
from schemas.parts import ROLES, DescribedRecording

FILE_COLUMNS: Mapping[str, str] = {
    {"number": "recording"}.get(name, name): name for name in DescribedRecording.field_names()
}
"""What a manifest says of one file, by the field of a recording."""

ROLE_COLUMNS: Mapping[str, str] = {role.replace(" ", "_"): role for role in ROLES}
"""Columns with the published names of people in a usual role."""

DESCRIPTION_COLUMNS = tuple(
    name for name in TestimonyMetadata.field_names() if name not in ("recordings", "checksum")
)
"""What a table says of a testimony."""

MANIFEST_COLUMNS = (*FILE_COLUMNS, *DESCRIPTION_COLUMNS, *ROLE_COLUMNS)

ID, VERSION = "id", "version"

NOT_EXPORTED: Mapping[str, str] = {
    "embargo": "stands in access, as public from that day",
    "recordings": "files are changed by bringing them",
    "checksum": "was compared when the file was received",
    "texts": "are changed by bringing them",
}
"""Fields of a description that a table of descriptions does not have, each with the reason."""

EXPORT_COLUMNS = (
    ID,
    *(name for name in TestimonyMetadata.field_names() if name not in NOT_EXPORTED),
    VERSION,  # never empty and last: spreadsheet programs drop empty cells at the end of a row
)

_SYNONYMS: Mapping[str, str] = {
    **SYNONYMS,
    "accession": "accession_number",
    "filename": "file",
    "file_name": "file",
    "identifier": "accession_number",
    "number": "recording",
    "tape": "recording",
}


def column_name(written: str) -> str:
    """The name of a column as it is compared: `Accession number` is accession_number."""
    return "_".join(written.casefold().replace("-", " ").replace("_", " ").split())


def meant_column(name: str, known: tuple[str, ...]) -> str | None:
    """The column that was probably meant by one that is not known."""
    meant = _SYNONYMS.get(name)
    return meant if meant in known else nearest(name, known)


def write_value(field: str, value: Any) -> str:
    """A field's plain value as the cell that `read_value` reads back."""
    if value in (None, "", []):
        return ""
    annotation = TestimonyMetadata.model_fields[field].annotation
    part = parts_of(annotation)
    if part is not None:
        return write_records(value, part)
    return write_list(value) if is_several(annotation) else str(value)


def quoted(cell: str) -> str:
    """A cell as it is quoted in a sentence, its lines on one."""
    return found(" / ".join(line for line in cell.splitlines() if line.strip()))


def read_value(field: str, cell: str) -> Value:
    """What a cell says, to be read by TestimonyMetadata; of a column for a role, the people who had it.
    Raises as `schemas.described.refusal` does."""
    if field in ROLE_COLUMNS:
        return [{"role": ROLE_COLUMNS[field], "published_name": name} for name in read_list_cell(cell)]
    annotation = TestimonyMetadata.model_fields[field].annotation
    part = parts_of(annotation)
    if part is not None:
        return list(read_records(cell, part))
    return read_list_cell(cell) if is_several(annotation) else cell
