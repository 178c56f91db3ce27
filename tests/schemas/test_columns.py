"""Columns are the fields of a sidecar, all of them documented."""

from pathlib import Path

import pytest

from schemas.columns import (
    DESCRIPTION_COLUMNS,
    EXPORT_COLUMNS,
    FILE_COLUMNS,
    MANIFEST_COLUMNS,
    NOT_EXPORTED,
    ROLE_COLUMNS,
    column_name,
    meant_column,
    read_value,
    write_value,
)
from schemas.metadata import TestimonyMetadata
from schemas.parts import DescribedRecording

DOCS = Path(__file__).parents[2] / "docs" / "manifest.md"


def documented() -> dict[str, list[str]]:
    """The first column of every table in docs/manifest.md, by the heading above it."""
    tables: dict[str, list[str]] = {}
    heading = ""
    for line in DOCS.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ").strip()
        elif line.startswith("| `"):
            tables.setdefault(heading, []).extend(
                line.split("|")[1].replace("`", "").replace(",", "").split()
            )
    return tables


def test_every_column_is_documented() -> None:
    tables = documented()
    assert tables["Columns of a file"] == list(FILE_COLUMNS)
    assert tables["Columns of a testimony"] == [*DESCRIPTION_COLUMNS, *ROLE_COLUMNS]
    assert tables["Columns of the table"] == list(EXPORT_COLUMNS)
    assert tables["Left out"] == list(NOT_EXPORTED)


def test_every_field_of_a_sidecar_is_a_column() -> None:
    of_files = {"recordings", "checksum"}
    assert set(MANIFEST_COLUMNS) >= set(TestimonyMetadata.field_names()) - of_files
    assert set(FILE_COLUMNS.values()) == set(DescribedRecording.field_names())
    assert set(EXPORT_COLUMNS) | set(NOT_EXPORTED) >= set(TestimonyMetadata.field_names())


@pytest.mark.parametrize(
    ("written", "meant"),
    [("Filename", "file"), ("keywords", "subjects"), ("titel", "title"), ("Tape", "recording")],
)
def test_the_column_that_was_meant(written: str, meant: str) -> None:
    assert meant_column(column_name(written), MANIFEST_COLUMNS) == meant


def test_names_of_columns_are_compared_without_capitals_and_hyphens() -> None:
    assert column_name(" Accession-Number ") == "accession_number"


def test_a_column_for_a_role_gives_people() -> None:
    assert read_value("camera_operator", "A | B") == [
        {"role": "camera operator", "published_name": "A"},
        {"role": "camera operator", "published_name": "B"},
    ]


def test_values_become_cells() -> None:
    assert write_value("title", "a | b; c") == "a | b; c"
    assert write_value("places", ["a | b", "c"]) == r"a \| b | c"
    assert write_value("summary", None) == ""
    assert read_value("title", "a | b; c\\") == "a | b; c\\"
