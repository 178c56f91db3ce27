"""How the work stands as a whole: what waits, how fast it goes, how long it will take, what failed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.jobs import JobState
from archive.models import File, Recognition, RecognitionWindow
from archive.queries.progress import progress

RATE_OVER = timedelta(hours=1)
"""How far back the rate is measured."""

_AT_ONCE = 5_000
"""Recordings asked for in one statement."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A recording whose work failed: of which testimony (public id), its number there, at which step, why."""

    recording_id: int
    testimony: str
    accession_number: str | None
    number: int
    step: str
    reason: str


@dataclass(frozen=True, slots=True)
class Work:
    """Counts of jobs and workers, and sound in milliseconds."""

    waiting: int
    running: int
    failures: tuple[Failure, ...]
    workers: int
    unheard_ms: int
    """How much sound of what waits and runs is not transcribed yet."""
    rate: float | None
    """Milliseconds of sound transcribed in one of the last hour, by all workers; None where none was."""

    @property
    def left_ms(self) -> int | None:
        """How long the rest will take at this rate; None where nobody can say."""
        if self.unheard_ms == 0:
            return 0
        return round(self.unheard_ms / self.rate) if self.rate and self.workers else None


def look(session: Session, states: Sequence[JobState], workers: int, now: datetime) -> Work:
    """How the work stands, given the queue's states and how many workers there are."""
    open_jobs = [state for state in states if state.status != "failed"]
    reasons = {state.recording_id: state.reason or "unknown" for state in states if state.status == "failed"}
    running = sum(state.status == "running" for state in open_jobs)
    return Work(
        waiting=len(open_jobs) - running,
        running=running,
        failures=tuple(_failures(session, reasons)),
        workers=workers,
        unheard_ms=_unheard(session, [state.recording_id for state in open_jobs]),
        rate=_rate(session, now),
    )


def _failures(session: Session, reasons: dict[int, str]) -> Iterator[Failure]:
    if not reasons:
        return
    for each in progress(session, reasons):
        yield Failure(
            recording_id=each.recording_id,
            testimony=each.testimony,
            accession_number=each.accession_number,
            number=each.number,
            step=each.step,
            reason=reasons[each.recording_id],
        )


def _unheard(session: Session, recording_ids: Sequence[int]) -> int:
    """Of the current file of each; a better transfer is heard anew, which is not foreseen here."""
    return sum(
        _unheard_of(session, recording_ids[place : place + _AT_ONCE])
        for place in range(0, len(recording_ids), _AT_ONCE)
    )


def _unheard_of(session: Session, recording_ids: Sequence[int]) -> int:
    finished = select(Recognition.file_id).where(Recognition.finished_at.is_not(None))
    files = (
        select(File.id, File.duration_ms)
        .where(File.recording_id.in_(recording_ids), File.current, File.id.not_in(finished))
        .subquery()
    )
    whole = session.scalar(select(func.coalesce(func.sum(files.c.duration_ms), 0))) or 0
    heard = session.scalar(
        select(func.coalesce(func.sum(RecognitionWindow.end_ms - RecognitionWindow.start_ms), 0))
        .join(Recognition, Recognition.id == RecognitionWindow.recognition_id)
        .join(files, files.c.id == Recognition.file_id)
    )
    return max(0, int(whole) - int(heard or 0))


def _rate(session: Session, now: datetime) -> float | None:
    """From the first window that was finished within the hour (when it was begun is not known) until now."""
    began = session.scalar(
        select(func.min(RecognitionWindow.finished_at)).where(RecognitionWindow.finished_at > now - RATE_OVER)
    )
    if began is None or began >= now:
        return None
    heard = session.scalar(
        select(func.sum(RecognitionWindow.end_ms - RecognitionWindow.start_ms)).where(
            RecognitionWindow.finished_at > began
        )
    )
    return None if not heard else int(heard) / ((now - began) / timedelta(milliseconds=1))
