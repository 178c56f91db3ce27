"""New, changed, unchanged, resumed or refused: what a deposit turns out to be beside what is there."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archive.access import PUBLIC
from archive.database import reading, writing
from archive.errors import Conflict, DuplicateFile
from archive.jobs import create_queue
from archive.models import Job
from archive.queries import readings, testimonies
from ingest.importers.deposited import DepositedRecording, DepositedTestimony
from ingest.receiving import Received
from ingest.registration import Registered, Wishes, register
from schemas.media import AudioStream, Probe
from schemas.metadata import TestimonyMetadata
from tests.archives import NOW, SmallArchive

PROBE = Probe(
    container="mp4",
    size=100,
    duration_ms=4000,
    bit_rate=64_000,
    audio=AudioStream(codec="aac", sample_rate=48_000, channels=1, start_ms=0, end_ms=4000, streams=(0,)),
)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[SmallArchive]:
    small = SmallArchive(tmp_path / "archive")
    yield small
    small.close()


def a_file(name: str, number: int = 1, content: str | None = None, captions: Path | None = None) -> Received:
    data = (content or name).encode()
    return Received(
        DepositedRecording(Path("deposit") / name, number, captions=captions),
        hashlib.sha512(data).hexdigest(),
        hashlib.sha256(data).hexdigest(),
        100,
        PROBE,
    )


def bring(
    archive: SmallArchive, *received: Received, wishes: Wishes = Wishes(), finish: bool = True, **fields: Any
) -> Registered:
    """Register a deposit; `fields` are its description. `finish`: as if the worker had done its work."""
    metadata = TestimonyMetadata.read(fields) if fields else None
    deposited = DepositedTestimony(tuple(each.recording for each in received), metadata)
    queue = create_queue(archive.settings, archive.engine)
    with writing(archive.engine) as session:
        done = register(session, queue, deposited, received, wishes, NOW)
    if finish:
        with writing(archive.engine) as session:
            session.query(Job).delete()
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
    second = bring(archive, a_file("a.m4a", captions=captions), title="Weather")
    assert second.status == "updated"
    assert len(second.recordings) == 1
    again = bring(archive, a_file("a.m4a", captions=captions), title="Weather")
    assert (again.testimony, again.status) == (first.testimony, "unchanged")


def test_nothing_is_left_of_a_refused_deposit(archive: SmallArchive) -> None:
    bring(archive, a_file("a.m4a"), title="Weather", accession_number="A-1")
    with pytest.raises(DuplicateFile):
        bring(archive, a_file("b.m4a"), a_file("a.m4a", 2), title="Rain", accession_number="A-2")
    with reading(archive.engine) as session:
        assert testimonies.count(session) == 1
        assert testimonies.find_by_accession(session, "A-2") is None
