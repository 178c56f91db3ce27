"""Derivatives whose files are gone: they can be made again, so the work is made due."""

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.jobs import Queue
from archive.models import Derivative, File


def is_whole(folder: Path, derivative: Derivative) -> bool:
    """Whether a derivative's file lies under the derivatives folder as it was made. One without a path is the
    original itself."""
    if derivative.path is None:
        return True
    try:
        return (folder / derivative.path).stat().st_size == derivative.size
    except OSError:
        return False


def renew(session: Session, queue: Queue, folder: Path) -> int:
    """Defer work on every recording that lacks a file which was derived from it; returns how many.

    A playback copy is forgotten at once, so that meanwhile pages say that it is being made.
    """
    statement = select(Derivative, File.recording_id).join(File, File.id == Derivative.file_id)
    gone = [
        (derivative, recording_id)
        for derivative, recording_id in session.execute(statement.where(File.current))
        if not is_whole(folder, derivative)
    ]
    for derivative, _ in gone:
        if derivative.kind == "playback":
            session.delete(derivative)
    session.flush()
    recordings = {recording_id for _, recording_id in gone}
    for recording_id in sorted(recordings):
        queue.defer(session.connection(), recording_id)
    return len(recordings)
