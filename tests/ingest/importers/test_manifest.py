"""Deposits described in a table: what a manifest makes of the media that are given."""

import unicodedata
from pathlib import Path
from typing import Any

import pytest

from ingest.importers.deposit import Deposit, plan_deposit
from ingest.importers.sidecar import parse_sidecar
from schemas.columns import read_value
from schemas.metadata import TestimonyMetadata

MANIFEST = "deposit.csv"


class Folder:
    """A folder with media, and a manifest that is written beside them."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, *names: str, text: str = "sound") -> None:
        for name in names:
            (self.path / name).parent.mkdir(exist_ok=True)
            (self.path / name).write_text(text)

    def plan(self, *lines: str, paths: list[str] | None = None) -> Deposit:
        (self.path / MANIFEST).write_text("\n".join(lines) + "\n")
        given = [self.path / name for name in paths or [""]]
        return plan_deposit(given, self.path / MANIFEST)

    def errors(self, *lines: str) -> list[str]:
        deposit = self.plan(*lines)
        return [str(error).removeprefix(f"{self.path}/") for error in deposit.errors]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def described(deposit: Deposit) -> list[dict[str, Any]]:
    assert not deposit.errors, deposit.errors
    return [
        testimony.metadata.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        for testimony in deposit.testimonies
        if testimony.metadata
    ]


def test_a_row_is_read_as_a_sidecar_is(folder: Folder) -> None:
    folder.add("1.wav")
    deposit = folder.plan(
        "file;checksum;language;offset;accession_number;title;kind;interviewee;people;date;places;access;"
        "chapters",
        f"1.wav;{'ab' * 32};yi;-1.5;A-1;(title);Interview;(published) | (other);"
        '"interviewer; id: P-1; names: a | b";1996-05;Łódź | Poland;"reading room; until: 2031-01-27',
        'restricted; start: 1m23s; reason: why\\; because";"Bread; start: 5s; keywords: bread | weather"',
    )
    sidecar = f"""
accession_number: A-1
title: (title)
kind: interview
people:
  - {{role: interviewee, published_name: (published)}}
  - {{role: interviewee, published_name: (other)}}
  - {{role: interviewer, id: P-1, names: [a, b]}}
date: 1996-05
places: [Łódź, Poland]
access:
  - {{level: reading room, until: 2031-01-27}}
  - {{level: restricted, start: 1m23s, reason: "why; because"}}
recordings: [{{file: 1.wav, checksum: {"ab" * 32}, language: yi, offset: "-1.5"}}]
chapters: [{{title: Bread, start: 5s, keywords: [bread, weather]}}]
"""
    assert deposit.errors == ()
    (testimony,) = deposit.testimonies
    assert testimony.metadata == parse_sidecar(sidecar, Path("1.yaml"))
    (recording,) = testimony.recordings
    assert (recording.number, recording.language, recording.offset_ms) == (1, "yi", -1500)
    assert recording.checksum is not None
    assert not any(path.name == MANIFEST for path, _ in deposit.passed_over)


def test_rows_of_one_accession_number_are_one_testimony(folder: Folder) -> None:
    folder.add("a.wav", "b.wav", "c.wav", "d.wav")
    deposit = folder.plan(
        "file,accession_number,recording,title,language",
        "b.wav,A-1,2,,",
        "c.wav,,,Weather,",
        "a.wav,A-1,1,Bread,de",
        "d.wav,,,,",
    )
    assert [
        ([(r.path.name, r.number, r.language) for r in t.recordings], t.metadata and t.metadata.title)
        for t in deposit.testimonies
    ] == [
        ([("a.wav", 1, "de"), ("b.wav", 2, None)], "Bread"),
        ([("c.wav", 1, None)], "Weather"),
        ([("d.wav", 1, None)], None),
    ]


def test_captions_come_from_files_beside_the_media(folder: Folder) -> None:
    folder.add("a.wav", "b.wav")
    folder.add("a.vtt", "b.de.vtt", text="WEBVTT\n\n00:00.000 --> 00:01.000\nIt rained.\n")
    deposit = folder.plan("file,languages", "a.wav,", "b.wav,en")
    assert deposit.errors == ()
    (a,), (b,) = (testimony.texts for testimony in deposit.testimonies)
    assert (a.path.name, a.translation) == ("a.vtt", False)
    assert (b.language, b.translation) == ("de", True)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_in_either_normal_form(folder: Folder, form: str) -> None:
    folder.add(unicodedata.normalize("NFD", "łódź.wav"))
    written = unicodedata.normalize(form, "łódź.wav")
    assert len(described(folder.plan("file,title", f"{written},Bread"))) == 1


def test_folders_where_names_alone_do_not_tell(folder: Folder) -> None:
    folder.add("one/a.wav", "two/a.wav")
    assert folder.errors("file", "a.wav") == [
        f"deposit.csv: row 2, file: expected the folder before the name, since it may be "
        f"{folder.path}/one/a.wav or {folder.path}/two/a.wav",
        "one/a.wav: expected a row for it in deposit.csv, which describes all that is given",
        "two/a.wav: expected a row for it in deposit.csv, which describes all that is given",
    ]
    deposit = folder.plan("file,title", "one/a.wav,Bread", "two\\a.wav,Weather")
    assert [fields["title"] for fields in described(deposit)] == ["Bread", "Weather"]


def test_all_that_is_wrong_comes_at_once(folder: Folder) -> None:
    folder.add("a.wav", "b.wav", "c.wav", "d.wav", "e.wav", "unnamed.wav")
    assert folder.errors(
        "file,accession_number,recording,title,date,people,access,language",
        "a.wav,A-1,1,Bread,spring,,publik,",
        "b.wav,A-1,1,Weather,,,,german",
        "c.wav,,2,,,interviewe: x,,",
        'd.wav,A-2,,,,"interviewer; nmaes: x",,',
        "e.wav,A-2,7,,,,,",
        "a.wav,,,,,,,",
        ",A-3,,,,,,",
        "a third tape.wav,,,,,,,",
    ) == [
        "deposit.csv: row 3, title: expected what row 2 has, 'Bread', or nothing, since both are one "
        "testimony; found 'Weather'",
        "deposit.csv: row 2, date: expected an EDTF date such as 1996, 1996-05, 1996-05-04, 1944~ (about), "
        "1944? (perhaps), 194X or 1944/1946 (from, to), found 'spring'",
        "deposit.csv: row 2, access.1.level: expected public, registered, reading room, restricted or "
        "withdrawn (did you mean public?), found 'publik'",
        "deposit.csv: row 3, language: expected a language tag (BCP 47) such as de, pl, yi or pt-BR (did you "
        "mean de?), found 'german'",
        "deposit.csv: row 4, accession_number: expected an accession number that tells whose recording 2 "
        "it is",
        "deposit.csv: row 4, people.role: expected a role (did you mean interviewee or interviewer?), found "
        "'interviewe'",
        "deposit.csv: row 5, recording: expected the number of the recording, since row 6 has this accession "
        "number too",
        "deposit.csv: row 5, people.nmaes: expected a field that exists; did you mean names?",
        "deposit.csv: row 7, file: expected each file once, found 'a.wav' in row 2 too",
        "deposit.csv: row 8, file: expected the name of a medium, found nothing",
        "deposit.csv: row 9, file: expected a medium that was given, found 'a third tape.wav'",
        "unnamed.wav: expected a row for it in deposit.csv, which describes all that is given",
    ]


def test_a_number_given_twice(folder: Folder) -> None:
    folder.add("a.wav", "b.wav")
    assert folder.errors("file,accession_number,recording", "a.wav,A-1,2", "b.wav,A-1,2") == [
        "deposit.csv: row 3, recording: expected each number once, found 2 again; a better transfer of "
        "it says transfer: yes"
    ]


def test_a_person_has_one_published_name(folder: Folder) -> None:
    folder.add("a.wav", "b.wav")
    assert folder.errors(
        "file,people", "a.wav,narrator: (one); id: P-1", "b.wav,narrator: (two); id: P-1"
    ) == ["deposit.csv: row 3, people: expected '(one)', as P-1 has it in row 2, found '(two)'"]


def test_a_sidecar_beside_it_is_refused(folder: Folder) -> None:
    folder.add("a.wav")
    folder.add("a.yaml", text="title: Bread\n")
    assert folder.errors("file,title", "a.wav,Bread") == [
        "a.yaml: expected each medium to be described once, here or in deposit.csv"
    ]


def test_one_medium_brings_the_others_of_its_testimony(folder: Folder) -> None:
    folder.add("a.wav", "b.wav", "c.wav")
    deposit = folder.plan(
        "file,accession_number,recording", "a.wav,A-1,1", "b.wav,A-1,2", "c.wav,A-2,", paths=["b.wav"]
    )
    assert deposit.errors == ()
    (testimony,) = deposit.testimonies
    assert [recording.path.name for recording in testimony.recordings] == ["a.wav", "b.wav"]


def test_a_blank_for_access_is_as_good_as_no_column(folder: Folder) -> None:
    folder.add("a.wav")
    assert described(folder.plan("file,access,embargo,title", "a.wav,,,Bread")) == [
        {"title": "Bread", "recordings": [{"file": "a.wav"}]}
    ]
    assert not TestimonyMetadata.read({}).says_level


def examples() -> dict[str, str]:
    """The last example below each heading of docs/manifest.md."""
    text = (Path(__file__).parents[3] / "docs" / "manifest.md").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    heading = ""
    for part, block in zip(text.split("```")[0::2], [*text.split("```")[1::2], ""], strict=True):
        headings = [line for line in part.splitlines() if line.startswith("#")]
        heading = headings[-1].lstrip("# ") if headings else heading
        found[heading] = block
    return found


def test_the_documented_manifest_is_one(folder: Folder) -> None:
    rows = examples()["A manifest"].removeprefix("csv\n").strip().splitlines()
    folder.add("2024-017-tape1.wav", "2024-017-tape2.wav", "2024-018.mp4")
    first, second = described(folder.plan(*rows))
    assert [len(each["recordings"]) for each in (first, second)] == [2, 1]
    assert first["places"] == ["Łódź", "Poland"]
    assert second["people"] == [{"id": "P-17", "role": "narrator", "published_name": "(published name)"}]


@pytest.mark.parametrize("field", ["people", "access", "chapters", "texts"])
def test_documented_cells_can_be_read(field: str) -> None:
    cell = examples()[field.capitalize()].strip()
    recordings = [{"file": "1.wav"}, {"file": "2.wav"}]
    metadata = TestimonyMetadata.read({field: read_value(field, cell), "recordings": recordings})
    assert len(getattr(metadata, field)) == len(cell.splitlines())


def test_texts_are_named_and_may_be_alone(folder: Folder) -> None:
    folder.add("a.wav", "b.wav")
    folder.add("a.txt", "alone.txt", "notes.txt", text="It rained.\n\nThe sun came.\n")
    deposit = folder.plan(
        "file,accession_number,recording,title,languages,texts",
        "a.wav,A-1,1,Bread,en,a.txt; author: A translator; language: de; translation: yes; recordings: 1 | 2",
        "b.wav,A-1,2,,,",
        ",A-2,,Weather,de,alone.txt; author: Somebody",
    )
    assert deposit.errors == ()
    first, alone = deposit.testimonies
    (text,) = first.texts
    assert (text.path.name, text.author, text.translation) == ("a.txt", "A translator", True)
    assert text.numbers == {1, 2}
    assert (alone.recordings, [text.path.name for text in alone.texts]) == ((), ["alone.txt"])
    assert [path.name for path, _ in deposit.passed_over] == ["notes.txt"]


def test_texts_that_are_not_there_or_named_twice(folder: Folder) -> None:
    folder.add("a.wav", "b.wav")
    folder.add("a.txt", text="It rained.\n")
    assert folder.errors(
        "file,texts,chapters,recording",
        "a.wav,a.txt,,",
        "b.wav,a.txt,,",
        ",b.txt,Bread; start: 0s,1",
    ) == [
        "deposit.csv: row 4, recording: expected none, since there is no recording",
        "deposit.csv: row 3, texts: expected each file once, found 'a.txt' in row 2 too",
    ]
    assert folder.errors("file,texts,chapters", "a.wav,c.txt,", "b.wav,,", ",a.txt,Bread; start: 0s") == [
        "deposit.csv: row 2, texts.1.file: expected the name of a text (vtt, txt) beside it, found 'c.txt'; "
        "there are a.txt",
        "deposit.csv: row 4, chapters.1: expected none, since there is no recording",
    ]


def test_a_better_transfer_says_so(folder: Folder) -> None:
    folder.add("a.wav", "better.wav")
    deposit = folder.plan(
        "file,accession_number,recording,transfer,offset", "a.wav,A-1,1,,", "better.wav,A-1,1,yes,1.5"
    )
    assert deposit.errors == ()
    (testimony,) = deposit.testimonies
    assert [
        (each.path.name, each.number, each.transfer, each.offset_ms) for each in testimony.recordings
    ] == [
        ("a.wav", 1, False, 0),
        ("better.wav", 1, True, 1500),
    ]
    assert folder.errors("file,accession_number,recording", "a.wav,A-1,1", "better.wav,A-1,1") == [
        "deposit.csv: row 3, recording: expected each number once, found 1 again; a better transfer of "
        "it says transfer: yes"
    ]
