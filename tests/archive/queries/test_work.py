"""How the work stands: what is left to hear, how fast that goes, and how long it will take."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from archive.database import writing
from archive.jobs import JobState
from archive.models import File, Recognition, RecognitionWindow
from archive.queries.work import look
from tests.archives import NOW, SmallArchive

MINUTE_MS = 60_000


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """Two recordings of ten minutes, of which nothing was heard."""
    archive = SmallArchive(tmp_path / "archive")
    for title in ("Weather", "Rivers"):
        archive.add(title, [["It rained all day."]])
    with writing(archive.engine) as session:
        session.execute(delete(RecognitionWindow))
        for run in session.query(Recognition):
            run.finished_at = None
        for file in session.query(File):
            file.duration_ms = 10 * MINUTE_MS
        session.flush()
        yield session
    archive.close()


def hear(session: Session, recording_id: int, *finished: datetime) -> Recognition:
    """Windows of a minute that were finished at these moments."""
    runs = session.query(Recognition).join(File, File.id == Recognition.file_id)
    run = runs.filter(File.recording_id == recording_id).one()
    for number, at in enumerate(finished):
        session.add(
            RecognitionWindow(
                recognition_id=run.id,
                number=number + 1,
                start_ms=number * MINUTE_MS,
                end_ms=(number + 1) * MINUTE_MS,
                result=b"",
                finished_at=at,
            )
        )
    session.flush()
    return run


def before(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


WAITING, RUNNING = JobState(1, "waiting", 0, None), JobState(2, "running", 1, None)


def test_an_archive_without_work(session: Session) -> None:
    work = look(session, [], 1, NOW)
    assert (work.waiting, work.running, work.failures, work.unheard_ms) == (0, 0, (), 0)
    assert (work.rate, work.left_ms) == (None, 0)


def test_rate_and_what_is_left(session: Session) -> None:
    """The time that the first window took is not known; what was heard more than an hour ago says nothing."""
    hear(session, 2, before(90), before(6), before(4), before(2))
    work = look(session, [WAITING, RUNNING], 2, NOW)
    assert (work.waiting, work.running, work.workers) == (1, 1, 2)
    assert work.unheard_ms == 16 * MINUTE_MS
    assert work.rate == pytest.approx(2 / 6)
    assert work.left_ms == 48 * MINUTE_MS
    assert look(session, [WAITING, RUNNING], 0, NOW).left_ms is None


def test_what_is_heard_whole_is_not_heard_again(session: Session) -> None:
    hear(session, 2, before(4)).finished_at = before(3)
    session.flush()
    assert look(session, [RUNNING], 1, NOW).unheard_ms == 0


def test_failures_name_the_recording_and_the_reason(session: Session) -> None:
    work = look(session, [JobState(2, "failed", 1, "boiled over"), WAITING], 1, NOW)
    (failure,) = work.failures
    assert (failure.recording_id, failure.number, failure.reason) == (2, 1, "boiled over")
    assert work.unheard_ms == 10 * MINUTE_MS
