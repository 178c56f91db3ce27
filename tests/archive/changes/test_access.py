"""Statements: what is closed stays closed until somebody opens it, in pages and in searches."""

from datetime import timedelta
from typing import Any

import pytest

from archive.access import PUBLIC
from archive.changes import testimonies as testimony_changes
from archive.changes.access import NewStatement
from archive.database import reading, writing
from archive.errors import WrongInput
from archive.models import Indexed, OutboxEntry
from archive.queries import outbox, readings, testimonies
from schemas.metadata import TestimonyMetadata
from tests.archives import NOW, SmallArchive


def words(archive: SmallArchive, public_id: str, days: int = 0) -> str:
    with reading(archive.engine) as session:
        found = readings.read_public_id(session, public_id, PUBLIC, "read", NOW + timedelta(days=days))
    if not isinstance(found, readings.Reading):
        return ""
    return " ".join(passage.text for stream in found.streams for passage in stream.passages)


def describe(archive: SmallArchive, public_id: str, **fields: Any) -> None:
    with writing(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        metadata = TestimonyMetadata.read(fields)
        testimony_changes.describe(session, row, metadata, said_by="description", now=NOW)


def empty_outbox(archive: SmallArchive) -> None:
    with writing(archive.engine) as session:
        session.query(OutboxEntry).delete()


def closing(archive: SmallArchive) -> bool:
    with reading(archive.engine) as session:
        return bool(outbox.closing(session, "index"))


def test_a_dated_word_on_a_stretch_opens_nothing_before_and_after(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained quietly in spring."]])
    archive.close_stretch(public_id, 1000, 1400)
    archive.state(
        public_id, NewStatement("withdrawn", stretch=(1, 1000, 1400), begins_at=NOW + timedelta(days=9))
    )
    assert "quietly" not in words(archive, public_id)
    assert "quietly" not in words(archive, public_id, 10)
    archive.state(
        public_id,
        NewStatement(
            "public",
            stretch=(1, 1000, 1400),
            begins_at=NOW + timedelta(days=1),
            ends_at=NOW + timedelta(days=2),
        ),
    )
    assert ["quietly" in words(archive, public_id, days) for days in (0, 1, 2)] == [False, True, False]


def test_a_closed_chapter_stays_closed_when_its_title_is_corrected(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained quietly in spring."]])
    describe(archive, public_id, access="public", chapters=[{"title": "Rian", "start": "1s", "end": "1.4s"}])
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        chapter_id = row.chapters[0].id
    archive.state(public_id, NewStatement("restricted", subject="chapter", subject_id=chapter_id))
    assert "quietly" not in words(archive, public_id)
    describe(archive, public_id, access="public", chapters=[{"title": "Rain", "start": "1s", "end": "1.4s"}])
    assert "quietly" not in words(archive, public_id)
    # Nor is its row's number given to another chapter, which would then be closed in its stead.
    describe(archive, public_id, access="public")
    describe(archive, public_id, access="public", chapters=[{"title": "Sun", "start": "0s", "end": "0.4s"}])
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        assert row.chapters[0].id > chapter_id
    assert words(archive, public_id).startswith("It rained")


@pytest.mark.parametrize("first", ["restricted", "reading room", "public"])
def test_withdrawing_is_a_closing_whatever_it_was_before(archive: SmallArchive, first: str) -> None:
    public_id = archive.add("Weather", [["It rained."]], level=first)
    empty_outbox(archive)
    archive.state(public_id, NewStatement("withdrawn"))
    assert closing(archive)


def test_opening_is_no_closing(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained."]], level="restricted")
    empty_outbox(archive)
    archive.state(public_id, NewStatement("public"))
    assert not closing(archive)


def test_a_day_of_closing_is_known_to_searches_before_anything_is_delivered(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained."]])
    with writing(archive.engine) as session:
        session.add(
            Indexed(
                testimony_id=archive.row_id_in(session, public_id),
                index_name="public",
                number=1,
                document_ids=[],
                stale_at=None,
            )
        )
    empty_outbox(archive)
    archive.state(public_id, NewStatement("public", ends_at=NOW + timedelta(days=1)))
    empty_outbox(archive)  # as if it had not been delivered
    with reading(archive.engine) as session:
        assert outbox.left_out(session, NOW) == frozenset()
        assert outbox.left_out(session, NOW + timedelta(days=2)) == {public_id}


@pytest.mark.parametrize(
    "statement",
    [
        NewStatement("open"),
        NewStatement("public", subject="recording"),
        NewStatement("public", subject="recording", subject_id=999),
        NewStatement("public", subject="tape", subject_id=1),
        NewStatement("public", stretch=(1, -5, 10)),
        NewStatement("public", stretch=(1, 10, 10)),
        NewStatement("public", stretch=(2, 0, 10)),
        NewStatement("public", begins_at=NOW, ends_at=NOW),
    ],
)
def test_nonsense_is_refused_and_changes_nothing(archive: SmallArchive, statement: NewStatement) -> None:
    public_id = archive.add("Weather", [["It rained."]])
    with pytest.raises(WrongInput):
        archive.state(public_id, statement)
    assert words(archive, public_id) == "It rained."


def test_a_description_whose_stretch_would_close_nothing_is_refused(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained quietly in spring."]])
    said = [{"level": "public"}, {"level": "restricted", "start": "83m"}]
    with pytest.raises(WrongInput, match=r"begins before [0-9.]+s, where recording 1 ends"):
        describe(archive, public_id, access=said)
    assert "quietly" in words(archive, public_id)  # and nothing changed


@pytest.mark.parametrize(
    "dates", [{"begins_at": NOW.replace(microsecond=1)}, {"ends_at": NOW.replace(microsecond=1)}]
)
def test_dates_are_whole_seconds(archive: SmallArchive, dates: dict[str, Any]) -> None:
    public_id = archive.add("Weather", [["It rained quietly in spring."]])
    with pytest.raises(WrongInput, match="whole seconds"):
        archive.state(public_id, NewStatement("public", **dates))
