"""Publishing: a person's text is never displaced by a machine's; the machine's mark follows the segment."""

import pytest
from sqlalchemy import update

from archive.access import PUBLIC
from archive.changes import transcripts
from archive.database import reading, writing
from archive.models import Collection, Recognition, RevisionSegment
from archive.models.segment import pack_words
from archive.queries import readings, testimonies
from archive.reading import Reading, Word
from tests.archives import NOW, SmallArchive, spoken


def read(archive: SmallArchive, public_id: str) -> Reading:
    with reading(archive.engine) as session:
        found = readings.read_public_id(session, public_id, PUBLIC, "read", NOW)
    assert isinstance(found, Reading)
    return found


def texts(found: Reading) -> list[tuple[str, bool]]:
    return [(passage.text, passage.machine) for passage in found.streams[0].passages]


def run_over(session: object, file_id: int) -> Recognition:
    run = Recognition(
        file_id=file_id,
        engine="e",
        engine_version="1",
        model="m",
        parameters={},
        language="en",
        language_given=True,
        plan=[],
        flags=[],
    )
    session.add(run)  # type: ignore[attr-defined]
    session.flush()  # type: ignore[attr-defined]
    return run


@pytest.mark.slow
def test_a_later_machine_run_never_displaces_a_persons_text(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained."]], person=True)
    with writing(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        run = run_over(session, row.recordings[0].current_file.id)
        transcripts.publish_machine(
            session, row, row.recordings[0], run, spoken(["It reigned."], "en"), at=NOW
        )
    found = read(archive, public_id)
    assert texts(found) == [("It rained.", False)]
    assert found.streams[0].author == "An archivist"
    assert not found.streams[0].machine


def test_captions_of_one_tape_leave_the_other_as_the_machine_heard_it(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained."], ["Snow fell."]])
    with writing(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        transcripts.publish_text(
            session, row, [(row.recordings[0], spoken(["It rained hard."], "en"))], author="An archivist"
        )
    found = read(archive, public_id)
    assert texts(found) == [("It rained hard.", False), ("Snow fell.", True)]
    assert [passage.recording for passage in found.streams[0].passages] == [1, 2]
    assert found.streams[0].machine


def test_a_tape_that_is_heard_later_joins_a_persons_text(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained."], ["Snow fell."]], person=True)
    with writing(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        revision = row.transcripts[0].revisions[0]
        assert revision.number == 1
        before = len(row.transcripts[0].revisions)
        run = run_over(session, row.recordings[1].current_file.id)
        transcripts.publish_machine(
            session, row, row.recordings[1], run, spoken(["Snow felt."], "en"), at=NOW
        )
        # Tape 2 has a person's text already: the machine's revision stands beside it, nothing else.
        assert len(row.transcripts[0].revisions) == before + 1
    assert texts(read(archive, public_id)) == [("It rained.", False), ("Snow fell.", False)]


def test_word_times_come_back_as_they_went_in(archive: SmallArchive) -> None:
    found = read(archive, archive.add("Weather", [["It rained in Łódź 🌧 today."]]))
    words = found.streams[0].passages[0].words
    assert [word.text for word in words] == ["It", "rained", "in", "Łódź", "🌧", "today."]
    assert [(word.start_ms, word.end_ms) for word in words] == [(i * 500, i * 500 + 400) for i in range(6)]
    assert {word.probability for word in words} == {0.9}
    text = found.streams[0].passages[0].text
    assert all(text[word.offset :].startswith(word.text) for word in words)


def review(archive: SmallArchive, public_id: str) -> None:
    """As if a reviewer had looked at all that is shown now."""
    with writing(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        revision = row.transcripts[0].revisions[-1]
        revision.status = "reviewed"
        session.execute(
            update(RevisionSegment).where(RevisionSegment.revision_id == revision.id).values(checked=True)
        )


@pytest.mark.slow
def test_a_tape_that_is_heard_after_a_review_is_not_called_reviewed(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained."], []], collection="closed")
    with writing(archive.engine) as session:
        session.execute(update(Collection).values(machine_text="staff"))
    assert read(archive, public_id).streams == ()
    review(archive, public_id)
    assert texts(read(archive, public_id)) == [("It rained.", True)]
    with writing(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        run = run_over(session, row.recordings[1].current_file.id)
        transcripts.publish_machine(
            session, row, row.recordings[1], run, spoken(["Snow felt."], "en"), at=NOW
        )
    assert texts(read(archive, public_id)) == [("It rained.", True)]


def test_captions_are_shown_though_another_tape_was_reviewed(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained."], []])
    review(archive, public_id)
    with writing(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        transcripts.publish_text(
            session, row, [(row.recordings[1], spoken(["Snow fell."], "en"))], author="An archivist"
        )
    assert texts(read(archive, public_id)) == [("It rained.", True), ("Snow fell.", False)]


def test_words_without_times_in_order_are_refused() -> None:
    for word in (Word("a", 0, None, None), Word("a", 0, 5, 4), Word("a", 0, -1, 4)):
        with pytest.raises(ValueError, match="times"):
            pack_words([word])
