"""BibTeX, RIS and CSL-JSON, read back by parsers that nobody here wrote."""

import json
import re
import unicodedata
from dataclasses import replace
from typing import Any

import pytest
import rispy
from citeproc.source.json import CiteProcJSON
from hypothesis import given
from hypothesis import strategies as st
from pybtex.database import Entry, parse_string

from archive.formats import bibtex, csl_json, ris
from archive.formats.cited import Cited, cited
from archive.reading import PersonInRole
from tests.archive.formats.samples import ADDRESS, passage, reading, stream

MACHINE = stream(passage("The bread rises.", 0, 4_000, machine=True), status="machine")


def source(**changes: Any) -> Cited:
    given = {
        "title": "On bread",
        "date": "1996-05-16",
        "people": (PersonInRole("interviewee", "A. B."), PersonInRole("interviewer", "C. Baker")),
    } | changes
    whole = replace(reading(MACHINE, durations=(60_000, 90_000)), **given)
    address = f"{ADDRESS}?r=2&t=57.2,82.1"
    return cited(
        whole, MACHINE, archive="The archive", address=address, recording=2, start_ms=57_200, end_ms=82_100
    )


def from_bibtex(given: Cited) -> Entry:
    (entry,) = parse_string(bibtex.write(given), "bibtex").entries.values()
    return entry


def from_ris(given: Cited) -> dict[str, Any]:
    (found,) = rispy.loads(ris.write(given))
    return dict(found)


def from_csl(given: Cited) -> dict[str, Any]:
    (item,) = json.loads(csl_json.write(given))
    return dict(item)


def test_bibtex() -> None:
    entry = from_bibtex(source())
    assert (entry.type, entry.key) == ("misc", "bcdfgh2345")
    assert [person.last_names for person in entry.persons["author"]] == [["{A. B.}"]]
    assert dict(entry.fields) == {
        "title": "{On bread}",
        "howpublished": "The bakery talks, The archive",
        "year": "1996",
        "month": "16~May",
        "note": "Interview by C. Baker; 2024-17; recording 2, 00:00:57–00:01:23; "
        "audio recording and unchecked machine transcript",
        "url": f"{ADDRESS}?r=2&t=57.2,82.1",
    }


@pytest.mark.parametrize(
    ("date", "fields"),
    [
        ("1996", {"year": "1996"}),
        ("1996-09", {"year": "1996", "month": "September"}),
        ("1996~", {"year": "ca. 1996"}),
        ("1996-05?", {"year": "1996?", "month": "May"}),
        ("1996-05/1997-06", {"year": "1996--1997"}),
        ("1996-05/1996-06", {"year": "1996"}),
        ("194X", {}),
        (None, {}),
    ],
)
def test_dates_in_bibtex(date: str | None, fields: dict[str, str]) -> None:
    given = from_bibtex(source(date=date)).fields
    assert {name: given[name] for name in ("year", "month") if name in given} == fields


def test_a_date_in_words_is_a_note_of_bibtex() -> None:
    assert from_bibtex(source(date="194X")).fields["note"].startswith("Interview by C. Baker; 194X; 2024-17;")


def test_ris() -> None:
    assert from_ris(source()) == {
        "type_of_reference": "SOUND",
        "id": "bcdfgh2345",
        "authors": ["A. B."],
        "secondary_authors": ["C. Baker"],
        "title": "On bread",
        "secondary_title": "The bakery talks",
        "publisher": "The archive",
        "year": "1996",
        "date": "1996/05/16/",
        "accession_number": "2024-17",
        "language": "en",
        "type_of_work": "Interview by C. Baker",
        "notes": ["Audio recording and unchecked machine transcript", "Recording 2, 00:00:57–00:01:23"],
        "urls": [f"{ADDRESS}?r=2&t=57.2,82.1"],
    }
    assert all(line[2:6] == "  - " for line in ris.write(source()).split("\r\n") if line)


def test_a_date_that_is_not_exact_is_said_in_a_note_of_ris() -> None:
    given = from_ris(source(date="1996-05~"))
    assert given["year"] == "1996"
    assert "date" not in given
    assert "Date: 1996-05~" in given["notes"]
    assert "year" not in from_ris(source(date="194X"))


def test_csl_json() -> None:
    item = from_csl(source())
    # This reader knows the variables of 1.0.1; `archive_collection` came with 1.0.2.
    (read,) = CiteProcJSON([{name: item[name] for name in item.keys() - {"archive_collection"}}]).values()
    assert (read.key, str(read.type)) == ("bcdfgh2345", "interview")
    assert (item["archive"], item["archive_collection"]) == ("The archive", "The bakery talks")
    assert item["author"] == [{"literal": "A. B."}]
    assert item["interviewer"] == [{"literal": "C. Baker"}]
    assert item["issued"] == {"date-parts": [[1996, 5, 16]]}
    assert item["note"] == "audio recording and unchecked machine transcript; recording 2, 00:00:57–00:01:23"
    assert item["URL"] == f"{ADDRESS}?r=2&t=57.2,82.1"
    assert from_csl(source(date="1996/1997~"))["issued"] == {"date-parts": [[1996], [1997]], "circa": True}
    assert from_csl(source(kind="speech"))["type"] == "speech"
    assert from_csl(source(languages=("de", "pl")))["language"] == "de"
    assert from_csl(source(date="194X"))["issued"] == {"literal": "194X"}


# What formats give a meaning to, and letters of several scripts.
hard = st.text(
    st.sampled_from("{}\\&%$#_~^\"'@,=- \t\nab AND and Łש\u200f\u2028“”"), min_size=1, max_size=30
).filter(lambda text: any(sign.isalnum() for sign in text))


@given(hard, hard, hard)
def test_nothing_that_is_described_breaks_a_format(title: str, name: str, number: str) -> None:
    given = source(
        title=title,
        people=(PersonInRole("interviewee", name), PersonInRole("interviewer", name)),
        accession_number=number,
    )
    said = " ".join(name.split())
    item = from_csl(given)
    assert item["author"] == [{"literal": said}]
    assert item.get("title") in (" ".join(title.split()), None)
    record = from_ris(given)
    assert record["authors"] == [" ".join(said.replace(",", "").split())]
    assert record["accession_number"] == " ".join(number.split())
    entry = from_bibtex(given)
    (author,) = entry.persons["author"]
    assert _unescaped(str(author)) == f"{{{said}}}"
    assert entry.fields["url"] == given.address


def _unescaped(text: str) -> str:
    names = {"textbackslash": "\\", "textbraceleft": "{", "textbraceright": "}"}
    names |= {"textasciitilde": "~", "textasciicircum": "^"}
    plain = re.sub(r"\\(text[a-z]+)\{\}|\\([&%$#_])", lambda found: names.get(found[1], found[2] or ""), text)
    return unicodedata.normalize("NFC", plain)
