"""A generated archive as rows of a real database, put there in bulk: some hundred times as fast as deposits,
and the same rows, but that no file lies in the store."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256, sha512
from itertools import count
from typing import Any

from sqlalchemy import Engine, insert

from archive.database import writing
from archive.identifiers import new_public_id
from archive.models import (
    AccessStatement,
    Base,
    Collection,
    Derivative,
    File,
    Person,
    Recognition,
    Recording,
    Revision,
    RevisionSegment,
    Role,
    Segment,
    Testimony,
    Transcript,
)
from archive.models.segment import pack_words
from bench.generated import COLLECTIONS, GeneratedPassage, GeneratedTestimony, generate

_TOGETHER = 50
"""Testimonies of one transaction."""
_PUBLISHED = datetime(2026, 1, 27, tzinfo=UTC)
_TABLES: tuple[type[Base], ...] = (
    Person, Testimony, Role, Recording, File, Derivative, Transcript, Revision, Recognition, Segment,
    RevisionSegment, AccessStatement,
)  # fmt: skip
"""In an order in which no row names one that is not there yet."""

_Rows = dict[type[Base], list[dict[str, Any]]]


def fill(engine: Engine, testimonies: int, *, passages: int) -> None:
    """Put so many generated testimonies of so many passages into an empty database, published and public."""
    with writing(engine) as session:
        rows = [
            {"id": number, "slug": slug, "name": name, "machine_text": "open"}
            for number, (slug, name) in enumerate(COLLECTIONS.items(), start=1)
        ]
        session.execute(insert(Collection), rows)
    filler = _Filler()
    made = generate(testimonies, passages=passages)
    for start in range(0, testimonies, _TOGETHER):
        for each in (next(made) for _ in range(min(_TOGETHER, testimonies - start))):
            filler.add(each)
        tables = filler.take()
        with writing(engine) as session:
            for table in _TABLES:
                session.execute(insert(table), tables[table])


class _Filler:
    """Gathers rows, with row ids of its own."""

    def __init__(self) -> None:
        self._ids: dict[type[Base], Iterator[int]] = {table: count(1) for table in _TABLES}
        self._rows: _Rows = {table: [] for table in _TABLES}
        self._collections = {slug: number for number, slug in enumerate(COLLECTIONS, start=1)}

    def take(self) -> _Rows:
        """What was gathered since."""
        rows, self._rows = self._rows, {table: [] for table in _TABLES}
        return rows

    def add(self, made: GeneratedTestimony) -> None:
        """Gather all rows of a testimony."""
        moment = _PUBLISHED + timedelta(minutes=made.number)
        testimony = self._add(
            Testimony,
            public_id=new_public_id(), collection_id=self._collections[made.collection],
            accession_number=f"G-{made.number + 1:06}", title=made.title, kind=made.kind, date=str(made.year),
            years=[made.year], summary=made.summary, languages=[made.language], places=list(made.places),
            subjects=list(made.subjects), description={}, published_at=moment, change_number=1, version=1,
        )  # fmt: skip
        people = {}
        for position, role in enumerate(("interviewee", "interviewer")):
            people[role] = self._add(Person, names=[])
            self._add(Role, testimony_id=testimony, person_id=people[role], role=role, position=position)
        transcript = self._add(Transcript, public_id=new_public_id(), testimony_id=testimony, kind="original")
        revision = self._add(Revision, transcript_id=transcript, number=1, status="machine")
        position = 0
        for number, passages in enumerate(made.recordings, start=1):
            recording, run = self._recording(testimony, number, made, passages)
            for passage in passages:
                segment = self._add(
                    Segment,
                    public_id=new_public_id(), transcript_id=transcript, recording_id=recording,
                    start_ms=passage.start_ms, end_ms=passage.end_ms, person_id=people[passage.speaker],
                    language=made.language, recognition_id=run, text=passage.text,
                    words=pack_words(passage.words),
                )  # fmt: skip
                self._add(
                    RevisionSegment,
                    revision_id=revision,
                    segment_id=segment,
                    position=position,
                    checked=False,
                )
                position += 1
        self._add(
            AccessStatement,
            public_id=new_public_id(), testimony_id=testimony, subject="testimony", level="public",
            said_by="bench",
        )  # fmt: skip

    def _recording(
        self, testimony: int, number: int, made: GeneratedTestimony, passages: tuple[GeneratedPassage, ...]
    ) -> tuple[int, int]:
        """A recording with its file and what heard it: row ids of the first and the last."""
        name = f"{made.number}-{number}".encode()
        duration_ms = passages[-1].end_ms + 1_000
        recording = self._add(
            Recording,
            public_id=new_public_id(),
            testimony_id=testimony,
            number=number,
            language=made.language,
        )
        file = self._add(
            File,
            public_id=new_public_id(), recording_id=recording, current=True, current_since=_PUBLISHED,
            sha512=sha512(name).hexdigest(), sha256=sha256(name).hexdigest(), size=duration_ms * 16,
            media_type="audio/mp4", duration_ms=duration_ms, video=False, probe={}, offset_ms=0,
            original_name="", source="",
        )  # fmt: skip
        self._add(
            Derivative,
            file_id=file,
            kind="playback",
            closed="",
            media_type="audio/mp4",
            size=duration_ms * 16,
        )
        run = self._add(
            Recognition,
            public_id=new_public_id(), file_id=file, engine="faster-whisper", engine_version="1.2.1",
            model="base", parameters={}, language=made.language, language_given=True, plan=[], flags=[],
            finished_at=_PUBLISHED, published_at=_PUBLISHED,
        )  # fmt: skip
        return recording, run

    def _add(self, table: type[Base], **values: Any) -> int:
        row_id = next(self._ids[table])
        self._rows[table].append({"id": row_id, **values})
        return row_id
