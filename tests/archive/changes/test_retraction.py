"""A statement that is taken back leaves things as if it had not been made, and never more open than that."""

from datetime import timedelta
from typing import Any

import pytest

from archive.access import PUBLIC
from archive.changes import retraction
from archive.changes import testimonies as testimony_changes
from archive.changes.access import NewStatement
from archive.database import reading, writing
from archive.errors import NotFound, WrongInput
from archive.queries import readings, testimonies
from schemas.metadata import TestimonyMetadata
from tests.archives import NOW, SmallArchive

STRETCH = (1, 1000, 1400)
"""The word "quietly"."""


@pytest.fixture
def rain(archive: SmallArchive) -> str:
    return archive.add("Weather", [["It rained quietly in spring."]])


def words(archive: SmallArchive, public_id: str, days: int = 0) -> str:
    with reading(archive.engine) as session:
        found = readings.read_public_id(session, public_id, PUBLIC, "read", NOW + timedelta(days=days))
    if not isinstance(found, readings.Reading):
        return ""
    return " ".join(passage.text for stream in found.streams for passage in stream.passages)


def last(archive: SmallArchive, public_id: str) -> str:
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        return row.statements[-1].public_id


def take_back(archive: SmallArchive, public_id: str, statement: str | None = None) -> None:
    statement = statement or last(archive, public_id)
    with writing(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        retraction.take_back(session, row, statement, said_by="test", now=NOW)


def describe(archive: SmallArchive, public_id: str, **fields: Any) -> None:
    with writing(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        testimony_changes.describe(
            session, row, TestimonyMetadata.read(fields), said_by="the description", now=NOW
        )


def test_a_closing_taken_back_opens_what_was_open(archive: SmallArchive, rain: str) -> None:
    archive.state(rain, NewStatement("withdrawn"))
    assert words(archive, rain) == ""
    take_back(archive, rain)
    assert words(archive, rain) == "It rained quietly in spring."


@pytest.mark.slow
def test_an_opening_taken_back_closes_what_was_closed(archive: SmallArchive, rain: str) -> None:
    archive.close_stretch(rain, 1000, 1400)
    archive.state(rain, NewStatement("public", stretch=STRETCH))
    assert "quietly" in words(archive, rain)
    take_back(archive, rain)
    assert "quietly" not in words(archive, rain)
    # And what is said next takes the place of that again.
    archive.state(rain, NewStatement("public", stretch=STRETCH))
    assert "quietly" in words(archive, rain)


@pytest.mark.slow
def test_what_counts_until_a_later_word_holds_counts_on(archive: SmallArchive, rain: str) -> None:
    """Closed; opened from day 9; a third word taken back changes neither."""
    archive.close_stretch(rain, 1000, 1400)
    archive.state(rain, NewStatement("public", stretch=STRETCH, begins_at=NOW + timedelta(days=9)))
    archive.state(rain, NewStatement("public", stretch=STRETCH))
    assert "quietly" in words(archive, rain)
    take_back(archive, rain)
    assert ["quietly" in words(archive, rain, days) for days in (0, 8, 9)] == [False, False, True]


def test_with_nothing_before_it_is_closed(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained."]])
    take_back(archive, public_id)
    assert words(archive, public_id) == ""


@pytest.mark.slow
def test_what_a_description_said_holds_again_only_while_it_says_so(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained."]], level=None)
    describe(archive, public_id, access="public")
    archive.state(public_id, NewStatement("withdrawn"))
    take_back(archive, public_id)
    assert words(archive, public_id) == "It rained."
    # It says something else by the time that the word is taken back: that is what holds, and it alone.
    archive.state(public_id, NewStatement("withdrawn"))
    closing = last(archive, public_id)
    describe(archive, public_id, access="restricted")
    take_back(archive, public_id, closing)
    assert words(archive, public_id) == ""
    archive.state(public_id, NewStatement("withdrawn"))
    closing = last(archive, public_id)
    describe(archive, public_id)
    take_back(archive, public_id, closing)
    assert words(archive, public_id) == ""


@pytest.mark.slow
def test_what_counts_no_more_cannot_be_taken_back(archive: SmallArchive, rain: str) -> None:
    first = last(archive, rain)
    archive.state(rain, NewStatement("restricted"))
    with pytest.raises(WrongInput, match="was superseded on 2026-01-27"):
        take_back(archive, rain, first)
    with pytest.raises(NotFound):
        take_back(archive, rain, "nothing")
    take_back(archive, rain)
    statement = last(archive, rain)
    with pytest.raises(WrongInput, match="was taken back on 2026-01-27"):
        take_back(archive, rain, statement)
