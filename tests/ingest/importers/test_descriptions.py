"""Tables of descriptions that come in: what is changed, what stays, and what is refused."""

from pathlib import Path

import pytest

from archive.changes import access
from archive.changes.access import NewStatement
from archive.database import reading, writing
from archive.queries import testimonies
from ingest.importers.errors import MetadataErrors
from tests.archives import NOW, SmallArchive
from tests.tables import Cells, bring, describe, export, save, stands, undo

SHARED = [{"role": "narrator", "id": "P-1", "published_name": "(published)"}]
STRETCH = {"level": "restricted", "recording": 2, "start": "1s", "end": "2s", "reason": "a; b"}


def refused(archive: SmallArchive, path: Path) -> list[str]:
    with pytest.raises(MetadataErrors) as caught:
        bring(archive, path)
    return [f"{error.field}: {error.expected}" for error in caught.value.errors]


@pytest.fixture
def two(archive: SmallArchive) -> tuple[str, str]:
    """A testimony of two recordings and one of one, both described."""
    one = archive.add("Bread", [["It rained."], ["The sun came."]], level=None, accession_number="A-1")
    other = archive.add("Weather", [["Snow fell."]], level=None)
    describe(
        archive,
        one,
        accession_number="A-1",
        recordings=[{"file": "1.wav"}, {"file": "2.wav"}],
        title="Bread",
        summary="=1+1\n\nA second paragraph; with | signs.",
        places=["Łódź", "a | b"],
        identifiers=["x; y"],
        people=[{"role": "narrator", "id": "P-1", "names": ["a name"], "published_name": "(published)"}],
        access=[
            "public",
            {"level": "restricted", "recording": 2, "start": "1s", "end": "2s", "reason": "a; b"},
        ],
        chapters=[{"title": "Rain", "recording": 1, "start": "0s", "synopsis": "It falls.\nA lot."}],
    )
    describe(
        archive,
        other,
        title="Weather",
        people=[{"role": "narrator", "id": "P-1", "published_name": "(published)"}],
    )
    return one, other


def test_unedited_nothing_changes(archive: SmallArchive, two: tuple[str, str], tmp_path: Path) -> None:
    before = [stands(archive, public_id) for public_id in two]
    done = bring(archive, save(tmp_path / "same.csv", export(archive, *two)))
    assert (done.id, done.changes) == (None, ())
    assert [stands(archive, public_id) for public_id in two] == before


def test_a_column_that_is_left_out_stays_and_an_emptied_cell_clears(
    archive: SmallArchive, two: tuple[str, str], tmp_path: Path
) -> None:
    rows = export(archive, *two)
    rows[0] |= {"summary": " ", "title": "Bread in a bakery"}
    done = bring(archive, save(tmp_path / "edited.csv", rows, ["id", "title", "summary", "version"]))
    assert [(change.field, change.before, change.after) for change in done.changes] == [
        ("title", "Bread", "Bread in a bakery"),
        ("summary", "=1+1\n\nA second paragraph; with | signs.", None),
    ]
    now = stands(archive, two[0])
    assert (now["title"], now["summary"], now["places"]) == ("Bread in a bakery", None, ["Łódź", "a | b"])
    assert now["chapters"]


def test_the_same_table_once_more_changes_nothing_however_its_cells_are_written(
    archive: SmallArchive, two: tuple[str, str], tmp_path: Path
) -> None:
    rows = export(archive, *two)
    rows[0] |= {"places": "Łódź|Poland", "date": " 1996-05 "}
    rows[1] |= {
        "people": "Narrator:(published);id:P-1;names:a name",
        "chapters": "Snow; start: 0m1s; end: 2",  # of the only recording there is
        "languages": "DE\npl",
    }
    path = save(tmp_path / "edited.csv", rows)
    assert bring(archive, path).changes
    before = [stands(archive, public_id) for public_id in two]
    assert bring(archive, path).changes == ()
    assert [stands(archive, public_id) for public_id in two] == before


def test_what_changed_since_stays_where_nobody_edited_it(
    archive: SmallArchive, two: tuple[str, str], tmp_path: Path
) -> None:
    rows = export(archive, *two)
    describe(
        archive,
        two[1],
        title="Rain",
        people=SHARED,
    )
    archive.state(two[1], NewStatement("restricted"))
    rows[1]["summary"] = "About the weather."
    done = bring(archive, save(tmp_path / "edited.csv", rows))
    assert [(change.testimony, change.field) for change in done.changes] == [(two[1], "summary")]
    now = stands(archive, two[1])
    assert (now["title"], now["summary"]) == ("Rain", "About the weather.")
    assert [said["level"] for said in now["access"]] == ["restricted"]


def test_two_edits_of_one_field_are_a_conflict(
    archive: SmallArchive, two: tuple[str, str], tmp_path: Path
) -> None:
    rows = export(archive, *two)
    archive.state(two[0], NewStatement("withdrawn"))
    describe(
        archive,
        two[1],
        title="Rain",
        people=SHARED,
    )
    rows[0]["access"] = "public"
    rows[0]["places"] = "Poland"
    rows[1]["title"] = "Snow"
    path = save(tmp_path / "edited.csv", rows)
    first, second = refused(archive, path)
    assert first.startswith(
        "row 2, access: expected a table written after 2026-01-27 12:00 UTC, when test changed"
    )
    assert second == (
        "row 3, title: expected a table written after 2026-01-27 12:00 UTC, when sidecar changed it to "
        "'Rain'; found 'Snow'"
    )
    assert stands(archive, two[0])["places"] == ["Łódź", "a | b"]


def test_all_that_is_wrong_comes_at_once(archive: SmallArchive, two: tuple[str, str], tmp_path: Path) -> None:
    rows = export(archive, *two)
    rows[0] |= {
        "date": "spring",
        "access": "",
        "chapters": "Rain; recording: 3; start: soon",
        "places": "a; b",
    }
    rows[1] |= {"accession_number": "A-1", "collection": "", "languages": "german", "people": "narrater"}
    rows += [rows[1] | {"id": "nobody"}, rows[1] | {"id": "", "version": "x"}]
    assert refused(archive, save(tmp_path / "edited.csv", rows)) == [
        "row 4, id: expected the id of a testimony, found 'nobody'",
        "row 5, id: expected the id of a testimony, found nothing",
        "row 2, places: expected \\; for a ; that belongs to the text, and | between values, found 'a; b'",
        "row 2, access: expected a level or statements; to close it, write restricted or withdrawn",
        "row 2, date: expected an EDTF date such as 1996, 1996-05, 1996-05-04, 1944~ (about), 1944? "
        "(perhaps), 194X or 1944/1946 (from, to), found 'spring'",
        "row 2, chapters.1.start: expected a time such as 1m23s, 00:01:23.4 or 83.4 (seconds), found 'soon'",
        "row 3, collection: expected the name of a collection",
        "row 3, people.1.role: expected a role (did you mean narrator?), found 'narrater'",
        "row 3, languages.1: expected a language tag (BCP 47) such as de, pl, yi or pt-BR (did you mean "
        "de?), found 'german'",
    ]


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        ({"version": ""}, "row 2, version: expected the number that the export wrote, found nothing"),
        ({"version": "99"}, "row 2, version: expected at most "),
        (
            {"access": "public\nregistered; recording: 7"},
            "row 2, access.2.recording: expected the number of a",
        ),
        (
            {"access": "public\nrestricted; recording: 2; start: 83m"},
            "row 2, access: expected a stretch that begins before",
        ),
        (
            {"access": "restricted\npublic; recording: 2"},
            "row 2, access.2.level: expected a level no more open",
        ),
        (
            {"chapters": "Rain; start: 0s"},
            "row 2, chapters.1.recording: expected the number of a recording: 1, 2",
        ),
        (
            {"accession_number": "A-2"},
            "row 2, accession_number: expected a number of its own; 'A-2' is that of",
        ),
    ],
)
def test_a_row_that_cannot_be_used(
    archive: SmallArchive, two: tuple[str, str], tmp_path: Path, edit: Cells, sentence: str
) -> None:
    archive.add("Rain", [["It rained."]], accession_number="A-2")
    rows = export(archive, two[0])
    rows[0] |= edit
    (error,) = refused(archive, save(tmp_path / "edited.csv", rows))
    assert error.startswith(sentence)


def test_one_row_twice(archive: SmallArchive, two: tuple[str, str], tmp_path: Path) -> None:
    rows = export(archive, two[0], two[0])
    assert len(refused(archive, save(tmp_path / "edited.csv", rows))) == 2


@pytest.mark.parametrize("column", ["embargo", "recordings", "checksum"])
def test_columns_that_are_not_for_tables_say_why(
    archive: SmallArchive, two: tuple[str, str], tmp_path: Path, column: str
) -> None:
    rows = [{column: "x", **row} for row in export(archive, two[0])]
    (error,) = refused(archive, save(tmp_path / "edited.csv", rows))
    assert error.startswith(f"row 1, {column}: expected no such column here")


def test_a_cell_that_a_program_cut_off_is_refused(
    archive: SmallArchive, two: tuple[str, str], tmp_path: Path
) -> None:
    describe(archive, two[1], title="Weather", summary="rain " * 8_000)
    rows = export(archive, two[1])
    rows[0]["summary"] = rows[0]["summary"][:32_767]
    (error,) = refused(archive, save(tmp_path / "edited.csv", rows))
    assert "cut the cell off at 32767" in error


def test_accession_numbers_can_be_exchanged(
    archive: SmallArchive, two: tuple[str, str], tmp_path: Path
) -> None:
    third = archive.add("Rain", [["It rained."]], accession_number="A-2")
    rows = export(archive, two[0], third)
    rows[0]["accession_number"], rows[1]["accession_number"] = "A-2", "A-1"
    done = bring(archive, save(tmp_path / "edited.csv", rows))
    assert [(change.before, change.after) for change in done.changes] == [("A-1", "A-2"), ("A-2", "A-1")]
    assert stands(archive, third)["accession_number"] == "A-1"


def test_a_shared_person_changes_everywhere_and_rows_must_agree(
    archive: SmallArchive, two: tuple[str, str], tmp_path: Path
) -> None:
    rows = export(archive, *two)
    rows[0]["people"] = rows[0]["people"].replace("(published)", "(one)")
    rows[1]["people"] = rows[1]["people"].replace("(published)", "(two)")
    assert refused(archive, save(tmp_path / "differ.csv", rows)) == [
        "row 3, people.1: expected the names that P-1 has in row 2"
    ]
    rows[1]["people"] = export(archive, two[1])[0]["people"]
    done = bring(archive, save(tmp_path / "edited.csv", rows))
    assert [(change.testimony, change.field) for change in done.changes] == [
        (two[0], "people"),
        (two[1], "people"),
    ]
    assert stands(archive, two[1])["people"][0]["published_name"] == "(one)"
    undo(archive, done)
    for public_id in two:
        assert stands(archive, public_id)["people"][0]["published_name"] == "(published)"


def test_names_that_are_taken_out_are_gone(
    archive: SmallArchive, two: tuple[str, str], tmp_path: Path
) -> None:
    rows = export(archive, two[0])
    rows[0]["people"] = "narrator: (published); id: P-1"
    bring(archive, save(tmp_path / "edited.csv", rows))
    assert "names" not in stands(archive, two[0])["people"][0]


def test_statements_that_stay_are_the_same_statements(
    archive: SmallArchive, two: tuple[str, str], tmp_path: Path
) -> None:
    rows = export(archive, two[0])
    rows[0]["access"] = "restricted; recording: 2; start: 00:00:01; end: 2; reason: a\\; b\nregistered"
    done = bring(archive, save(tmp_path / "edited.csv", rows))
    (change,) = done.changes
    assert (change.before, change.after, change.effects) == (
        [{"level": "public", "by": "sidecar"}],
        [{"level": "registered", "by": "The archivist"}],
        ("closes",),
    )
    assert done.closing == (archive.row_id(two[0]),)
    # The same table once more: what it asks for is there, whoever said so.
    assert bring(archive, save(tmp_path / "again.csv", rows)).changes == ()


def test_what_a_description_cannot_say_stays(
    archive: SmallArchive, two: tuple[str, str], tmp_path: Path
) -> None:
    with writing(archive.engine) as session:
        row = testimonies.find(session, two[0])
        assert row is not None
        said = NewStatement("restricted", subject="chapter", subject_id=row.chapters[0].id)
        access.state(session, row, [said], said_by="test", now=NOW)
    rows = export(archive, two[0])
    assert "chapter" not in rows[0]["access"]
    rows[0]["access"] = "public"
    bring(archive, save(tmp_path / "edited.csv", rows))
    with reading(archive.engine) as session:
        row = testimonies.find(session, two[0])
        assert row is not None
        left = [statement for statement in row.statements if statement.superseded_at is None]
    assert [(statement.subject, statement.level) for statement in left] == [
        ("testimony", "public"),
        ("chapter", "restricted"),
    ]
