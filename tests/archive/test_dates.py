"""A clock that is set back opens nothing, and one that was ahead can be put right."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import event

from archive.access import PUBLIC, visible
from archive.changes import dates as changes
from archive.changes.access import NewStatement
from archive.database import reading, writing
from archive.dates import WatchedClock
from archive.queries import dates, outbox, testimonies
from archive.queries.explanations import explain
from tests.archives import NOW, SmallArchive

DAY = timedelta(days=1)


class Clock:
    """A clock on the wall that somebody can set."""

    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def is_open(archive: SmallArchive, public_id: str, now: datetime) -> bool:
    """Whether the public may know of it; the gate and the query before it say the same."""
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        described = visible(PUBLIC, row, "describe", now).described
        assert (testimonies.find_known(session, public_id, PUBLIC, now) is not None) == described
    return described


def closes_tomorrow(archive: SmallArchive) -> str:
    public_id = archive.add("Weather", [["It rained."]])
    archive.state(public_id, NewStatement("public", ends_at=NOW + DAY))
    return public_id


def test_what_closed_by_a_date_stays_closed_when_the_clock_is_set_back(
    archive: SmallArchive, clock: Clock
) -> None:
    public_id = closes_tomorrow(archive)
    watched = WatchedClock(archive.engine, clock)
    assert is_open(archive, public_id, watched())
    clock.now = NOW + DAY
    assert not is_open(archive, public_id, watched())
    for back in (timedelta(hours=1), timedelta(days=365)):
        clock.now = NOW + DAY - back
        assert not is_open(archive, public_id, watched())
        # A program that starts now knows it from the database.
        assert not is_open(archive, public_id, WatchedClock(archive.engine, clock)())


def test_a_stretch_that_closed_by_a_date_stays_closed(archive: SmallArchive, clock: Clock) -> None:
    public_id = archive.add("Weather", [["It rained."]])
    archive.state(public_id, NewStatement("restricted", stretch=(1, 0, 400), begins_at=NOW + DAY))
    watched = WatchedClock(archive.engine, clock)
    for now, heard in ((NOW, True), (NOW + DAY, False), (NOW, False)):
        clock.now = now
        with reading(archive.engine) as session:
            watched()
            row = testimonies.find(session, public_id)
            assert row is not None
            assert visible(PUBLIC, row, "listen", now).hears_all(1) is heard


def test_an_embargo_that_ended_runs_again_when_the_clock_is_set_back(
    archive: SmallArchive, clock: Clock
) -> None:
    public_id = archive.add("Weather", [["It rained."]], level=None)
    archive.state(public_id, NewStatement("public", begins_at=NOW + DAY))
    watched = WatchedClock(archive.engine, clock)
    for now, described in ((NOW, False), (NOW + DAY, True), (NOW, False), (NOW + 2 * DAY, True)):
        clock.now = now
        assert is_open(archive, public_id, watched()) is described


def test_a_notice_is_read_of_what_stays_closed(archive: SmallArchive, clock: Clock) -> None:
    public_id = archive.add("Weather", [["It rained."]], level=None)
    statement = NewStatement("restricted", begins_at=NOW + DAY, notice="Closed until 2050.")
    archive.state(public_id, statement)
    watched = WatchedClock(archive.engine, clock)
    clock.now = NOW + DAY
    watched()
    with reading(archive.engine) as session:
        row = testimonies.find_known(session, public_id, PUBLIC, NOW)
        assert row is not None
        assert visible(PUBLIC, row, "read", NOW).notice == "Closed until 2050."


def test_the_notice_of_what_has_ended_is_not_read_again(archive: SmallArchive, clock: Clock) -> None:
    """Since then nothing has been in force, and the testimony is as one that never was."""
    public_id = archive.add("Weather", [["It rained."]])
    archive.state(public_id, NewStatement("registered", ends_at=NOW + DAY, notice="Closed until 2050."))
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        assert visible(PUBLIC, row, "read", NOW).notice == "Closed until 2050."
    clock.now = NOW + DAY
    WatchedClock(archive.engine, clock)()
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        assert visible(PUBLIC, row, "read", NOW + DAY).notice is None
        assert visible(PUBLIC, row, "read", NOW).notice is None


def test_a_search_leaves_out_what_the_clock_was_set_back_behind(archive: SmallArchive, clock: Clock) -> None:
    public_id = closes_tomorrow(archive)
    archive.add("Snow", [["It snowed."]])
    watched = WatchedClock(archive.engine, clock)
    clock.now = NOW + DAY
    watched()
    with reading(archive.engine) as session:
        assert public_id in outbox.left_out(session, NOW)
        assert dates.ahead(session, NOW) == [public_id]
        assert dates.ahead(session, NOW + DAY) == []


def test_what_is_said_while_the_clock_is_behind_is_watched_too(archive: SmallArchive, clock: Clock) -> None:
    watched = WatchedClock(archive.engine, clock)
    clock.now = NOW + 9 * DAY
    watched()
    clock.now = NOW
    watched()
    public_id = closes_tomorrow(archive)
    clock.now = NOW + 2 * DAY
    watched()
    clock.now = NOW
    assert not is_open(archive, public_id, watched())


def test_a_date_is_noted_once_and_told_to_index_and_store(archive: SmallArchive, clock: Clock) -> None:
    public_id = closes_tomorrow(archive)
    with reading(archive.engine) as session:
        before = archive.row_id(public_id)
    clock.now = NOW + DAY
    for _ in range(2):
        WatchedClock(archive.engine, clock)()
    with reading(archive.engine) as session:
        assert before in outbox.closing(session, "index")
        assert before in outbox.closing(session, "store")
        row = testimonies.find(session, public_id)
        assert row is not None
        assert row.reached_at == NOW + DAY
        assert dates.unnoted(session, None, NOW + DAY) == []
        number = row.change_number
    WatchedClock(archive.engine, clock)()
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        assert row.change_number == number


def test_a_clock_that_ran_ahead_closes_what_is_dated_alone_and_can_be_put_right(
    archive: SmallArchive, clock: Clock
) -> None:
    dated, undated = closes_tomorrow(archive), archive.add("Snow", [["It snowed."]])
    clock.now = NOW + 40_000 * DAY
    WatchedClock(archive.engine, clock)()
    clock.now = NOW
    assert not is_open(archive, dated, NOW)
    assert is_open(archive, undated, NOW)
    with writing(archive.engine) as session:
        row = testimonies.find(session, dated)
        assert row is not None
        told = explain(row, NOW).sentence
        assert "the clock says 2026-01-27, but 2026-01-28 has come before" in told
        assert changes.believe(session, row, NOW, said_by="An archivist")
        assert not changes.believe(session, row, NOW, said_by="An archivist")
    assert is_open(archive, dated, WatchedClock(archive.engine, clock)())
    with reading(archive.engine) as session:
        assert dates.ahead(session, NOW) == []


def test_one_look_a_second_is_enough_for_all_that_ask_in_it(archive: SmallArchive, clock: Clock) -> None:
    public_id = closes_tomorrow(archive)
    looks: list[None] = []
    watched = WatchedClock(archive.engine, clock)
    event.listen(archive.engine, "begin", lambda _: looks.append(None))
    for milliseconds in (0, 1, 400, 999):
        clock.now = NOW + timedelta(milliseconds=milliseconds)
        assert watched() == clock.now
    assert len(looks) == 1
    clock.now = NOW + DAY + timedelta(milliseconds=1)
    assert watched() == clock.now
    clock.now = NOW
    assert not is_open(archive, public_id, watched())
