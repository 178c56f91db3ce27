"""Keeping what a machine heard, window by window."""

import zlib
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from archive.models import File, Recognition, RecognitionWindow
from schemas.recognition import Engine


def runs(session: Session, file: File) -> list[Recognition]:
    """All runs over a file with their windows, the newest first: whole ones, and those that broke off."""
    statement = (
        select(Recognition)
        .where(Recognition.file_id == file.id)
        .order_by(Recognition.id.desc())
        .options(selectinload(Recognition.windows))
    )
    return list(session.scalars(statement))


def finished(session: Session, file: File) -> Recognition | None:
    """The newest run over a file that was finished, with its windows."""
    return next((run for run in runs(session, file) if run.finished_at is not None), None)


def unfinished(session: Session, file: File, engine: Engine) -> Recognition | None:
    """The newest run over a file that `engine`, with all its parameters, has begun and may go on with."""
    return next(
        (run for run in runs(session, file) if run.finished_at is None and run.made_by == engine), None
    )


def begin(
    session: Session,
    file: File,
    *,
    engine: Engine,
    language: str,
    language_probability: float | None,
    language_given: bool,
    plan: list[list[int]],
) -> Recognition:
    """Begin a run: its plan of windows is fixed now, so that a later process goes on with the same cuts."""
    run = Recognition(
        file_id=file.id,
        engine=engine.name,
        engine_version=engine.version,
        model=engine.model,
        parameters=dict(engine.parameters),
        language=language,
        language_probability=language_probability,
        language_given=language_given,
        plan=plan,
        flags=[],
    )
    session.add(run)
    session.flush()
    return run


def keep_window(
    session: Session,
    recognition_id: int,
    number: int,
    start_ms: int,
    end_ms: int,
    result: bytes,
    at: datetime,
) -> None:
    """Keep one window's raw recognition (JSON). Heard twice by two processes, the first one stands."""
    there = session.scalar(
        select(RecognitionWindow.id).where(
            RecognitionWindow.recognition_id == recognition_id, RecognitionWindow.number == number
        )
    )
    if there is None:
        session.add(
            RecognitionWindow(
                recognition_id=recognition_id,
                number=number,
                start_ms=start_ms,
                end_ms=end_ms,
                result=zlib.compress(result),
                finished_at=at,
            )
        )


def window_results(run: Recognition) -> list[bytes]:
    """The raw recognition of each window (JSON), in order."""
    return [zlib.decompress(window.result) for window in run.windows]


def finish(run: Recognition, flags: list[dict[str, Any]], offset_ms: int, at: datetime) -> None:
    """All windows are heard: keep the spans that an archivist should listen to, in cited time (`flags` are in
    that of the file)."""
    run.flags = _shifted(flags, -offset_ms)
    run.finished_at = at


def shift_flags(run: Recognition, milliseconds: int) -> None:
    """Cited time of a run's file was corrected by so much."""
    run.flags = _shifted(run.flags, milliseconds)


def _shifted(flags: list[dict[str, Any]], milliseconds: int) -> list[dict[str, Any]]:
    return [
        {**flag, **{name: max(0, flag[name] + milliseconds) for name in ("start_ms", "end_ms")}}
        for flag in flags
    ]
