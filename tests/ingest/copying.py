"""An archive whose copies for listening are made and looked at by hand, with real ffmpeg."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from archive.access import PUBLIC
from archive.changes.derivatives import renew
from archive.database import reading, writing
from archive.jobs import Queue, create_queue
from archive.models import Derivative
from archive.queries import readings, testimonies
from ingest import copies as ingest_copies
from ingest.copies import look_at_copies, make_copies
from ingest.importers.deposited import DepositedRecording, DepositedTestimony
from ingest.media.commands import find_programs
from ingest.receiving import receive
from ingest.registration import Wishes, register
from ingest.steps import accession
from ingest.workshop import Recognisers, Workshop, own_folder
from schemas.metadata import TestimonyMetadata
from tests.archives import NOW, SmallArchive
from tests.ingest.media.making import GOOD


def no_pool() -> Any:
    raise AssertionError("nothing is transcribed here")


@dataclass
class House:
    """An archive, and what the worker does for copies, done by hand."""

    archive: SmallArchive
    queue: Queue
    shop: Workshop
    monkeypatch: pytest.MonkeyPatch
    public_ids: list[str] = field(default_factory=list)

    def bring(self, name: str, offset_ms: int = 0) -> str:
        """Register a specimen, put it into the store, and publish it."""
        recording = DepositedRecording(GOOD / name, 1, offset_ms=offset_ms)
        received = [receive(recording, self.shop.programs)]
        metadata = TestimonyMetadata.read({"access": "public", "title": "Beeps"})
        with writing(self.archive.engine) as session:
            done = register(
                session, self.queue, DepositedTestimony((recording,), metadata), received, Wishes(), NOW
            )
            row = testimonies.find(session, done.testimony)
            assert row is not None
            row.published_at = NOW
        accession(self.shop, self.recording_row(done.testimony))
        return done.testimony

    def recording_row(self, public_id: str) -> int:
        with reading(self.archive.engine) as session:
            row = testimonies.find(session, public_id)
            assert row is not None
            return row.recordings[0].id

    def look(self) -> None:
        look_at_copies(self.archive.engine, self.queue, self.shop.derivatives)

    def renew(self) -> None:
        with writing(self.archive.engine) as session:
            renew(session, self.queue, self.shop.derivatives)

    def make(self, public_id: str) -> None:
        make_copies(self.shop, self.recording_row(public_id))

    def at(self, moment: datetime) -> None:
        """Let it be `moment`."""
        self.monkeypatch.setattr(ingest_copies, "now", lambda: moment)

    def media(self, public_id: str) -> tuple[str, bool, str]:
        """State, poster and what is closed of what the public may hear."""
        with reading(self.archive.engine) as session:
            found = readings.read_public_id(session, public_id, PUBLIC, "listen", ingest_copies.now())
        assert isinstance(found, readings.Reading)
        (opened,) = found.recordings
        return opened.media, opened.poster, opened.closed

    def rows(self) -> list[tuple[str, str, str | None]]:
        with reading(self.archive.engine) as session:
            rows = session.query(Derivative).order_by(Derivative.closed, Derivative.kind)
            return [(row.kind, row.closed, row.path) for row in rows]

    def files(self, public_id: str) -> list[str]:
        folder = self.shop.derivatives / public_id
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    def is_waiting(self, public_id: str) -> bool:
        waiting = [state.recording_id for state in self.queue.states() if state.status == "waiting"]
        return self.recording_row(public_id) in waiting


@contextmanager
def opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A house in a folder, closed afterwards; nothing may be left half made in it."""
    archive = SmallArchive(folder / "archive")
    settings = archive.settings
    with own_folder(settings.work_folder) as work, own_folder(settings.making_folder) as making:
        shop = Workshop(
            engine=archive.engine,
            store=archive.store,
            derivatives=settings.derivatives_folder,
            making=making,
            folder=work,
            programs=find_programs(settings),
            recognisers=Recognisers(no_pool),
            window_ms=10_000,
            stop=Event(),
        )
        yield House(archive, create_queue(settings, archive.engine), shop, monkeypatch)
        assert list(making.iterdir()) == []
    archive.close()
