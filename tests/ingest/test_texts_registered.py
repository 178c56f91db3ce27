"""Texts without a recording, over several, over one: what they become, and what becomes of a second one."""

from pathlib import Path
from typing import Any

import pytest

from archive.access import PUBLIC
from archive.changes.access import NewStatement
from archive.changes.transcripts import publish_machine
from archive.database import reading, writing
from archive.errors import Conflict, DuplicateFile
from archive.models import Recognition, Testimony
from archive.preservation import preserve_waiting
from archive.queries import kept_texts, readings, testimonies, texts
from archive.reading import Reading
from ingest.importers.deposited import TextFile
from ingest.importers.errors import MetadataErrors
from ingest.registration import Registered
from schemas.descriptor import Descriptor
from tests.archives import NOW, SmallArchive, spoken
from tests.ingest.test_registration import a_file, bring

TALK = "Interviewer: When does the bakery open?\n\nBaker: Before the sun does.\nNever: on Mondays.\n"
PEOPLE = [{"role": "interviewer"}, {"role": "interviewee", "names": ["Baker"], "published_name": "Ada B."}]
LONG = (
    "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Baker>Flour comes first.\n\n"
    "31:03.000 --> 31:04.000\nThen comes water.\n"
)
BOTH = ((1, 0), (2, 1_862_000))


def text(path: Path, content: str | bytes, **more: Any) -> TextFile:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return TextFile(path, **more)


def row(archive: SmallArchive, done: Registered) -> Testimony:
    with reading(archive.engine) as session:
        found = testimonies.find(session, done.testimony)
    assert found is not None
    return found


def read(archive: SmallArchive, done: Registered) -> Reading:
    with reading(archive.engine) as session:
        found = readings.read_public_id(session, done.testimony, PUBLIC, "read", NOW)
    assert isinstance(found, Reading)
    return found


def said(found: Reading) -> list[tuple[int | None, int | None, str | None, str]]:
    return [(p.recording, p.start_ms, p.speaker, p.text) for p in found.streams[0].passages]


DESCRIBED = {"title": "Bread", "access": "public", "languages": "en", "people": PEOPLE}


def test_a_text_alone_is_published_with_its_rows(archive: SmallArchive, tmp_path: Path) -> None:
    talk = text(tmp_path / "a.txt", TALK)
    done = bring(archive, texts=(talk,), finish=False, accession_number="T/1", **DESCRIBED)
    assert (done.status, done.recordings) == ("new", [])
    found = read(archive, done)
    assert said(found) == [
        (None, None, "Interviewer", "When does the bakery open?"),
        (None, None, "Ada B.", "Before the sun does. Never: on Mondays."),
    ]
    (stream,) = found.streams
    assert (stream.status, stream.author, stream.machine, stream.language) == (
        "in review",
        "the depositor",
        False,
        "en",
    )
    assert (found.recordings, found.duration_ms) == ((), 0)


@pytest.mark.slow
def test_what_it_came_as_and_what_it_became_are_in_the_store(archive: SmallArchive, tmp_path: Path) -> None:
    content = TALK.encode("utf-16")
    done = bring(archive, texts=(text(tmp_path / "a.txt", content),), finish=False, accession_number="T/1")
    preserve_waiting(archive.engine, archive.store)
    path = archive.store.path(done.testimony, "descriptor.json")
    (described,) = Descriptor.model_validate_json(path.read_bytes()).texts
    assert archive.store.path(done.testimony, described.path).read_bytes() == content
    assert (described.format, described.runs_over, described.original_name) == ("txt", [], "a.txt")
    with reading(archive.engine) as session:
        (stored,) = kept_texts.revisions(session, row(archive, done)).values()
    assert {segment.deposited_text for segment in stored.segments} == {described.public_id}


@pytest.mark.slow
def test_a_second_time_and_a_corrected_text(archive: SmallArchive, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    statuses = []
    # The fourth says the same in another encoding.
    for content in (TALK, TALK, TALK.replace("sun", "moon"), TALK.replace("sun", "moon").encode("utf-16")):
        done = bring(archive, texts=(text(path, content),), accession_number="T/1", **DESCRIBED)
        statuses.append(done.status)
    assert statuses == ["new", "unchanged", "updated", "unchanged"]
    (transcript,) = row(archive, done).transcripts
    assert [revision.number for revision in transcript.revisions] == [1, 2]
    assert "moon" in said(read(archive, done))[1][3]


@pytest.mark.slow
def test_without_an_accession_number_the_same_text_is_known(archive: SmallArchive, tmp_path: Path) -> None:
    talk = text(tmp_path / "a.txt", TALK)
    first = bring(archive, texts=(talk,), **DESCRIBED)
    assert any("no accession_number" in note for note in first.notes)
    assert bring(archive, texts=(talk,), **DESCRIBED).testimony == first.testimony
    # The text of a tape says nothing of whose testimony a text without one is.
    (tmp_path / "b.vtt").write_text(LONG)
    beside = bring(archive, a_file("b.m4a"), texts=(TextFile(tmp_path / "b.vtt", ((1, 0),)),), **DESCRIBED)
    alone = bring(archive, texts=(TextFile(tmp_path / "b.vtt"),), **DESCRIBED)
    assert alone.testimony != beside.testimony
    assert [place[:2] for place in said(read(archive, alone))] == [(None, None)] * 2


def test_a_text_that_cannot_be_read_changes_nothing(archive: SmallArchive, tmp_path: Path) -> None:
    with pytest.raises(MetadataErrors, match=r"a\.txt: expected text, found nothing"):
        bring(archive, texts=(text(tmp_path / "a.txt", " "),), accession_number="T/1")
    with reading(archive.engine) as session:
        assert testimonies.count(session) == 0


@pytest.mark.slow
def test_one_text_over_two_recordings_waits_for_both(archive: SmallArchive, tmp_path: Path) -> None:
    whole = text(tmp_path / "whole.vtt", LONG, runs_over=BOTH, author="A typist")
    fields = DESCRIBED | {"recordings": [{"file": "1"}, {"file": "2"}]}
    # The second tape could not be received yet.
    done = bring(archive, a_file("1"), texts=(whole,), accession_number="T/2", **fields)
    with reading(archive.engine) as session:
        (waiting,) = texts.waiting(session)
    assert (waiting.testimony, waiting.awaits) == (done.testimony, (2,))
    assert [p.machine for p in read(archive, done).streams[0].passages] == [True]

    bring(archive, a_file("1"), a_file("2", 2), texts=(whole,), accession_number="T/2", **fields)
    found = read(archive, done)
    assert said(found) == [(1, 1_000, "Ada B.", "Flour comes first."), (2, 1_000, None, "Then comes water.")]
    assert (found.streams[0].author, found.streams[0].status) == ("A typist", "in review")
    with reading(archive.engine) as session:
        assert texts.waiting(session) == []
    # Where the second begins was a mistake: said again, it is a new revision.
    later = text(tmp_path / "whole.vtt", LONG, runs_over=((1, 0), (2, 1_862_500)), author="A typist")
    both = (a_file("1"), a_file("2", 2))
    assert bring(archive, *both, texts=(later,), accession_number="T/2", **fields).status == "updated"
    assert said(read(archive, done))[1][:2] == (2, 500)
    assert bring(archive, *both, texts=(later,), accession_number="T/2", **fields).status == "unchanged"


def test_a_translation_over_two_recordings(archive: SmallArchive, tmp_path: Path) -> None:
    german = text(tmp_path / "de.vtt", LONG, runs_over=BOTH, language="de", translation=True)
    done = bring(archive, a_file("1"), a_file("2", 2), texts=(german,), **DESCRIBED)
    original, translated = read(archive, done).streams
    assert (original.machine, translated.kind, translated.language) == (True, "translation", "de")
    assert [passage.recording for passage in translated.passages] == [1, 2]


def test_plain_text_over_recordings_has_no_times_and_no_machine_beside_it(
    archive: SmallArchive, tmp_path: Path
) -> None:
    talk = text(tmp_path / "a.txt", TALK, runs_over=((1, 0), (2, 0)))
    both = (a_file("1"), a_file("2", 2))
    done = bring(archive, *both, texts=(talk,), accession_number="T/3", **DESCRIBED)
    assert [place[:2] for place in said(read(archive, done))] == [(None, None)] * 2
    with writing(archive.engine) as session:  # another run hears the second tape
        loaded = testimonies.find(session, done.testimony)
        assert loaded is not None
        run = archive._run(session, loaded.recordings[1], "en")
        publish_machine(session, loaded, loaded.recordings[1], run, spoken(["It rained."], "en"), at=NOW)
        assert isinstance(run, Recognition)
    assert not read(archive, done).streams[0].machine
    # A closed stretch: nobody can tell which of the words are said in it.
    archive.state(done.testimony, NewStatement("restricted", stretch=(2, 0, 1_000)))
    assert read(archive, done).streams == ()


@pytest.mark.slow
def test_a_text_for_one_of_two_tapes_leaves_the_text_of_both(archive: SmallArchive, tmp_path: Path) -> None:
    talk = text(tmp_path / "a.txt", "Flour and water.", runs_over=((1, 0), (2, 0)))
    second = text(tmp_path / "2.txt", "Water alone.", runs_over=((2, 0),))
    both = (a_file("1"), a_file("2", 2))
    bring(archive, *both, texts=(talk,), accession_number="T/4", **DESCRIBED)
    done = bring(archive, *both, texts=(second,), accession_number="T/4", **DESCRIBED)
    assert [place[3] for place in said(read(archive, done))] == ["Flour and water.", "Water alone."]
    timed = text(tmp_path / "w.vtt", LONG, runs_over=BOTH)
    bring(archive, *both, texts=(timed,), accession_number="T/4", **DESCRIBED)
    assert [place[0] for place in said(read(archive, done))] == [1, 2]


def test_a_recording_that_comes_later_gets_the_text_that_was_there(
    archive: SmallArchive, tmp_path: Path
) -> None:
    talk = text(tmp_path / "a.vtt", LONG)
    bring(archive, texts=(talk,), accession_number="T/5", **DESCRIBED)
    timed = text(tmp_path / "a.vtt", LONG, runs_over=((1, 0),))
    done = bring(archive, a_file("1"), texts=(timed,), accession_number="T/5", **DESCRIBED)
    assert done.status == "updated"
    assert [place[:2] for place in said(read(archive, done))] == [(1, 1_000), (1, 1_863_000)]


@pytest.mark.slow
def test_another_file_of_a_recording_is_refused_unless_it_is_called_a_transfer(archive: SmallArchive) -> None:
    bring(archive, a_file("1.m4a"), accession_number="T/6", **DESCRIBED)
    other = DESCRIBED | {"recordings": [{"file": "1b.m4a"}]}
    with pytest.raises(Conflict, match=r"transfer: yes in recordings, or --transfer-of T/6/1; another tape"):
        bring(archive, a_file("1b.m4a"), accession_number="T/6", **other)
    with pytest.raises(Conflict, match="testimony T/6 has no recording 2"):
        bring(archive, a_file("2b.m4a", 2, transfer=True), belongs_to="T/6")
    with pytest.raises(Conflict, match="there is no testimony T/7"):
        bring(archive, a_file("1b.m4a", transfer=True), belongs_to="T/7")
    bring(archive, a_file("else.m4a"), accession_number="T/8")
    with pytest.raises(DuplicateFile, match="T/8"):
        bring(archive, a_file("else.m4a", transfer=True), belongs_to="T/6")
    with pytest.raises(Conflict, match="recording 1 of testimony T/6, and a recording keeps its number"):
        bring(archive, a_file("1.m4a", 3, transfer=True), belongs_to="T/6")


def test_a_description_that_is_given_again_takes_nothing_back(archive: SmallArchive) -> None:
    """Since the description named a transfer, another was brought and an offset corrected."""
    first, better = a_file("1.m4a"), a_file("1b.m4a", transfer=True, offset_ms=500)
    fields = DESCRIBED | {
        "accession_number": "T/9",
        "recordings": [
            {"file": "1.m4a"},
            {"file": "1b.m4a", "number": 1, "transfer": "yes", "offset": "0.5"},
        ],
    }
    done = bring(archive, first, better, finish=False, **fields)
    corrected = a_file("1b.m4a", transfer=True, offset_ms=700)
    assert bring(archive, corrected, belongs_to="T/9", finish=False).status == "updated"
    bring(archive, first, better, finish=False, **fields)
    bring(archive, first, better, finish=False, **(fields | {"title": "Rye bread"}))
    assert [file.offset_ms for file in row(archive, done).recordings[0].files] == [0, 700]
    fields["recordings"] = [*fields["recordings"][:1], {**fields["recordings"][1], "offset": "0.9"}]
    bring(archive, first, a_file("1b.m4a", transfer=True, offset_ms=900), finish=False, **fields)
    assert [file.offset_ms for file in row(archive, done).recordings[0].files] == [0, 900]


@pytest.mark.parametrize("offset_ms", [4_000, 9_000])
def test_an_offset_that_leaves_nothing_is_refused(archive: SmallArchive, offset_ms: int) -> None:
    with pytest.raises(Conflict, match="expected less than its length, 4 s"):
        bring(archive, a_file("1.m4a", offset_ms=offset_ms))


@pytest.mark.slow
@pytest.mark.parametrize(
    "about", [{"start": "1:00", "end": "2:00"}, {"recording": 2}, {"recording": 2, "start": "1:00"}]
)
def test_what_is_closed_of_a_recording_that_is_not_there_closes_a_text_without_times(
    archive: SmallArchive, tmp_path: Path, about: dict[str, Any]
) -> None:
    talk = text(tmp_path / "a.txt", TALK)
    described = DESCRIBED | {"access": ["public", {"level": "restricted"} | about]}
    if "recording" in about:
        described["recordings"] = [{"file": "1.mp3"}, {"file": "2.mp3"}]
    done = bring(archive, texts=(talk,), finish=False, **described)
    assert read(archive, done).streams == ()
