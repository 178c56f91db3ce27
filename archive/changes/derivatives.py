"""Derivatives whose files are gone: they can be made again, so the work is made due."""

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.jobs import Deferring, InTurn
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


def lost_copies(folder: Path, derivatives: Iterable[Derivative]) -> list[Derivative]:
    """The derivatives of which a file is gone, or that of the copy or poster that was made together with
    them: both are made again."""
    there = list(derivatives)
    lost = {(each.file_id, each.closed) for each in there if not is_whole(folder, each)}
    return [each for each in there if (each.file_id, each.closed) in lost]


def renew(session: Session, queue: Deferring, folder: Path) -> int:
    """Defer work on every recording that lacks a file which was derived from it; returns how many.

    The copy and its poster are forgotten at once, so that meanwhile pages say that it is being made.
    """
    statement = select(Derivative, File.recording_id).join(File, File.id == Derivative.file_id)
    rows = session.execute(statement.where(File.current)).all()
    lost = lost_copies(folder, [row[0] for row in rows])
    for derivative in lost:
        session.delete(derivative)
    session.flush()
    recordings = {row[1] for row in rows if row[0] in lost}
    in_turn = InTurn(queue)
    for recording_id in sorted(recordings):
        in_turn.defer(session.connection(), recording_id)
    return len(recordings)
