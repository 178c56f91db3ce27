"""New, changed, unchanged, resumed or refused: what a deposit turns out to be beside what is there."""

import hashlib
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archive.access import PUBLIC
from archive.changes import imports
from archive.changes.access import NewStatement
from archive.changes.imports import Edit
from archive.database import reading, writing
from archive.errors import Conflict, DuplicateFile
from archive.jobs import create_queue
from archive.models import Testimony
from archive.queries import readings, testimonies
from ingest.importers.deposited import DepositedRecording, DepositedTestimony, TextFile
from ingest.receiving import Received
from ingest.registration import Registered, Wishes, register
from schemas.media import AudioStream, Probe
from schemas.metadata import TestimonyMetadata
from tests.archives import NOW, SmallArchive
from tests.contracts.queue import do_all

PROBE = Probe(
    container="mp4",
    size=100,
    duration_ms=4000,
    bit_rate=64_000,
    audio=AudioStream(codec="aac", sample_rate=48_000, channels=1, start_ms=0, end_ms=4000, streams=(0,)),
)


def a_file(name: str, number: int = 1, content: str | None = None, **more: Any) -> Received:
    data = (content or name).encode()
    return Received(
        DepositedRecording(Path("deposit") / name, number, **more),
        hashlib.sha512(data).hexdigest(),
        hashlib.sha256(data).hexdigest(),
        100,
        PROBE,
    )


def bring(
    archive: SmallArchive,
    *received: Received,
    wishes: Wishes = Wishes(),
    finish: bool = True,
    texts: tuple[TextFile, ...] = (),
    belongs_to: str | None = None,
    **fields: Any,
) -> Registered:
    """Register a deposit; `fields` are its description. `finish`: as if the worker had done its work."""
    metadata = TestimonyMetadata.read(fields) if fields else None
    deposited = DepositedTestimony(
        tuple(each.recording for each in received), metadata, texts=texts, belongs_to=belongs_to
    )
    queue = create_queue(archive.settings, archive.engine)
    with writing(archive.engine) as session:
        done = register(session, queue, deposited, received, wishes, NOW)
    if finish:
        do_all(queue)
        archive.finish(done.testimony)
    return done


def test_a_bare_file_is_a_closed_testimony_without_a_name(archive: SmallArchive) -> None:
    done = bring(archive, a_file("Somebody's name.m4a"))
    assert done.status == "new"
    assert any("closed" in note for note in done.notes)
    with reading(archive.engine) as session:
        assert readings.read_public_id(session, done.testimony, PUBLIC, "describe", NOW) is None
        row = testimonies.find(session, done.testimony)
        assert row is not None
        assert row.title is None


def test_the_level_of_the_command_line_counts_where_the_description_says_none(archive: SmallArchive) -> None:
    done = bring(archive, a_file("a.m4a"), wishes=Wishes(access="public"), title="Weather")
    assert not any("closed" in note for note in done.notes)
    other = bring(archive, a_file("b.m4a"), wishes=Wishes(access="public"), title="Rain", access="restricted")
    with reading(archive.engine) as session:
        assert readings.read_public_id(session, done.testimony, PUBLIC, "describe", NOW) is not None
        assert readings.read_public_id(session, other.testimony, PUBLIC, "describe", NOW) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    "fields", [{}, {"title": "Weather"}, {"title": "Weather", "accession_number": "A-1"}]
)
def test_a_second_run_changes_nothing(archive: SmallArchive, fields: dict[str, Any]) -> None:
    first = bring(archive, a_file("a.m4a"), **fields)
    second = bring(archive, a_file("a.m4a"), **fields)
    assert second.testimony == first.testimony
    assert (second.status, second.recordings) == ("unchanged", [])


def test_a_changed_description_updates(archive: SmallArchive) -> None:
    first = bring(archive, a_file("a.m4a"), title="Weather", accession_number="A-1")
    second = bring(archive, a_file("a.m4a"), title="The weather", accession_number="A-1")
    assert (second.testimony, second.status, second.recordings) == (first.testimony, "updated", [])
    with reading(archive.engine) as session:
        row = testimonies.find(session, first.testimony)
        assert row is not None
        assert row.title == "The weather"


def test_an_unfinished_one_is_resumed(archive: SmallArchive) -> None:
    first = bring(archive, a_file("a.m4a"), title="Weather", finish=False)
    second = bring(archive, a_file("a.m4a"), title="Weather", finish=False)
    assert (second.testimony, second.status) == (first.testimony, "resumed")
    assert second.recordings == first.recordings


def test_a_file_of_another_testimony_is_refused_by_its_name(archive: SmallArchive) -> None:
    bring(archive, a_file("a.m4a"), title="Weather", accession_number="A-1")
    with pytest.raises(DuplicateFile, match="A-1"):
        bring(archive, a_file("a.m4a"), title="Weather", accession_number="A-2")
    allowed = bring(
        archive,
        a_file("a.m4a"),
        wishes=Wishes(allow_duplicate=True),
        title="Weather",
        accession_number="A-2",
    )
    assert allowed.status == "new"


def test_a_tape_is_added_and_a_number_never_given_to_another(archive: SmallArchive) -> None:
    first = bring(archive, a_file("1.m4a"), title="Weather", accession_number="A-1")
    recordings = [{"file": "1.m4a"}, {"file": "2.m4a"}]
    second = bring(
        archive,
        a_file("1.m4a"),
        a_file("2.m4a", 2),
        title="Weather",
        accession_number="A-1",
        recordings=recordings,
    )
    assert (second.testimony, second.status, len(second.recordings)) == (first.testimony, "updated", 1)
    with pytest.raises(Conflict, match="recording 2 of testimony A-1 is another file"):
        bring(
            archive,
            a_file("1.m4a"),
            a_file("2b.m4a", 2),
            title="Weather",
            accession_number="A-1",
            recordings=[{"file": "1.m4a"}, {"file": "2b.m4a"}],
        )
    with pytest.raises(Conflict, match="keeps its number"):
        bring(archive, a_file("1.m4a", 3), title="Weather", accession_number="A-1")


def test_captions_that_come_later_are_taken_in(archive: SmallArchive, tmp_path: Path) -> None:
    captions = tmp_path / "a.vtt"
    captions.write_text("WEBVTT\n\n00:00.000 --> 00:01.000\nIt rained.\n")
    first = bring(archive, a_file("a.m4a"), title="Weather")
    second = bring(archive, a_file("a.m4a"), texts=(TextFile(captions, ((1, 0),)),), title="Weather")
    # The recording is done with, so the text is published with its rows.
    assert (second.status, second.recordings) == ("updated", [])
    row = row_of(archive, first.testimony)
    assert [revision.status for revision in row.transcripts[0].revisions] == ["machine", "in review"]
    again = bring(archive, a_file("a.m4a"), texts=(TextFile(captions, ((1, 0),)),), title="Weather")
    assert (again.testimony, again.status) == (first.testimony, "unchanged")


def test_nothing_is_left_of_a_refused_deposit(archive: SmallArchive) -> None:
    bring(archive, a_file("a.m4a"), title="Weather", accession_number="A-1")
    with pytest.raises(DuplicateFile):
        bring(archive, a_file("b.m4a"), a_file("a.m4a", 2), title="Rain", accession_number="A-2")
    with reading(archive.engine) as session:
        assert testimonies.count(session) == 1
        assert testimonies.find_by_accession(session, "A-2") is None


def row_of(archive: SmallArchive, public_id: str) -> Testimony:
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        return row


def is_public(archive: SmallArchive, public_id: str) -> bool:
    with reading(archive.engine) as session:
        found = readings.read_public_id(session, public_id, PUBLIC, "describe", NOW)
    return isinstance(found, readings.Reading)


def test_collection_and_language_follow_the_description(archive: SmallArchive) -> None:
    first = bring(archive, a_file("a.m4a"), title="Weather", accession_number="A-1", collection="Rain")
    second = bring(
        archive,
        replace(a_file("a.m4a"), recording=DepositedRecording(Path("deposit/a.m4a"), 1, language="pl")),
        title="Weather",
        accession_number="A-1",
        collection="Snow",
        languages="pl",
    )
    assert second.status == "updated"
    row = row_of(archive, first.testimony)
    assert row.collection.name == "Snow"
    assert row.recordings[0].language == "pl"
    assert any("stays as it is" in note for note in second.notes)


def test_an_offset_that_cited_times_rest_on_is_not_moved(archive: SmallArchive) -> None:
    bring(archive, a_file("a.m4a"), title="Weather", accession_number="A-1")
    moved = replace(a_file("a.m4a"), recording=DepositedRecording(Path("deposit/a.m4a"), 1, offset_ms=500))
    with pytest.raises(Conflict, match="cited times rest on it"):
        bring(archive, moved, title="Heavy weather", accession_number="A-1")


def test_a_description_without_the_number_does_not_take_over(archive: SmallArchive) -> None:
    first = bring(archive, a_file("a.m4a"), title="Weather", accession_number="A-1", access="restricted")
    with pytest.raises(Conflict, match="A-1"):
        bring(archive, a_file("a.m4a"), title="Weather", access="public")
    assert not is_public(archive, first.testimony)


def test_an_accession_number_can_be_given_later(archive: SmallArchive) -> None:
    first = bring(archive, a_file("a.m4a"))
    second = bring(archive, a_file("a.m4a"), title="Weather", accession_number="A-1")
    assert (second.testimony, second.status) == (first.testimony, "updated")
    assert row_of(archive, first.testimony).accession_number == "A-1"


def test_one_number_in_two_spellings_of_unicode_is_one(archive: SmallArchive) -> None:
    first = bring(archive, a_file("a.m4a"), title="Weather", accession_number="Łódź-1")
    decomposed = unicodedata.normalize("NFD", "Łódź-1")
    second = bring(archive, a_file("a.m4a"), title="Weather", accession_number=decomposed)
    assert (second.testimony, second.status) == (first.testimony, "unchanged")


def test_a_level_that_is_given_later_counts_only_where_nobody_ever_said_one(archive: SmallArchive) -> None:
    first = bring(archive, a_file("a.m4a"))
    second = bring(archive, a_file("a.m4a"), wishes=Wishes(access="public"))
    assert second.status == "updated"
    assert is_public(archive, first.testimony)
    archive.state(first.testimony, NewStatement("withdrawn"))
    third = bring(archive, a_file("a.m4a"), wishes=Wishes(access="public"))
    assert third.status == "unchanged"
    assert not is_public(archive, first.testimony)


def test_a_statement_on_a_tape_that_comes_later_is_made_when_it_comes(archive: SmallArchive) -> None:
    fields = {
        "title": "Weather",
        "accession_number": "A-1",
        "recordings": [{"file": "1.m4a"}, {"file": "2.m4a"}],
        "access": ["public", {"level": "restricted", "recording": 2}],
    }
    first = bring(archive, a_file("1.m4a"), **fields)
    second = bring(archive, a_file("1.m4a"), a_file("2.m4a", 2), **fields)
    assert second.status == "updated"
    with reading(archive.engine) as session:
        found = readings.read_public_id(session, first.testimony, PUBLIC, "read", NOW)
        assert isinstance(found, readings.Reading)
        assert [recording.number for recording in found.recordings] == [1]


@pytest.mark.slow
@pytest.mark.parametrize(
    "fields", [{"checksum": "0" * 128}, {"chapters": [{"title": "Rain", "start": "1h", "end": "1h1m"}]}]
)
def test_a_known_file_without_its_description_is_unchanged(
    archive: SmallArchive, fields: dict[str, Any]
) -> None:
    first = bring(archive, a_file("a.m4a"), title="Weather", accession_number="A-1", **fields)
    second = bring(archive, a_file("a.m4a"))
    assert (second.testimony, second.status) == (first.testimony, "unchanged")


def test_captions_that_return_to_an_earlier_form_are_taken_in_again(
    archive: SmallArchive, tmp_path: Path
) -> None:
    captions = tmp_path / "a.vtt"
    statuses = []
    for text, encoding in (("It rained.", "utf-8"), ("Snow fell.", "utf-16"), ("It rained.", "utf-8")):
        captions.write_text(f"WEBVTT\n\n00:00.000 --> 00:01.000\n{text}\n", encoding=encoding)
        statuses.append(
            bring(archive, a_file("a.m4a"), texts=(TextFile(captions, ((1, 0),)),), title="Weather").status
        )
    assert statuses == ["new", "updated", "updated"]


def test_a_moved_file_with_new_captions_is_taken_from_where_it_is_now(
    archive: SmallArchive, tmp_path: Path
) -> None:
    captions = tmp_path / "a.vtt"
    captions.write_text("WEBVTT\n\n00:00.000 --> 00:01.000\nIt rained.\n")
    first = bring(archive, a_file("a.m4a"), title="Weather", finish=False)
    moved = a_file("a.m4a")
    moved = replace(moved, recording=DepositedRecording(tmp_path / "a.m4a", 1))
    bring(archive, moved, texts=(TextFile(captions, ((1, 0),)),), title="Weather", finish=False)
    assert row_of(archive, first.testimony).recordings[0].current_file.source == str(tmp_path / "a.m4a")


def edit(archive: SmallArchive, public_id: str, **fields: Any) -> None:
    """Change fields as an import of descriptions does."""
    metadata = TestimonyMetadata.read(fields)
    with writing(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        imports.apply(session, [Edit(row, metadata, frozenset(fields))], agent="The archivist", now=NOW)


def test_a_sidecar_undoes_no_edit(archive: SmallArchive) -> None:
    given = {"accession_number": "A-1", "title": "Bread", "collection": "Bakeries", "rights": "free"}
    first = bring(archive, a_file("a.m4a"), **given)
    edit(archive, first.testimony, accession_number="A-2", title="Rain", collection="Weather")
    same = bring(archive, a_file("a.m4a"), **given)
    assert (same.testimony, same.status) == (first.testimony, "unchanged")
    changed = bring(archive, a_file("a.m4a"), **given | {"rights": "ask"})
    assert (changed.testimony, changed.status, changed.changes) == (first.testimony, "updated", ["rights"])
    with reading(archive.engine) as session:
        row = testimonies.find(session, first.testimony)
        assert row is not None
        assert (row.accession_number, row.title, row.collection.name, row.rights) == (
            "A-2",
            "Rain",
            "Weather",
            "ask",
        )


ELSEWHERE = {"accession_number", "checksum", "texts"}  # texts: tests/ingest/test_texts_registered.py


@pytest.mark.slow
@pytest.mark.parametrize("field", sorted(set(TestimonyMetadata.field_names()) - ELSEWHERE))
def test_every_field_that_a_sidecar_changes_is_an_update(archive: SmallArchive, field: str) -> None:
    values: dict[str, tuple[Any, Any]] = {
        "kind": ("interview", "speech"),
        "people": ([{"role": "narrator"}], [{"role": "speaker"}]),
        "date": ("1996", "1997"),
        "languages": ("de", "yi"),
        "access": ("public", "restricted"),
        "embargo": ("2031-01-27", "2032-01-27"),
        "recordings": ([{"file": "a.m4a"}], [{"file": "a.m4a", "language": "de"}]),
        "chapters": ([{"title": "Bread", "start": "0s"}], [{"title": "Rain", "start": "0s"}]),
    }
    before, after = values.get(field, ("bread", "weather"))
    bring(archive, a_file("a.m4a"), accession_number="A-1", **{field: before})
    changed = bring(archive, a_file("a.m4a"), accession_number="A-1", **{field: after})
    assert (changed.status, changed.changes) == ("updated", [field])
    assert bring(archive, a_file("a.m4a"), accession_number="A-1", **{field: after}).status == "unchanged"
