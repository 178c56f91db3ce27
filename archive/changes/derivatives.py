"""Derivatives whose files are gone: they can be made again, so the work is made due.

Gone is what the folder itself does not have. A folder that is not there, or is another one (its share is
not mounted), says nothing of what is gone: then nothing is changed
(docs/decisions/folders-that-are-not-there.md).
"""

import logging
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.disks import why, writing_to
from archive.errors import DiskRefused
from archive.jobs import Deferring, InTurn
from archive.models import Derivative, File
from archive.remains import MARK
from archive.store.durable import write_over

log = logging.getLogger(__name__)

_SENTENCE = b"""\
Copies for listening, posters and waveforms of an archive of testimonies are made in this folder. By this file
it is told from an empty folder in which its disk or share is not mounted.
"""


def is_whole(folder: Path, derivative: Derivative) -> bool:
    """Whether a derivative's file lies under the derivatives folder as it was made. One without a path is the
    original itself. Raises OSError where that cannot be told: the file may be there."""
    if derivative.path is None:
        return True
    try:
        return (folder / derivative.path).stat().st_size == derivative.size
    except (FileNotFoundError, NotADirectoryError):
        return False


def lost_copies(folder: Path, derivatives: Iterable[Derivative]) -> list[Derivative]:
    """The derivatives of which a file is gone, or that of one that was made together with
    them: both are made again. Raises OSError."""
    there = list(derivatives)
    lost = {(each.file_id, each.closed) for each in there if not is_whole(folder, each)}
    return [each for each in there if (each.file_id, each.closed) in lost]


def mark(folder: Path) -> None:
    """Make a folder the one in which the archive's copies lie, with the first of them; within a write
    transaction, so that nobody else does at the same time. Raises OSError."""
    if not (folder / MARK).exists():
        write_over(folder / MARK, _SENTENCE)


def check_folder(session: Session, folder: Path) -> None:
    """See that `folder` is the one in which the archive's copies lie: it has the mark, or one of the copies
    (an earlier version of the archive made no mark), or none were ever made.

    Raises DiskRefused, with what helps, where it is not, and where the disk does not answer.
    """
    with writing_to(folder):
        if (folder / MARK).exists():
            return
        missing = 0
        for derivative in session.scalars(select(Derivative).where(Derivative.path.is_not(None))):
            if is_whole(folder, derivative):
                return
            missing += 1
    if missing:
        raise DiskRefused(
            f"{folder} has none of the {missing} copies and pictures that the record names, nor the file "
            f"{MARK}: mount the disk or share on which they lie; or, if they are really gone, make that file "
            f"(touch {folder / MARK}), and a worker makes them all again. Nothing was forgotten"
        )


def renew(session: Session, queue: Deferring, folder: Path, *, anew: bool = False) -> int:
    """Defer work on every recording that lacks a file which was derived from it; returns how many.

    The copy and its pictures are forgotten at once, so that meanwhile pages say that it is being made. Where
    it cannot be told whether a file is there, that is logged and nothing changes. `anew`: the record was just
    made again, and the folder may have been lost with it. Raises DiskRefused (see `check_folder`) otherwise.
    """
    if not anew:
        check_folder(session, folder)
    statement = select(Derivative, File.recording_id).join(File, File.id == Derivative.file_id)
    rows = session.execute(statement.where(File.current)).all()
    lost = _lost(folder, [row[0] for row in rows])
    for derivative in lost:
        session.delete(derivative)
    session.flush()
    if any(row[0].path is not None and row[0] not in lost for row in rows):
        with writing_to(folder):
            mark(folder)
    recordings = {row[1] for row in rows if row[0] in lost}
    in_turn = InTurn(queue)
    for recording_id in sorted(recordings):
        in_turn.defer(session.connection(), recording_id)
    return len(recordings)


def _lost(folder: Path, derivatives: Iterable[Derivative]) -> list[Derivative]:
    """As `lost_copies`, file by file: those of one that does not answer hold up no other."""
    by_file: dict[int, list[Derivative]] = {}
    for derivative in derivatives:
        by_file.setdefault(derivative.file_id, []).append(derivative)
    lost = []
    for each in by_file.values():
        try:
            lost += lost_copies(folder, each)
        except OSError as error:
            log.warning(
                "whether a copy is there cannot be told: %s", why(error, Path(error.filename or folder))
            )
    return lost
