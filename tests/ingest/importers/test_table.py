"""Tables as LibreOffice, Excel and others save them."""

from pathlib import Path

import pytest

from ingest.importers.errors import MetadataErrors
from ingest.importers.table import Table, is_table, read_table

KNOWN = ("file", "title", "places", "accession_number")


def read(tmp_path: Path, content: str | bytes, *, whole_rows: bool = False) -> Table:
    path = tmp_path / "table.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_table(path, KNOWN, ("file",), whole_rows=whole_rows)


def refused(tmp_path: Path, content: str | bytes, *, whole_rows: bool = False) -> list[str]:
    with pytest.raises(MetadataErrors) as caught:
        read(tmp_path, content, whole_rows=whole_rows)
    return [str(error).removeprefix(f"{tmp_path / 'table.csv'}: ") for error in caught.value.errors]


TEXT = 'file{0}title{0}places\r\n1.wav{0}"Bread; weather, and\nrain\there"{0}Łódź\r\n'


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_delimiters_and_encodings(tmp_path: Path, delimiter: str, encoding: str) -> None:
    table = read(tmp_path, TEXT.format(delimiter).encode(encoding))
    assert table.columns == ("file", "title", "places")
    assert [row.cells for row in table.rows] == [
        {"file": "1.wav", "title": "Bread; weather, and\nrain\there", "places": "Łódź"}
    ]


def test_a_delimiter_that_the_first_line_names(tmp_path: Path) -> None:
    table = read(tmp_path, "sep=|\nfile|title\n1.wav|a;b\n")
    assert [(row.number, row.cells["title"]) for row in table.rows] == [(2, "a;b")]


def test_rows_are_counted_as_a_spreadsheet_counts(tmp_path: Path) -> None:
    table = read(tmp_path, 'File;Title;;\n1.wav;"a\nb";;\n;;;\n\n2.wav\n;;;\n')
    assert [(row.number, row.cells) for row in table.rows] == [
        (2, {"file": "1.wav", "title": "a\nb"}),
        (5, {"file": "2.wav", "title": ""}),
    ]


def test_what_looks_like_a_formula_is_data(tmp_path: Path) -> None:
    table = read(tmp_path, "file,title,places\n1.wav,=1+1,'=2\n")
    assert table.rows[0].cells == {"file": "1.wav", "title": "=1+1", "places": "=2"}


def test_lines_that_end_as_on_old_machines(tmp_path: Path) -> None:
    assert len(read(tmp_path, "file,title\r1.wav,a\r2.wav,b\r").rows) == 2


def test_long_cells(tmp_path: Path) -> None:
    assert len(read(tmp_path, f"file,title\n1.wav,{'x' * 200_000}\n").rows[0].cells["title"]) == 200_000


def test_all_that_is_wrong_with_a_header(tmp_path: Path) -> None:
    assert refused(tmp_path, "titel,places,places,,keyword\na,b,c,d,e\n") == [
        "row 1, titel: expected a column that exists; did you mean title?",
        "row 1: expected each column once, found 'places' again",
        "row 1, keyword: expected a column that exists: file, title, places, accession_number",
        "row 1: expected a name for column 4, which is filled in row 2",
        "row 1: expected a column file",
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "expected a first row with the names of columns"),
        ("file,title\n1.wav,a,b\n", "row 2: expected 2 cells as in the first row, found 3"),
        ('file,title\n1.wav,"a\n2.wav,b\n', "row 2: expected quotation marks that are closed"),
        ('file,title\n1.wav,a\n2.wav,"a"b\n', "row 3: expected quotation marks that are closed"),
        ("file,title\n1.wav,Łódź\n".encode().replace(b"\xc5\x81", b"\xa3"), "line 2 is not: save the"),
    ],
)
def test_a_table_that_cannot_be_used(tmp_path: Path, content: str | bytes, sentence: str) -> None:
    (error,) = refused(tmp_path, content)
    assert sentence in error


def test_a_row_that_was_cut_off_is_refused_where_empty_means_something(tmp_path: Path) -> None:
    assert len(read(tmp_path, "file,title\n1.wav\n").rows) == 1
    assert refused(tmp_path, "file,title\n1.wav\n", whole_rows=True) == [
        "row 2: expected 2 cells as in the first row, found 1"
    ]


def test_which_files_are_tables() -> None:
    assert [name for name in ("a.CSV", "a.tsv", "a.txt", "a.yaml", "a.xlsx") if is_table(Path(name))] == [
        "a.CSV",
        "a.tsv",
        "a.txt",
    ]
