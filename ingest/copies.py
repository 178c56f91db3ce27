"""Copies for listening: made where one is missing, removed where nobody may or needs to be given one.

A file comes into the derivatives folder, or goes from it, within the write transaction that adds or deletes
its row; where the record refuses (its disk is full, say), it is taken back. Killed in between, a worker
leaves a file without a row, or a row without a file; both are set right when the testimony is looked at
again, which is due until the transaction is done. A row whose copy nobody is to have is served to nobody
(`archive.queries.readings`), however long its file stays.
"""

import hashlib
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from archive.changes.copies import expect_look
from archive.changes.derivatives import check_folder, is_whole, lost_copies, mark
from archive.clock import now
from archive.copies import read_stretches
from archive.database import reading, writing
from archive.disks import writing_to
from archive.jobs import Queue
from archive.models import Derivative, File, Recording, Testimony
from archive.queries import copies
from archive.statements import next_change
from archive.store.durable import make_folder, move, sync_folder
from ingest.media.playable import plan_playback
from ingest.media.playback import make_playback
from ingest.media.probe import probe as probe_file
from ingest.pictures import make_pictures
from ingest.workshop import Workshop, find_file, load, record
from schemas.media import Probe

log = logging.getLogger(__name__)

BATCH = 50
"""Testimonies looked at in one transaction."""
_KEPT = ("kind", "path", "media_type", "size", "width", "height")
"""What the event of a copy tells of it: enough to know its file again, should its row be gone."""
URGENT = 1
"""Priority of a recording that can't be heard until its copy is made, before others are transcribed."""


def look_at_copies(engine: Engine, queue: Queue, derivatives: Path) -> None:
    """Look at the copies of all testimonies that changed, or for which a date has come: remove those that
    nobody is to have, and make work on recordings that lack one due.

    One whose folder cannot be set right stays due and holds up no other; OSError is raised in the end. Raises
    DiskRefused where the folder of copies is not the archive's: nothing is forgotten or removed then.
    """
    failed: dict[int, OSError] = {}
    while True:
        moment = now()
        with reading(engine) as session:
            ids = copies.due(session, moment, BATCH, without=failed)
        if not ids:
            break
        with writing(engine) as session:
            check_folder(session, derivatives)
            for testimony in copies.load(session, ids):
                try:
                    _tidy(session, testimony, derivatives, moment)
                except OSError as error:
                    failed[testimony.id] = error
                    continue
                for recording in testimony.recordings:
                    missing = copies.standing(testimony, recording, moment).missing
                    if any(file.stored_path is not None for file, _ in missing):  # else a job is on the way
                        queue.defer(session.connection(), recording.id, priority=URGENT)
                expect_look(session, testimony.id, next_change(testimony, moment))
    if failed:
        first = next(iter(failed.values()))
        raise OSError(f"copies of {len(failed)} testimonies could not be removed: {first}") from first


def make_copies(shop: Workshop, recording_id: int) -> None:
    """Make every copy of a recording that is missing, each from the original, each recorded as soon as it is
    there. What was closed or opened meanwhile is seen when one is done. An original that could not be had
    holds up no other: its copies wait until it is in the store. Raises DiskRefused where the folder of copies
    is not the archive's: made in another, they would hide that."""
    while True:
        with reading(shop.engine) as session:
            check_folder(session, shop.derivatives)
            testimony, recording = load(session, recording_id)
        standing = copies.standing(testimony, recording, now())
        missing = [(file, closed) for file, closed in standing.missing if file.stored_path is not None]
        if not missing:
            return
        shop.go_on()
        _make(shop, testimony, recording, *missing[0])


def _make(shop: Workshop, testimony: Testimony, recording: Recording, file: File, closed: str) -> None:
    original = shop.original(testimony, file)
    probe = Probe.model_validate(file.probe)
    stretches = read_stretches(closed)
    plan = plan_playback(probe, partly=bool(stretches))
    name = _name(file, closed)
    copy = make_playback(original, probe, shop.making, name, shop.programs, shop.go_on, closed=stretches)
    played = probe_file(copy, shop.programs) if copy else probe
    pictures = make_pictures(shop, original, probe, copy, played, name, stretches)
    made = [
        Derivative(
            kind="playback",
            closed=closed,
            path=_place(testimony, copy) if copy else None,
            media_type=plan.media_type,
            size=played.size,
            width=played.video.width if played.video else None,
            height=played.video.height if played.video else None,
        )
    ]
    made += [
        Derivative(
            kind=picture.kind,
            closed=closed,
            path=_place(testimony, picture.path),
            media_type=picture.media_type,
            size=picture.path.stat().st_size,
        )
        for picture in pictures
    ]
    files = [*([copy] if copy else []), *(picture.path for picture in pictures)]
    program = shop.programs.version()
    folder = shop.derivatives / testimony.public_id
    try:
        with _taken_back(folder, files), writing(shop.engine) as session:
            testimony, recording = load(session, recording.id)
            row = find_file(recording, file)
            if (row, closed) not in copies.standing(testimony, recording, now()).missing:
                return
            with writing_to(shop.derivatives):
                make_folder(folder)
                for each in files:
                    move(each, folder / each.name)
                if files:
                    mark(shop.derivatives)
            row.derivatives.extend(made)
            record(
                session,
                "derivation",
                testimony,
                recording,
                program=program,
                made=[each.path or "the original plays as it is" for each in made],
                copies=[{name: getattr(each, name) for name in _KEPT} for each in made],
                reasons=list(plan.reasons),
                closed=closed or None,
            )
    finally:
        for each in files:
            each.unlink(missing_ok=True)


@contextmanager
def _taken_back(folder: Path, files: Sequence[Path]) -> Iterator[None]:
    """Leave nothing of what was moved into `folder` where that is not recorded: a disk that was full, say."""
    try:
        yield
    except Exception:  # whatever kept it from being recorded: it is raised again below
        for each in files:
            if not each.exists():
                (folder / each.name).unlink(missing_ok=True)
        with suppress(OSError):  # others lie in it, or it was never made
            folder.rmdir()
        raise


def _tidy(session: Session, testimony: Testimony, derivatives: Path, moment: datetime) -> None:
    """Remove the copies that nobody is to have, rows whose file is gone, and files that no row knows: nobody
    else is in the middle of putting one there, since that takes a write transaction, too.

    A file that is due and has lost its row is given one again where it is known to be what was made; where it
    is not, the one that is made anew takes its place."""
    for recording in testimony.recordings:
        there = [derivative for file in recording.files for derivative in file.derivatives]
        lost = lost_copies(derivatives, there)
        superfluous = {*copies.standing(testimony, recording, moment).superfluous, *lost}
        for derivative in superfluous:
            next(f for f in recording.files if f.id == derivative.file_id).derivatives.remove(derivative)
            session.delete(derivative)
        gone = sorted(each.path for each in superfluous if each.path is not None)
        if gone:
            record(session, "derivative deletion", testimony, recording, removed=gone)
    session.flush()
    due = _adopt(session, testimony, derivatives, moment)
    known = {
        derivative.path
        for recording in testimony.recordings
        for file in recording.files
        for derivative in file.derivatives
    }
    folder = derivatives / testimony.public_id
    if not folder.is_dir():
        return
    strangers = [
        path
        for path in folder.iterdir()
        if f"{folder.name}/{path.name}" not in known
        and path.stem not in due
        and not path.is_dir()  # no folder in it is ours
    ]
    for path in strangers:
        path.unlink(missing_ok=True)
        log.info("removed a copy that nobody is to have: %s", path.name)
    if strangers:
        sync_folder(folder)


def _adopt(session: Session, testimony: Testimony, derivatives: Path, moment: datetime) -> set[str]:
    """Give copies that are due and lie there as they were made their rows again; returns the names, without
    their endings, of those that are due all the same."""
    due = set()
    for recording in testimony.recordings:
        for file, closed in copies.standing(testimony, recording, moment).missing:
            name = _name(file, closed)
            rows: list[Derivative] = []
            if any((derivatives / testimony.public_id).glob(f"{name}.*")):
                told = copies.made(session, recording, closed)
                newest = next((each for each in told if _are_of(name, each)), [])
                rows = [Derivative(closed=closed, **each) for each in newest]
            if rows and all(is_whole(derivatives, row) for row in rows):
                file.derivatives.extend(rows)
                record(session, "derivative adoption", testimony, recording, found=[row.path for row in rows])
            else:
                due.add(name)
    session.flush()
    return due


def _are_of(name: str, told: list[dict[str, Any]]) -> bool:
    return {Path(each["path"]).stem for each in told if each["path"]} == {name}


def _place(testimony: Testimony, path: Path) -> str:
    return f"{testimony.public_id}/{path.name}"


def _name(file: File, closed: str) -> str:
    """The name of a copy, without its ending: what is closed in it can't be read off it."""
    return (
        f"{file.public_id}-{hashlib.sha256(closed.encode()).hexdigest()[:12]}" if closed else file.public_id
    )
