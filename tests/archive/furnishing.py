"""An archive that is furnished with everything that a record may hold, with neutral texts."""

import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from archive.changes import access, imports, people, transcripts
from archive.changes import testimonies as testimony_changes
from archive.changes.access import NewStatement
from archive.changes.events import record
from archive.changes.imports import Edit
from archive.database import writing
from archive.models import (
    Chapter,
    Clip,
    Collection,
    DepositedText,
    Derivative,
    File,
    OldAddress,
    Recognition,
    RecognitionWindow,
    Recording,
    RevisionSegment,
    Testimony,
)
from archive.preservation import preserve_waiting
from archive.queries import testimonies
from schemas.metadata import TestimonyMetadata
from schemas.parts import Person as DescribedPerson
from schemas.recognition import Engine, WindowRecognition
from tests.archives import NOW, SmallArchive, spoken

PART = datetime(2025, 5, 8, 7, 6, 5, 432_100, tzinfo=UTC)
"""A moment with microseconds, which must not be lost either."""


def load(archive: SmallArchive, session: Session, public_id: str) -> Testimony:
    row = testimonies.find(session, public_id)
    assert row is not None
    return row


def furnish(archive: SmallArchive) -> list[str]:
    """Everything that a record may hold, with neutral texts; all of it in the store. Returns public ids."""
    rich = archive.add(
        "Weather",
        [["It rained in Łódź.", "Then the sun came."], ["Snow fell."]],
        accession_number="A/1",
        translation=[["Es regnete.", "Dann kam die Sonne."]],
        people=(("interviewee", "A. Baker"), ("interviewer", None)),
        places=("Łódź",),
        summary="On weather.",
        rights="In copyright",
    )
    person = archive.add("Bread", [["The bakery opened."]], person=True, level=None, collection="bread")
    with writing(archive.engine) as session:
        _enrich(session, load(archive, session, rich))
    archive.state(rich, NewStatement("restricted", reason="asked", notice="Closed for now"))
    archive.state(
        rich,
        NewStatement("public", begins_at=PART.replace(microsecond=0), ends_at=NOW + timedelta(days=9000)),
    )
    archive.close_stretch(rich, 500, 900)
    with writing(archive.engine) as session:
        row = load(archive, session, rich)
        ids = {
            "recording": row.recordings[1].id,
            "transcript": row.transcripts[1].id,
            "chapter": row.chapters[0].id,
        }
        for subject, subject_id in ids.items():
            statement = NewStatement("reading room", subject=subject, subject_id=subject_id)
            access.state(session, row, [statement], said_by="An archivist", now=PART)
        _shrink(session, row)
    with writing(archive.engine) as session:
        described = DescribedPerson(id="Q1", role="interviewee", names=["B. Miller"], published_name="B. M.")
        for public_id in (rich, person):
            row = load(archive, session, public_id)
            people.describe(session, row, [described])
            access.outbox.announce(session, row)
    _change_and_undo(archive, rich, person)
    registered = _register(archive)
    preserve_waiting(archive.engine, archive.store)
    return [rich, person, registered]


def _change_and_undo(archive: SmallArchive, *public_ids: str) -> None:
    """An import of descriptions, access among them, and its undoing."""
    with writing(archive.engine) as session:
        edits = [
            Edit(
                load(archive, session, public_id),
                TestimonyMetadata.read({"source": "a shelf", "places": ["Poland"]}),
                frozenset({"source", "places"}),
                stated=(NewStatement("withdrawn", reason="asked"),),
            )
            for public_id in public_ids
        ]
        done = imports.apply(session, edits, agent="An archivist", now=PART, source="table.csv")
        assert done.id is not None
        imports.undo(session, done.id, agent="Another", now=NOW)


def _enrich(session: Session, row: Testimony) -> None:
    file = row.recordings[0].current_file
    (run,) = session.query(Recognition).filter_by(file_id=file.id)
    run.plan, run.flags = [[0, 1000], [1000, 2500]], [{"start_ms": 5, "end_ms": 9, "reason": "sound"}]
    run.created_at, run.published_at = PART, PART + timedelta(seconds=5)
    for number, (start, end) in enumerate(run.plan, start=1):
        window = WindowRecognition(
            number=number,
            start_ms=start,
            end_ms=end,
            language="en",
            engine=Engine(name="faster-whisper", version="1.2.1", model="base"),
            segments=(),
        )
        session.add(
            RecognitionWindow(
                recognition_id=run.id,
                number=number,
                start_ms=start,
                end_ms=end,
                result=zlib.compress(window.to_bytes()),
                finished_at=PART + timedelta(seconds=number),
            )
        )
    session.add(
        File(
            recording_id=row.recordings[0].id,
            current=False,
            current_since=PART,
            sha512="a" * 128,
            sha256="b" * 64,
            size=7,
            media_type="audio/wav",
            duration_ms=99,
            video=False,
            probe={"container": "wav"},
            offset_ms=-250,
            original_name="tape 1.wav",
            source="/tapes/tape 1.wav",
            created_at=PART,
            derivatives=[Derivative(kind="poster", path="x/y.jpg", media_type="image/jpeg", size=3, width=4)],
        )
    )
    row.texts.append(
        DepositedText(
            format="vtt",
            kind="translation",
            language="de",
            author="A translator",
            original_name="tape 1.de.vtt",
            runs_over=[[1, 0], [2, 1000]],
            content=b"WEBVTT\n\n00:00.000 --> 00:01.000\nEs regnete.\n",
            sha256="c" * 64,
            published_at=PART,
        )
    )
    session.flush()
    row.chapters.extend(
        Chapter(
            position=n,
            recording_number=1,
            start_ms=n * 10,
            end_ms=n * 10 + 5,
            title=title,
            synopsis="On rain",
            keywords=["rain"],
            places=["Łódź"],
            created_at=PART,
        )
        for n, title in enumerate(["Rain", "Sun"])
    )
    row.sidecar = {"title": "Weather", "access": "public"}
    row.description = {"source": "a library"}
    row.created_at = PART
    row.collection.created_at, row.collection.description = PART, "Reports on weather"
    (held, *_) = session.query(RevisionSegment)
    held.checked = True
    session.add(
        Clip(
            testimony_id=row.id,
            recording_number=1,
            start_ms=0,
            end_ms=900,
            title="Rain",
            words="It rained",
            revision_id=row.transcripts[0].revisions[0].id,
            created_at=PART,
        )
    )
    session.add(
        OldAddress(
            testimony_id=row.id,
            address="/interview.php?id=12",
            recording_number=1,
            start_ms=0,
            end_ms=900,
            created_at=PART,
        )
    )
    session.flush()
    segments = spoken(["Hail fell."], "en", "A. Baker", timed=False)
    named = [
        transcripts.NewSegment(**_fields(segment) | {"person_id": row.roles[0].person_id})
        for segment in segments
    ]
    transcripts.publish_text(
        session, row, [(row.recordings[1], named)], author="An archivist", text=row.texts[0]
    )
    record(
        session,
        "transcription",
        testimony_id=row.id,
        recording_id=row.recordings[0].id,
        outcome="failed",
        detail={"reason": "no weights"},
    )


def _fields(segment: transcripts.NewSegment) -> dict[str, Any]:
    return {name: getattr(segment, name) for name in segment.__slots__}


def _shrink(session: Session, row: Testimony) -> None:
    """A chapter on which something was said is gone, and so is a person who still speaks in a text."""
    row.chapters = row.chapters[1:]
    row.roles = row.roles[1:]
    session.flush()


def _register(archive: SmallArchive) -> str:
    """Registered, and never accessioned."""
    with writing(archive.engine) as session:
        collection = session.query(Collection).filter_by(slug="weather").one()
        metadata = TestimonyMetadata.read({"title": "Fog", "accession_number": "A/3", "access": "public"})
        row = testimony_changes.add(session, collection, metadata)
        row.recordings.append(
            Recording(
                number=1,
                files=[
                    File(
                        current_since=PART,
                        sha512="d" * 128,
                        sha256="e" * 64,
                        size=5,
                        media_type="audio/wav",
                        duration_ms=10,
                        video=False,
                        probe={},
                        original_name="fog.wav",
                        source="/tapes/fog.wav",
                        derivatives=[],
                    )
                ],
            )
        )
        session.flush()
        testimony_changes.describe(session, row, metadata, said_by="the description", now=PART)
        return row.public_id
