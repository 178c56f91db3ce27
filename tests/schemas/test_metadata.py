"""Descriptions: what is read, and the exact sentence for what is not."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from archive.models.access import LEVELS as ARCHIVE_LEVELS
from schemas.access import LEVELS
from schemas.metadata import KINDS, PARTS, SYNONYMS, TestimonyMetadata, problems_in
from schemas.parts import ROLES

DOCS = Path(__file__).parents[2] / "docs" / "metadata.md"


def read(**fields: Any) -> TestimonyMetadata:
    return TestimonyMetadata.read(fields)


def refused(**fields: Any) -> list[tuple[str, str]]:
    """Where and why a description is refused."""
    with pytest.raises(ValidationError) as caught:
        TestimonyMetadata.read(fields)
    return [(".".join(map(str, p.location)), p.sentence) for p in problems_in(caught.value)]


EDTF = (
    "expected an EDTF date such as 1996, 1996-05, 1996-05-04, 1944~ (about), 1944? (perhaps), 194X "
    "or 1944/1946 (from, to), found "
)
TAG = "expected a language tag (BCP 47) such as de, pl, yi or pt-BR"
LEVEL = "expected public, registered, reading room, restricted or withdrawn"
TIME = "expected a time such as 1m23s, 00:01:23.4 or 83.4 (seconds), found "
FILE = "expected the name of a file that lies beside this one, without a folder, found "
CHECKSUM = "expected a SHA-512 or SHA-256 checksum such as sha256:9f86d0..., 128 or 64 hexadecimal digits"


@pytest.mark.parametrize(
    ("fields", "where", "sentence"),
    [
        ({"titel": "x"}, "titel", "expected a field that exists; did you mean title?"),
        ({"language": "de"}, "language", "expected a field that exists; did you mean languages?"),
        ({"Description": "x"}, "Description", "expected a field that exists; did you mean summary?"),
        (
            {"people": [{"role": "speaker", "zzz": "x"}]},
            "people.0.zzz",
            "expected a field that exists: id, role, names, published_name",
        ),
        (
            {"people": [{"role": "speaker", "name": "x"}]},
            "people.0.name",
            "expected a field that exists; did you mean published_name?",
        ),
        (
            {"people": [{"published_name": "x"}]},
            "people.0.role",
            "expected it to be there: what they did: interviewee, interviewer, translator, ...",
        ),
        (
            {"people": [{"role": "interviewe"}]},
            "people.0.role",
            "expected a role (did you mean interviewee or interviewer?), found 'interviewe'",
        ),
        (
            {"people": [{"role": "role 1"}]},
            "people.0.role",
            "expected a role in a few words, such as interviewee or camera operator, found 'role 1'",
        ),
        (
            {"people": [{"role": "speaker", "id": "P 1"}]},
            "people.0.id",
            "expected an identifier without spaces, such as P-17, found 'P 1'",
        ),
        ({"people": ["x"]}, "people.0", "expected fields such as id, role, names, found 'x'"),
        ({"people": 7}, "people", "expected a list of at most 5000 entries, found 7"),
        ({"title": ["x"]}, "title", "expected text, found a list"),
        ({"title": True}, "title", "expected text, found true"),
        ({"title": "a\x07b"}, "title", "expected text without control characters, found U+0007"),
        ({"title": "a\ud800b"}, "title", "expected text without control characters, found U+D800"),
        ({"title": "x" * 1001}, "title", "expected at most 1000 characters, found 1001"),
        ({"subjects": ["bread", None]}, "subjects.1", "expected text, found nothing"),
        ({"date": "spring"}, "date", EDTF + "'spring'"),
        ({"date": "04.05.1996"}, "date", EDTF + "'04.05.1996'"),
        ({"date": "1943-02-29"}, "date", "expected a day that the calendar has, found '1943-02-29'"),
        ({"date": "0194"}, "date", "expected years between 1800 and 2199, found '0194'"),
        ({"date": "1950/1940"}, "date", "expected a date that begins before it ends, found '1950/1940'"),
        (
            {"date": "1944-05/1944-02"},
            "date",
            "expected a date that begins before it ends, found '1944-05/1944-02'",
        ),
        ({"date": "../.."}, "date", "expected a date with at least one end known, found '../..'"),
        ({"languages": "German"}, "languages.0", TAG + " (did you mean de?), found 'German'"),
        ({"languages": ["de", "xx"]}, "languages.1", TAG + ", found 'xx'"),
        ({"languages": ["de,pl"]}, "languages.0", TAG + ", found 'de,pl'"),
        (
            {"languages": ["mul"]},
            "languages.0",
            "expected the tag of each language, or no field where none is known, found 'mul'",
        ),
        ({"kind": "film"}, "kind", f"expected one of {', '.join(KINDS)}, found 'film'"),
        ({"access": "pubic"}, "access.0.level", LEVEL + " (did you mean public?), found 'pubic'"),
        ({"access": ""}, "access.0.level", LEVEL + ", found nothing"),
        ({"access": None}, "access.0.level", LEVEL + ", found nothing"),
        ({"access": []}, "access", "expected a level or statements, found nothing"),
        ({"access": True}, "access", "expected a list of at most 5000 entries, found true"),
        (
            {"access": [{"start": "0", "end": "1"}]},
            "access.0.level",
            "expected it to be there: public, registered, reading room, restricted or withdrawn",
        ),
        (
            {"access": [{"level": "public", "until": "2030"}]},
            "access.0.until",
            "expected a day such as 2031-01-27, found '2030'",
        ),
        (
            {"access": [{"level": "public", "from": None}]},
            "access.0.from",
            "expected a day such as 2031-01-27, found nothing",
        ),
        (
            {"access": [{"level": "public", "from": "2030-01-02", "until": "2030-01-02"}]},
            "access.0",
            "expected from to be a day before until",
        ),
        (
            {"access": ["public", {"level": "restricted", "start": "9", "end": "8"}]},
            "access.1",
            "expected a stretch that begins before it ends",
        ),
        (
            {"access": ["public", {"level": "restricted", "recording": 2}]},
            "access.1.recording",
            "expected the number of a recording: 1; found 2",
        ),
        (
            {"access": ["restricted", {"level": "public", "start": "9", "end": "10"}]},
            "access.1.level",
            "expected a level no more open than that of the whole testimony, restricted; found 'public'",
        ),
        ({"embargo": "2031"}, "embargo", "expected a day such as 2031-01-27, found '2031'"),
        ({"embargo": "2031-02-30"}, "embargo", "expected a day that the calendar has, found '2031-02-30'"),
        ({"embargo": "1031-01-27"}, "embargo", "expected years between 1800 and 2199, found '1031-01-27'"),
        ({"date": "1943-02-29~"}, "date", "expected a day that the calendar has, found '1943-02-29'"),
        (
            {"date": "[1944..2300,1945]"},
            "date",
            "expected years between 1800 and 2199, found '[1944..2300,1945]'",
        ),
        ({"embargo": ""}, "embargo", "expected a day such as 2031-01-27, found nothing"),
        (
            {"embargo": "2031-01-27", "access": "restricted"},
            "embargo",
            "expected no level for the whole testimony beside it, since embargo means public from that day; "
            "say both in access, each with from or until",
        ),
        (
            {"chapters": [{"title": "x"}]},
            "chapters.0.start",
            "expected it to be there: where it begins, such as 1m23s",
        ),
        ({"chapters": [{"title": "x", "start": "3:99"}]}, "chapters.0.start", TIME + "'3:99'"),
        ({"chapters": [{"title": "x", "start": ""}]}, "chapters.0.start", TIME + "nothing"),
        (
            {"chapters": [{"title": "x", "start": "2m", "end": "1m"}]},
            "chapters.0",
            "expected a chapter that begins before it ends",
        ),
        ({"recordings": [{"file": "tapes/1.wav"}]}, "recordings.0.file", FILE + "'tapes/1.wav'"),
        ({"recordings": [{"file": ".."}]}, "recordings.0.file", FILE + "'..'"),
        (
            {"recordings": [{"file": "1.wav", "number": "0"}]},
            "recordings.0.number",
            "expected a number from 1 to 9999, found '0'",
        ),
        (
            {"recordings": [{"file": "1.wav", "number": 2}, {"file": "2.wav"}]},
            "recordings.1.number",
            "expected each number once, found 2 again; a better transfer of it says transfer: yes",
        ),
        (
            {"recordings": [{"file": "1.wav"}, {"file": "1.wav"}]},
            "recordings.1.file",
            "expected each file once, found '1.wav' again",
        ),
        (
            {
                "recordings": [{"file": "1.wav"}, {"file": "2.wav"}],
                "chapters": [{"title": "x", "start": "0"}],
            },
            "chapters.0.recording",
            "expected the number of a recording: 1, 2",
        ),
        (
            {
                "recordings": [{"file": "1.wav"}, {"file": "2.wav"}],
                "access": ["public", {"level": "restricted", "start": "0", "end": "9"}],
            },
            "access.1.recording",
            "expected the number of a recording: 1, 2",
        ),
        (
            {"recordings": [{"file": "1.wav"}], "checksum": "a" * 64},
            "checksum",
            "expected it beside each file in recordings, where there are recordings",
        ),
        (
            {"recordings": [{"file": "1.wav"}, {"file": "1b.wav", "transfer": "yes"}]},
            "recordings.1.number",
            "expected the number of the recording that this is a transfer of",
        ),
        (
            {"recordings": [{"file": "1.wav", "transfer": "perhaps"}]},
            "recordings.0.transfer",
            "expected yes or no, found 'perhaps'",
        ),
        (
            {"texts": [{"file": "a.vtt", "translation": "yes"}]},
            "texts.0.language",
            "expected the language that it is translated into",
        ),
        (
            {"texts": [{"file": "a.vtt", "recordings": [2]}]},
            "texts.0.recordings.0.number",
            "expected the number of a recording: 1; found 2",
        ),
        (
            {"texts": [{"file": "a.vtt", "recordings": [{"number": 1, "start": "1"}]}]},
            "texts.0.recordings.0.start",
            "expected a field that exists; did you mean from?",
        ),
        (
            {
                "recordings": [{"file": "1.wav"}, {"file": "2.wav"}],
                "texts": [
                    {"file": "a.vtt", "recordings": [{"number": 1, "from": 9}, {"number": 2, "from": 9}]}
                ],
            },
            "texts.0.recordings.1.from",
            "expected a time after that of the recording before it",
        ),
        (
            {"texts": [{"file": "a.vtt", "recordings": [1, 1]}]},
            "texts.0.recordings.1.number",
            "expected each recording once, found 1 again",
        ),
        (
            {"texts": [{"file": "a.vtt"}, {"file": "a.vtt"}]},
            "texts.1.file",
            "expected each file once, found 'a.vtt' again",
        ),
        ({"checksum": "x"}, "checksum", CHECKSUM + ", found 'x'"),
        ({"checksum": "ab" * 16}, "checksum", CHECKSUM + "; 32 digits are MD5, which cannot be compared"),
        ({"checksum": "sha512:" + "a" * 64}, "checksum", CHECKSUM + "; sha512 has not 64 digits"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(
    fields: dict[str, Any], where: str, sentence: str
) -> None:
    assert refused(**fields) == [(where, sentence)]


def test_all_errors_come_together() -> None:
    found = refused(date="spring", titel="x", access="open", people=[{"role": "x1"}])
    assert [where for where, _ in found] == ["people.0.role", "date", "access.0.level", "titel"]


@pytest.mark.parametrize(
    ("fields", "name", "value"),
    [
        ({"title": "  Bread \n and salt "}, "title", "Bread and salt"),
        ({"summary": "One.\n\nTwo.\n"}, "summary", "One.\n\nTwo."),
        ({"title": ""}, "title", None),
        ({"places": "Łódź, Poland"}, "places", ("Łódź, Poland",)),
        ({"languages": ["ger", "iw", "no", "DE-at"]}, "languages", ("de", "he", "no", "de-AT")),
        ({"kind": "Court-Testimony"}, "kind", "court testimony"),
        ({}, "kind", "testimony"),
        ({"date": " 1944~ "}, "date", "1944~"),
        ({"embargo": "2031-01-27"}, "embargo", date(2031, 1, 27)),
        ({}, "access", ()),
        ({"recordings": [{"file": "Lo\u0301dz.wav"}]}, "numbers", (1,)),
        ({"recordings": [{"file": "b", "number": 7}, {"file": "a", "number": "3"}]}, "numbers", (7, 3)),
        (
            {"recordings": [{"file": "a"}, {"file": "b", "number": 1, "transfer": True}, {"file": "c"}]},
            "numbers",
            (1, 1, 2),
        ),
        ({}, "numbers", (1,)),
        ({"date": "1944/1946"}, "years", (1944, 1945, 1946)),
    ],
)
def test_what_is_read(fields: dict[str, Any], name: str, value: object) -> None:
    assert getattr(read(**fields), name) == value


def test_a_person_keeps_names_apart_from_the_published_name() -> None:
    [person] = read(people={"role": "Camera_Operator", "names": "first name", "id": "P-17"}).people
    assert (person.role, person.names, person.published_name, person.id) == (
        "camera operator",
        ("first name",),
        None,
        "P-17",
    )


@pytest.mark.parametrize("role", [*ROLES, "co-interviewer", "kameramann", "מראיין", "maker of the film"])
def test_usual_and_other_roles_are_taken(role: str) -> None:
    assert read(people=[{"role": role}]).people[0].role == role


def test_a_file_name_is_compared_in_one_spelling() -> None:
    assert read(recordings=[{"file": "Lo\u0301dz.wav"}]).recordings[0].file == "L\u00f3dz.wav"


def test_without_a_word_on_access_there_is_no_statement() -> None:
    metadata = read(access=[{"level": "restricted", "start": "1m", "end": "2m"}])
    assert not metadata.says_level
    assert not read().says_level
    assert read(access="registered").says_level
    assert read(embargo="2031-01-27").says_level


def test_embargo_never_leaves_an_open_statement_without_its_day() -> None:
    day = date(2031, 1, 27)
    for fields in ({}, {"access": "public"}, {"access": [{"level": "public", "by": "the family"}]}):
        whole = [s for s in read(embargo="2031-01-27", **fields).statements if s.whole]
        assert [(s.level, s.from_date, s.until_date) for s in whole] == [("public", day, None)]


def test_a_stretch_gets_its_recording_and_may_be_open_at_one_end() -> None:
    metadata = read(
        access=["public", {"level": "Reading-Room", "start": "1m23s"}, {"level": "withdrawn", "recording": 1}]
    )
    assert [(s.level, s.recording, s.start_ms, s.end_ms) for s in metadata.statements] == [
        ("public", None, None, None),
        ("reading room", 1, 83_000, None),
        ("withdrawn", 1, None, None),
    ]


def test_further_fields_go_by_their_dublin_core_names() -> None:
    metadata = read(contributors=["a", "b"], source="a shelf", relations=[])
    assert metadata.further == {"contributor": ["a", "b"], "source": "a shelf"}


def test_levels_are_those_of_the_archive() -> None:
    assert LEVELS == ARCHIVE_LEVELS


def test_synonyms_lead_to_fields_that_exist() -> None:
    known = {name for part in PARTS.values() for name in part.field_names()}
    assert {meant for targets in SYNONYMS.values() for meant in targets.split(" or ")} <= known
    assert not set(SYNONYMS) & set(TestimonyMetadata.field_names())


def documented() -> dict[str, list[str]]:
    """The first column of every table in docs/metadata.md, by the heading above it."""
    tables: dict[str, list[str]] = {}
    heading = ""
    for line in DOCS.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ").strip()
        elif line.startswith("| `"):
            tables.setdefault(heading, []).append(line.split("`")[1])
    return tables


@pytest.mark.parametrize(
    ("heading", "part"),
    [
        ("Fields", ()),
        ("People", ("people",)),
        ("Recordings", ("recordings",)),
        ("Texts", ("texts",)),
        ("Recordings of a text", ("texts", "recordings")),
        ("Chapters", ("chapters",)),
        ("Statements", ("access",)),
    ],
)
def test_every_field_is_documented(heading: str, part: tuple[str, ...]) -> None:
    assert documented()[heading] == list(PARTS[part].field_names())


def test_kinds_roles_and_levels_are_documented() -> None:
    tables = documented()
    assert tables["Levels"] == list(LEVELS)
    text = DOCS.read_text(encoding="utf-8")
    assert all(f"`{word}`" in text for word in (*KINDS, *ROLES))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(sorted({name for part in PARTS.values() for name in part.field_names()})) | st.text(
    max_size=6
)


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(st.dictionaries(names, values | st.dictionaries(names, values, max_size=4), max_size=5))
def test_whatever_is_written_is_read_or_refused_in_a_sentence(data: dict[str, Any]) -> None:
    try:
        TestimonyMetadata.read(data)
    except ValidationError as error:
        problems = problems_in(error)
        assert problems
        assert all(problem.sentence.isprintable() and problem.location for problem in problems)
