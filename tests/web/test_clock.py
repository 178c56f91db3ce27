"""A site's clock keeps nobody waiting for whoever writes to the database, and forgets no date that came."""

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from threading import Event, Thread

import pytest
from sqlalchemy import event

from archive.changes.access import NewStatement
from archive.database import reading, writing
from archive.dates import BATCH, note_dates
from archive.errors import DatabaseUnavailable
from archive.models import AccessStatement, Testimony
from archive.queries import dates
from tests.archive.test_dates import Clock, closes_tomorrow, is_open
from tests.archives import NOW, SmallArchive
from web import clock as site_clock
from web.clock import SiteClock

pytestmark = pytest.mark.slow

DAY = timedelta(days=1)


@pytest.fixture
def wall() -> Clock:
    return Clock()


@pytest.fixture
def watched(archive: SmallArchive, wall: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[SiteClock]:
    monkeypatch.setattr(site_clock, "_SET_BACK_SECONDS", 0.3)
    monkeypatch.setattr(site_clock, "_RETRY_SECONDS", 0.05)
    clock = SiteClock(partial(note_dates, archive.engine), wall)
    yield clock
    clock.close()


@contextmanager
def busy(archive: SmallArchive) -> Iterator[None]:
    """Somebody who writes and does not come to an end."""
    begun, over = Event(), Event()

    def write() -> None:
        with writing(archive.engine) as session:
            session.connection()
            begun.set()
            over.wait(60)

    writer = Thread(target=write)
    writer.start()
    begun.wait(60)
    try:
        yield
    finally:
        over.set()
        writer.join()


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def unnoted(archive: SmallArchive, now: datetime) -> int:
    with reading(archive.engine) as session:
        return len(dates.unnoted(session, None, now))


def test_what_closed_by_a_date_stays_closed_when_the_clock_is_set_back(
    archive: SmallArchive, wall: Clock, watched: SiteClock
) -> None:
    public_id = closes_tomorrow(archive)
    assert is_open(archive, public_id, watched())
    wall.now = NOW + DAY
    assert not is_open(archive, public_id, watched())
    wall.now = NOW
    assert not is_open(archive, public_id, watched())
    again = closes_tomorrow(archive)  # while the clock is behind
    assert is_open(archive, again, watched())
    for wall.now in (NOW + DAY, NOW):
        assert not is_open(archive, again, watched())


def test_a_busy_writer_delays_no_answer(archive: SmallArchive, wall: Clock, watched: SiteClock) -> None:
    public_id = closes_tomorrow(archive)
    watched()
    with busy(archive), ThreadPoolExecutor(8) as readers:
        for seconds in range(5):
            wall.now = NOW + DAY + timedelta(seconds=seconds)
            asked = [readers.submit(watched) for _ in range(8)]
            assert [each.result() for each in asked] == [wall.now] * 8
            assert not is_open(archive, public_id, wall.now)
        assert unnoted(archive, wall.now) == 1  # so nobody had waited until the writer was done
    wait_until(lambda: unnoted(archive, wall.now) == 0)  # without being asked again


def test_only_the_first_to_ask_waits_for_a_busy_writer(
    archive: SmallArchive, wall: Clock, watched: SiteClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    closes_tomorrow(archive)
    watched()
    waited, real = [], SiteClock._wait

    def wait(clock: SiteClock, seconds: float) -> bool:
        waited.append((wall.now, seconds))
        return real(clock, seconds)

    monkeypatch.setattr(SiteClock, "_wait", wait)
    with busy(archive):
        for seconds in range(3):
            wall.now = NOW + DAY + timedelta(seconds=seconds)
            watched()
    assert waited == [(NOW + DAY, site_clock._SHORT_SECONDS)]


def test_until_it_is_noted_the_clock_is_not_set_back(
    archive: SmallArchive, wall: Clock, watched: SiteClock
) -> None:
    """What closed while nothing could be noted must not open again."""
    public_id = closes_tomorrow(archive)
    watched()
    with busy(archive):
        wall.now = NOW + DAY
        assert not is_open(archive, public_id, watched())
        wall.now = NOW
        with pytest.raises(DatabaseUnavailable, match="the clock was set back"):
            watched()
        wall.now = NOW + DAY
        assert watched() == wall.now
    wall.now = NOW
    wait_until(lambda: unnoted(archive, NOW + DAY) == 0)
    assert not is_open(archive, public_id, watched())


def test_a_failure_is_said_once_and_tried_again(
    archive: SmallArchive,
    wall: Clock,
    watched: SiteClock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    public_id = closes_tomorrow(archive)
    watched()
    tries: list[None] = []

    def fail(*_: object) -> None:
        tries.append(None)
        raise DatabaseUnavailable("another program keeps it to itself")

    monkeypatch.setattr("archive.changes.dates.reach_all", fail)
    wall.now = NOW + DAY
    with caplog.at_level(logging.INFO, "web"):
        watched()
        wait_until(lambda: len(tries) > 3)
        watched()
        assert [record.levelname for record in caplog.records] == ["WARNING"]
        monkeypatch.undo()
        wait_until(lambda: len(caplog.records) > 1)
    assert caplog.records[0].getMessage().endswith("yet: another program keeps it to itself")
    assert caplog.records[1].getMessage() == "dates that have come are noted again"
    assert not is_open(archive, public_id, NOW)


def test_thousands_of_dates_at_once_delay_no_answer_and_no_writer(archive: SmallArchive, wall: Clock) -> None:
    """They are noted in batches: answers are given, and others write, while but the first is noted."""
    begun, go_on = Event(), Event()

    def note(since: datetime | None, until: datetime, between: Callable[[], None]) -> None:
        def hold() -> None:
            begun.set()
            go_on.wait(60)
            between()

        note_dates(archive.engine, since, until, hold)

    collection = archive.collection()
    with writing(archive.engine) as session:
        session.add_all(
            Testimony(
                collection_id=collection,
                kind="interview",
                years=[],
                languages=[],
                places=[],
                subjects=[],
                description={},
                published_at=NOW,
                statements=[
                    AccessStatement(
                        subject="testimony", level="public", begins_at=NOW + DAY, said_by="An archivist"
                    )
                ],
            )
            for _ in range(2000)
        )
    public_id = archive.add("Weather", [["It rained."]], level=None)
    archive.state(public_id, NewStatement("public", begins_at=NOW + DAY))
    watched = SiteClock(note, wall)
    assert not is_open(archive, public_id, watched())
    wall.now = NOW + DAY
    assert is_open(archive, public_id, watched())
    assert begun.wait(60)
    wall.now += timedelta(seconds=1)
    assert watched() == wall.now
    with writing(archive.engine) as session:
        session.connection()
    assert unnoted(archive, wall.now) == 2001 - BATCH
    go_on.set()
    wait_until(lambda: unnoted(archive, wall.now) < 2001 - 3 * BATCH)
    watched.close()


def test_one_look_a_second_is_enough(archive: SmallArchive, wall: Clock, watched: SiteClock) -> None:
    looks: list[None] = []
    event.listen(archive.engine, "begin", lambda _: looks.append(None))
    for milliseconds in (0, 1, 400, 999):
        wall.now = NOW + timedelta(milliseconds=milliseconds)
        assert watched() == wall.now
    assert len(looks) == 1
