"""Descriptions out and in again, whatever they say."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy.orm import Session

from archive.changes import collections, imports, outbox
from archive.changes import testimonies as testimony_changes
from archive.models import Recording, Testimony
from archive.queries import descriptions
from archive.rehearsal import rehearsing
from ingest.importers.descriptions import plan_edits, read_descriptions
from ingest.importers.exporting import cells_of
from schemas.columns import EXPORT_COLUMNS
from schemas.metadata import KINDS, TestimonyMetadata
from tests.archives import NOW, SmallArchive
from tests.tables import LATER, Cells, save

text = st.text(st.sampled_from("ab;|\\'=:+-@, \n\r\tłשó"), min_size=1, max_size=12).filter(str.strip)
several = st.lists(text, max_size=3)
recording = st.sampled_from(["1", "2"])
person = st.fixed_dictionaries(
    {"role": st.sampled_from(["interviewee", "interviewer", "court clerk"])},
    optional={"id": st.sampled_from(["P-1", "P:2", "=3"]), "names": several, "published_name": text},
)
day = st.sampled_from(["2031-01-27", "2026-03-01"])
statement = st.fixed_dictionaries(
    {"level": st.sampled_from(["public", "reading room", "restricted", "withdrawn"])},
    optional={
        "recording": recording,
        "start": st.just("1s"),
        "end": st.just("1m2.5s"),
        "from": day,
        "reason": text,
        "notice": text,
        "by": text,
    },
)
chapter = st.fixed_dictionaries(
    {"title": text, "recording": recording, "start": st.sampled_from(["0s", "2s"])},
    optional={"end": st.just("5s"), "synopsis": text, "keywords": several, "places": several},
)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "accession_number": text,
    "title": text,
    "kind": st.sampled_from(KINDS),
    "collection": text,
    "people": st.lists(person, max_size=3, unique_by=lambda each: each.get("id", id(each))),
    "date": st.sampled_from(["1996-05", "194X", "1944/1946"]),
    "places": several,
    "languages": st.lists(st.sampled_from(["de", "yi", "pt-BR"]), unique=True),
    "summary": text,
    "subjects": several,
    "content_warning": text,
    "rights": text,
    "source": text,
    "publisher": text,
    "contributors": several,
    "relations": several,
    "identifiers": several,
    "transcript_author": text,
    "access": st.lists(statement, min_size=1, max_size=3),
    "chapters": st.lists(chapter, max_size=2),
}
description = st.fixed_dictionaries({}, optional=FIELDS)


def read(fields: dict[str, Any]) -> TestimonyMetadata | None:
    """A description as of a testimony of two recordings; None where its fields do not agree."""
    recordings = [{"file": "1.wav", "number": "1"}, {"file": "2.wav", "number": "2"}]
    try:
        return TestimonyMetadata.read(fields | {"recordings": recordings})
    except ValidationError:
        return None


descriptions_of_two = description.map(read).filter(lambda metadata: metadata is not None)
an_archive = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.filter_too_much,
        HealthCheck.too_slow,
    ],
)


def test_every_field_is_among_the_random_ones() -> None:
    assert set(EXPORT_COLUMNS) - {"id", "version"} == set(FIELDS)


@pytest.mark.slow
@an_archive
@given(one=descriptions_of_two, other=descriptions_of_two)
def test_out_and_in_again(
    archive: SmallArchive, tmp_path: Path, one: TestimonyMetadata, other: TestimonyMetadata
) -> None:
    """Unedited, nothing changes; with the cells of another description, it becomes that one; undone, it is
    what it was."""
    with rehearsing(archive.engine) as session:
        row = a_testimony(session)
        take_in(session, row, other)
        wanted = table_of(session, row)
        take_in(session, row, one)
        before = table_of(session, row)
        assert plan_edits(session, read_descriptions(save(tmp_path / "same.csv", [before]))) == []
        edited = wanted | {"version": before["version"]}
        if not wanted["access"]:
            edited["access"] = before["access"]
        table = read_descriptions(save(tmp_path / "edited.csv", [edited]))
        done = imports.apply(session, plan_edits(session, table), agent="The archivist", now=LATER)
        assert in_any_order(table_of(session, row)) == in_any_order(edited)
        if done.id is not None:
            undone = imports.undo(session, done.id, agent="The archivist", now=LATER)
            assert len(undone.changes) == len(done.changes)
            assert in_any_order(table_of(session, row)) == in_any_order(before)


def a_testimony(session: Session) -> Testimony:
    collection, _ = collections.find_or_make(session, "Weather reports")
    row = testimony_changes.add(session, collection, TestimonyMetadata.read({}))
    for number in (1, 2):
        row.recordings.append(Recording(number=number, files=[]))
    outbox.announce(session, row)
    return row


def take_in(session: Session, row: Testimony, metadata: TestimonyMetadata) -> None:
    testimony_changes.describe(session, row, metadata, said_by="sidecar", now=NOW)


def table_of(session: Session, row: Testimony) -> Cells:
    version = descriptions.versions(session, [row.id]).get(row.id, 0)
    return cells_of(row, version)


def in_any_order(cells: Cells) -> dict[str, list[str]]:
    """Without the version, and without the order of statements, which says nothing."""
    return {name: sorted(cell.split("\n")) for name, cell in cells.items() if name != "version"}
