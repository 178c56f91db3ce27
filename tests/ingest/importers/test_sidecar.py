"""Sidecars: YAML and JSON as people write them, and every error at its place."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import WrongInput
from ingest.importers.errors import MetadataErrors
from ingest.importers.passages import join_cues
from ingest.importers.sidecar import SIZE_LIMIT, parse_sidecar, read_sidecar
from ingest.importers.webvtt import parse_captions
from schemas.metadata import TestimonyMetadata
from tests.ingest.importers.conftest import Write

YAML, JSON = Path("a.yaml"), Path("a.json")
EDTF = (
    "expected an EDTF date such as 1996, 1996-05, 1996-05-04, 1944~ (about), 1944? (perhaps), 194X "
    "or 1944/1946 (from, to), found "
)


def lines_of(text: str, file: Path) -> list[str]:
    with pytest.raises(MetadataErrors) as caught:
        parse_sidecar(text, file)
    return str(caught.value).splitlines()


def test_yaml_keeps_what_was_written() -> None:
    metadata = parse_sidecar(
        "accession_number: 007\ntitle: 'no'\ndate: 1996-05-04\nlanguages: no\nsummary: yes\n"
        "chapters: [{title: 12:30, start: 12:30}]\nsource: ~\n",
        YAML,
    )
    assert (metadata.accession_number, metadata.title, metadata.date) == ("007", "no", "1996-05-04")
    assert (metadata.languages, metadata.summary, metadata.source) == (("no",), "yes", None)
    assert (metadata.chapters[0].title, metadata.chapters[0].start_ms) == ("12:30", 750_000)


def test_json_numbers_keep_what_was_written() -> None:
    metadata = parse_sidecar(
        '{"date": 1996, "title": 1.50, "chapters": [{"title": "x", "start": 83.4}]}', JSON
    )
    assert (metadata.date, metadata.title, metadata.chapters[0].start_ms) == ("1996", "1.50", 83_400)


def test_errors_name_file_field_and_line_and_come_all_together() -> None:
    text = """\
title: x
people:
  - role: interviewee
    published_nam: x
  - {role: a1}
date: spring
access: pubic
recordings: {file: x/y}
title: y
"""
    assert lines_of(text, YAML) == [
        "a.yaml: title: expected each field once, found it again in line 9 (line 1)",
        "a.yaml: people.1.published_nam: expected a field that exists; did you mean published_name? (line 4)",
        "a.yaml: people.2.role: expected a role in a few words, such as interviewee or camera operator, "
        "found 'a1' (line 5)",
        f"a.yaml: date: {EDTF}'spring' (line 6)",
        "a.yaml: access: expected public, registered, reading room, restricted or withdrawn "
        "(did you mean public?), found 'pubic' (line 7)",
        "a.yaml: recordings.file: expected the name of a file that lies beside this one, without a folder, "
        "found 'x/y' (line 8)",
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "text", "line"),
    [
        (YAML, "", "a.yaml: expected fields such as accession_number, title, kind, found nothing"),
        (
            YAML,
            "# nothing yet",
            "a.yaml: expected fields such as accession_number, title, kind, found nothing",
        ),
        (YAML, "- a", "a.yaml: expected fields such as accession_number, title, kind, found a list (line 1)"),
        (
            YAML,
            "title: On bread: a talk",
            "a.yaml: expected YAML; it breaks off in line 1, column 16: mapping values are not allowed here; "
            "text with a colon in it needs quotes",
        ),
        (
            YAML,
            "title: x\n---\ntitle: y",
            "a.yaml: expected YAML; it breaks off in line 2, column 1: but found another document",
        ),
        (
            YAML,
            "title: a\x07",
            "a.yaml: expected YAML: unacceptable character #x0007: special characters are not allowed",
        ),
        (
            YAML,
            "title: !!python/object:os.system x",
            "a.yaml: title: expected a value without a tag, "
            "found 'tag:yaml.org,2002:python/object:os.system' (line 1)",
        ),
        (YAML, "people: &a [*a]", "a.yaml: expected at most 50 levels within each other"),
        (YAML, "[" * 1_500, "a.yaml: expected at most 50 levels within each other"),
        (JSON, "[" * 1_500 + "]" * 1_500, "a.json: expected at most 50 levels within each other"),
        (
            JSON,
            "{",
            "a.json: expected JSON; it breaks off in line 1, column 2: Expecting property name enclosed in "
            "double quotes",
        ),
        (JSON, '{"title": "x", "title": "y"}', "a.json: title: expected each field once, found it twice"),
        (JSON, '{"date": NaN}', f"a.json: date: {EDTF}'NaN'"),
        (JSON, '{"title": true}', "a.json: title: expected text, found true"),
        (JSON, '{"embargo": null}', "a.json: embargo: expected a day such as 2031-01-27, found nothing"),
        (
            JSON,
            '{"titl\\ud800": "x"}',
            "a.json: titl?: expected a field that exists; did you mean title?",
        ),
    ],
)
def test_what_is_no_description(file: Path, text: str, line: str) -> None:
    assert lines_of(text, file) == [line]


@pytest.mark.slow
def test_aliases_are_followed_so_far() -> None:
    assert parse_sidecar("places: &p [Łódź]\nsubjects: *p\n", YAML).subjects == ("Łódź",)
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{name}: &{name} [{','.join(['*' + before] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert lines_of(bomb, YAML) == ["a.yaml: expected at most 200000 values, aliases followed"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_that_say_what_they_are(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("places: Łódź\n", encoding=encoding)
    assert read_sidecar(path).places == ("Łódź",)


def test_another_encoding_is_not_guessed(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes("title: x\nplaces: Köln\n".encode("latin-1"))
    with pytest.raises(MetadataErrors) as caught:
        read_sidecar(path)
    [error] = caught.value.errors
    assert str(error) == f"{path}: expected text in UTF-8; line 2 is not: save the file again as UTF-8"
    assert isinstance(caught.value, WrongInput)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"#" * (SIZE_LIMIT + 1))
    with pytest.raises(MetadataErrors, match="expected at most 1 MiB of text"):
        read_sidecar(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MetadataErrors, match="expected a file that can be read: No such file or directory"):
        read_sidecar(tmp_path / "a.yaml")


def test_both_notations_say_the_same(deposit: Write) -> None:
    fields: dict[str, Any] = {
        "title": "Bread",
        "people": [{"role": "speaker", "published_name": "(published name)"}],
        "access": [{"level": "public", "from": "2031-01-27"}],
        "chapters": [{"title": "Flour", "start": "1m"}],
    }
    text = json.dumps(fields)
    folder = deposit({"a.json": text, "b.yaml": text})
    assert (
        read_sidecar(folder / "a.json") == read_sidecar(folder / "b.yaml") == TestimonyMetadata.read(fields)
    )


def test_the_documented_examples_can_be_used() -> None:
    text = (Path(__file__).parents[3] / "docs" / "metadata.md").read_text(encoding="utf-8")
    two = "recordings: [{file: 1.wav}, {file: 2.wav}]\n"
    read = []
    for notation, block in re.findall(r"```(yaml|json)\n(.*?)```", text, re.DOTALL):
        block = block.replace("(64 digits)", "ab" * 32)
        read.append(
            parse_sidecar((two if block.startswith("access:") else "") + block, Path(f"a.{notation}"))
        )
    assert len(read) == 7
    assert (read[0].title, read[0].people[0].id) == (read[1].title, read[1].people[0].id)
    [captions] = re.findall(r"```\n(WEBVTT.*?)```", text, re.DOTALL)
    assert [passage.text for passage in join_cues(parse_captions(captions, "a.vtt").cues)] == [
        "When does the bakery open?",
        "Before the sun does, every day but one.",
    ]


@settings(max_examples=60, deadline=None)
@given(st.text("ab:-[]{}&*!|>'\"#~ \n\t,?", max_size=40), st.sampled_from([YAML, JSON]))
def test_whatever_is_in_a_file_is_read_or_refused(text: str, file: Path) -> None:
    lines = [str(file)]
    try:
        parse_sidecar(text, file)
    except MetadataErrors as error:
        lines = str(error).splitlines()
    assert lines
    assert all(line.startswith(str(file)) for line in lines)
