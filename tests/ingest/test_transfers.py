"""A better transfer of a tape: no hole in service, no cited time moved, no file lost."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.database import reading, writing
from archive.errors import Conflict
from archive.jobs import create_queue
from archive.models import File, Testimony
from archive.queries import descriptors, kept_texts, progress, testimonies
from archive.reading import Reading
from ingest import texts
from ingest.importers.deposited import DepositedRecording, DepositedTestimony, TextFile
from ingest.media.commands import find_programs
from ingest.receiving import receive
from ingest.registration import Registered, Wishes, register
from schemas.recognition import Engine, RecognisedSegment, RecognisedWord, WindowRecognition
from tests.archives import NOW, SmallArchive
from tests.contracts.transcriber import Script
from tests.ingest.test_worker import House, sound


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    archive = SmallArchive(tmp_path / "archive")
    made = archive.settings.model_copy(update={"recognisers": 1, "window_seconds": 10})
    yield House(archive, made, create_queue(made, archive.engine))
    archive.close()


def transfer(house: House, public_id: str, path: Path, number: int = 1, **more: Any) -> Registered:
    """What `testimony ingest PATH --transfer-of ID/N` registers."""
    recording = DepositedRecording(path, number, transfer=True, **more)
    received = [receive(recording, find_programs(house.settings))]
    deposited = DepositedTestimony((recording,), belongs_to=public_id)
    with writing(house.archive.engine) as session:
        return register(session, house.queue, deposited, received, Wishes(), NOW)


def files(house: House, public_id: str) -> list[File]:
    return row(house, public_id).recordings[0].files


def row(house: House, public_id: str) -> Testimony:
    with reading(house.archive.engine) as session:
        found = testimonies.find(session, public_id)
    assert found is not None
    return found


def words(found: Reading) -> dict[str, int | None]:
    """When each word is said; no word of the proverbs that tests use comes twice."""
    return {word.text: word.start_ms for p in found.streams[0].passages for word in p.words}


@pytest.mark.slow
def test_a_better_transfer_plays_once_it_is_ready_and_cited_times_hold(house: House, tmp_path: Path) -> None:
    public_id = house.bring(DepositedRecording(sound(tmp_path / "a.flac", 6), 1), title="Proverbs")
    house.work()
    before = house.read(public_id)
    assert (words(before)["Many"], before.recordings[0].duration_ms) == (2_000, 6_000)

    better = sound(tmp_path / "b.wav", 9)
    assert transfer(house, public_id, better, offset_ms=2_000).status == "updated"
    waiting = house.read(public_id)
    assert waiting.recordings == before.recordings  # the old one plays meanwhile
    assert house.steps() == ["accession"]

    # On the new file the same words come two seconds later.
    spoken = [(word, at + 2_000, at + 2_400) for word, at in words(before).items() if at is not None]
    house.work(Script(words=spoken))
    after = house.read(public_id)
    assert (after.recordings[0].offset_ms, after.recordings[0].duration_ms) == (2_000, 7_000)
    assert after.recordings[0].media == "open"
    assert words(after) == words(before)
    assert after.recordings[0].id == before.recordings[0].id
    old, new = files(house, public_id)
    assert (old.current, new.current) == (False, True)
    assert old.stored_path is not None
    assert house.archive.store.path(public_id, old.stored_path).exists()
    assert house.steps() == ["done"]
    assert ("replacement", "done") in house.events()
    # The same bytes once more change nothing.
    again = transfer(house, public_id, better, offset_ms=2_000)
    assert (again.status, again.recordings) == ("unchanged", [])
    with reading(house.archive.engine) as session:
        described = descriptors.describe(session, row(house, public_id)).recordings[0].files
    assert [(f.original_name, f.current, f.offset_ms) for f in described] == [
        ("a.flac", False, 0),
        ("b.wav", True, 2_000),
    ]
    assert described[0].current_since is not None
    assert described[1].current_since is not None
    assert described[0].current_since <= described[1].current_since


@pytest.mark.slow
def test_a_persons_text_stays_and_what_the_new_file_lacks_keeps_its_words(
    house: House, tmp_path: Path
) -> None:
    captions = tmp_path / "1.vtt"
    captions.write_text("WEBVTT\n\n00:00.000 --> 00:02.000\nStill waters run deep.\n")
    public_id = house.bring(
        DepositedRecording(sound(tmp_path / "1.flac", 5), 1),
        DepositedRecording(sound(tmp_path / "2.flac", 6), 2),
        texts=(TextFile(captions, ((1, 0),)),),
        title="Proverbs",
    )
    house.work()
    # The new files begin later than the old ones did: at 2 and at 4 s of cited time.
    transfer(house, public_id, sound(tmp_path / "1b.wav", 5), 1, offset_ms=-2_000)
    transfer(house, public_id, sound(tmp_path / "2b.wav", 6), 2, offset_ms=-4_000)
    house.work(Script(words=[("Rain", 0, 400), ("falls.", 500, 900)]))
    found = house.read(public_id)
    text = [(p.recording, p.text, p.start_ms, p.machine) for p in found.streams[0].passages]
    assert text == [
        (1, "Still waters run deep.", 0, False),
        (2, "Still waters run deep. Many hands make light", 0, True),
        (2, "Rain falls.", 4_000, True),
    ]
    assert [recording.duration_ms for recording in found.recordings] == [7_000, 10_000]
    # The machine's own text stands beside it, as it heard the new file.
    with reading(house.archive.engine) as session:
        stored = kept_texts.revisions(session, row(house, public_id))
    machine = [r for r in row(house, public_id).transcripts[0].revisions if r.status == "machine"][-1]
    (last,) = [revision for revision in stored.values() if revision.number == machine.number]
    assert [s.text for s in last.segments if s.recording == 1] == ["Still waters run deep.", "Rain falls."]


@pytest.mark.slow
def test_an_offset_that_was_wrong_is_corrected_by_saying_it_again(house: House, tmp_path: Path) -> None:
    first = sound(tmp_path / "a.flac", 6)
    public_id = house.bring(DepositedRecording(first, 1), title="Proverbs")
    house.work()
    better = sound(tmp_path / "b.wav", 9)
    transfer(house, public_id, better, offset_ms=1_000)
    house.work(Script(words=[("Rain", 3_000, 3_400)]))
    assert words(house.read(public_id)) == {"Rain": 2_000}
    assert transfer(house, public_id, better, offset_ms=2_500).status == "updated"
    # At once, and together: sound and text move in one transaction.
    found = house.read(public_id)
    assert (words(found), found.recordings[0].offset_ms) == ({"Rain": 500}, 2_500)
    house.work()
    assert house.steps() == ["done"]
    assert ("metadata modification", "done") in house.events()
    with pytest.raises(Conflict, match=r"a\.flac: offset: expected 0 s as before, since it is the first"):
        transfer(house, public_id, first, offset_ms=1_000)
    for offset_ms in (9_000, -6_000):
        with pytest.raises(Conflict, match=r"b\.wav: offset: expected"):
            transfer(house, public_id, better, offset_ms=offset_ms)
    assert house.read(public_id) == found


@pytest.mark.slow
def test_a_transfer_that_was_a_mistake_gives_its_place_back(house: House, tmp_path: Path) -> None:
    first = sound(tmp_path / "a.flac", 5)
    public_id = house.bring(DepositedRecording(first, 1), title="Proverbs")
    house.work()
    before = house.read(public_id)
    transfer(house, public_id, sound(tmp_path / "wrong tape.wav", 5), offset_ms=500)
    house.work(Script(words=[("Rain", 1_000, 1_400)]))
    # What only the old one holds is not forgotten.
    assert words(house.read(public_id)) == {"Rain": 500, "The": 4_500}
    assert transfer(house, public_id, first).status == "updated"
    assert house.read(public_id).recordings[0].offset_ms == 500
    house.work()
    after = house.read(public_id)
    assert (after.recordings, words(after)) == (before.recordings, words(before))
    assert [file.current for file in files(house, public_id)] == [True, False]


@pytest.mark.slow
def test_a_first_file_that_was_lost_does_not_hold_up_a_better_one(house: House, tmp_path: Path) -> None:
    first = sound(tmp_path / "a.flac", 5)
    public_id = house.bring(DepositedRecording(first, 1), title="Proverbs")
    first.unlink()
    transfer(house, public_id, sound(tmp_path / "b.flac", 6))
    house.work()
    assert house.steps() == ["done"]
    assert house.read(public_id).recordings[0].duration_ms == 6_000
    assert ("accession", "failed") in house.events()


@pytest.mark.slow
def test_a_transfer_that_cannot_be_had_leaves_the_old_one_playing(house: House, tmp_path: Path) -> None:
    public_id = house.bring(DepositedRecording(sound(tmp_path / "a.flac", 5), 1), title="Proverbs")
    house.work()
    before = house.read(public_id)
    better = sound(tmp_path / "b.flac", 6)
    transfer(house, public_id, better)
    content = better.read_bytes()
    better.unlink()
    house.work()
    assert house.read(public_id) == before
    with reading(house.archive.engine) as session:
        (state,) = progress.progress(session)
    assert (state.step, state.original_name) == ("accession", "b.flac")
    (job,) = house.queue.states()
    assert "no longer where it was received from" in (job.reason or "")
    moved = tmp_path / "moved.flac"
    moved.write_bytes(content)
    assert transfer(house, public_id, moved).status == "resumed"
    house.work()
    assert house.read(public_id).recordings[0].duration_ms == 6_000


@given(
    st.lists(st.integers(0, 120_000), min_size=1, max_size=8, unique=True).map(sorted),
    st.integers(-90_000, 90_000),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_cited_times_and_an_offset_are_the_times_in_the_file(starts: list[int], offset_ms: int) -> None:
    """Whatever the offset, a word is cited where the file has it, and never before the recording begins."""
    heard = [
        RecognisedWord(text=f" w{place}", start_ms=start, end_ms=start + 1, probability=0.9)
        for place, start in enumerate(starts)
    ]
    window = WindowRecognition(
        number=1,
        start_ms=0,
        end_ms=130_000,
        language="en",
        language_probability=None,
        engine=Engine(name="script", version="1", model="proverbs"),
        segments=[
            RecognisedSegment(
                start_ms=starts[0],
                end_ms=starts[-1] + 1,
                words=heard,
                average_log_probability=-0.2,
                no_speech_probability=0.0,
                compression_ratio=1.0,
                temperature=0.0,
            )
        ],
    )
    cited = [word for segment in texts.of_machine([window.to_bytes()], offset_ms) for word in segment.words]
    assert [word.text for word in cited] == [word.text.strip() for word in heard]
    for word, start in zip(cited, starts, strict=True):
        assert word.start_ms is not None
        assert word.start_ms >= 0
        assert word.start_ms + offset_ms == start or (word.start_ms == 0 and start < offset_ms)
