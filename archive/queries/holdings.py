"""What the record says that the store and the derivatives folder hold.

Columns are asked for by name, never whole rows: whoever compares must not depend on the newest schema.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Engine, func, inspect, select
from sqlalchemy.orm import Session

from archive.database import reading
from archive.jobs import Queue
from archive.models import (
    DepositedText,
    Derivative,
    File,
    OutboxEntry,
    Preserved,
    Recognition,
    Recording,
    Revision,
    Testimony,
    Transcript,
)
from archive.queries.kept_texts import recognition_path, revision_path, text_path


@dataclass(frozen=True, slots=True)
class RecordedFile:
    """A digital transfer: where the object has it (None: not yet), and what it must be."""

    public_id: str
    stored_path: str | None
    sha512: str
    sha256: str
    size: int
    busy: bool
    """Whether work on it is due or under way."""


@dataclass(frozen=True, slots=True)
class RecordedDerivative:
    """A file under the derivatives folder, with its size in bytes."""

    path: str
    size: int
    kind: str


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is recorded of one testimony. `waiting`: changes have yet to be carried into its object, which may
    therefore lack `texts` (logical paths of revisions, texts as they came, and recognition runs)."""

    public_id: str
    changes: int
    """Number of the newest change."""
    carried: int
    """Number of the newest change that was carried into its object; 0: none is known."""
    waiting: bool
    files: tuple[RecordedFile, ...]
    texts: frozenset[str]
    derivatives: tuple[RecordedDerivative, ...]

    @property
    def accessioned(self) -> bool:
        """Whether anything of it must be in the store."""
        return any(file.stored_path is not None for file in self.files)


class Record:
    """The record, asked anew each time, so that what others have written meanwhile is seen."""

    def __init__(self, engine: Engine, queue: Queue) -> None:
        self._engine, self._queue = engine, queue

    def public_ids(self) -> dict[str, str | None]:
        """The accession number of every testimony, by public id."""
        with reading(self._engine) as session:
            rows = session.execute(select(Testimony.public_id, Testimony.accession_number))
            return {row[0]: row[1] for row in rows}

    def size(self) -> int:
        """Bytes of all originals in the store."""
        with reading(self._engine) as session:
            return session.scalar(select(func.sum(File.size)).where(File.stored_path.is_not(None))) or 0

    def find(self, public_id: str) -> Holdings | None:
        """What is recorded of a testimony, None where there is none of that id."""
        with reading(self._engine) as session:
            row_id = session.scalar(select(Testimony.id).where(Testimony.public_id == public_id))
            return None if row_id is None else _holdings(session, self._queue, public_id, row_id)


def _holdings(session: Session, queue: Queue, public_id: str, row_id: int) -> Holdings:
    waiting = session.scalar(
        select(OutboxEntry.id)
        .where(OutboxEntry.testimony_id == row_id, OutboxEntry.destination == "store")
        .limit(1)
    )
    return Holdings(
        public_id=public_id,
        changes=session.scalars(select(Testimony.change_number).where(Testimony.id == row_id)).one(),
        carried=_carried(session, row_id),
        waiting=waiting is not None,
        files=_files(session, queue, row_id),
        texts=frozenset(_texts(session, row_id)),
        derivatives=_derivatives(session, row_id),
    )


def _carried(session: Session, row_id: int) -> int:
    if not inspect(session.connection()).has_table(Preserved.__tablename__):
        return 0  # a schema older than 0010, which is compared as it is
    return session.scalar(select(Preserved.number).where(Preserved.testimony_id == row_id)) or 0


def _files(session: Session, queue: Queue, row_id: int) -> tuple[RecordedFile, ...]:
    columns = (File.public_id, File.stored_path, File.sha512, File.sha256, File.size, Recording.id)
    rows = session.execute(
        select(*columns)
        .join(Recording, Recording.id == File.recording_id)
        .where(Recording.testimony_id == row_id)
    ).all()
    states = queue.states({row[-1] for row in rows}, connection=session.connection())
    busy = {state.recording_id for state in states}
    return tuple(RecordedFile(*row[:-1], busy=row[-1] in busy) for row in rows)


def _texts(session: Session, row_id: int) -> list[str]:
    revisions = session.execute(
        select(Transcript.public_id, Revision.number)
        .join(Revision, Revision.transcript_id == Transcript.id)
        .where(Transcript.testimony_id == row_id)
    )
    texts = session.execute(
        select(DepositedText.public_id, DepositedText.format).where(DepositedText.testimony_id == row_id)
    )
    runs = session.scalars(
        select(Recognition.public_id)
        .join(File, File.id == Recognition.file_id)
        .join(Recording, Recording.id == File.recording_id)
        .where(Recording.testimony_id == row_id, Recognition.published_at.is_not(None))
    )
    return [
        *(revision_path(transcript, number) for transcript, number in revisions),
        *(text_path(public_id, written) for public_id, written in texts),
        *map(recognition_path, runs),
    ]


def _derivatives(session: Session, row_id: int) -> tuple[RecordedDerivative, ...]:
    rows = session.execute(
        select(Derivative.path, Derivative.size, Derivative.kind)
        .join(File, File.id == Derivative.file_id)
        .join(Recording, Recording.id == File.recording_id)
        .where(Recording.testimony_id == row_id, Derivative.path.is_not(None))
    )
    return tuple(RecordedDerivative(path or "", size, kind) for path, size, kind in rows)


def by_path(holdings: Holdings) -> Mapping[str, RecordedFile]:
    """The files that are in the store, by logical path."""
    return {file.stored_path: file for file in holdings.files if file.stored_path is not None}
