"""Worlds on disk: the rows, files and index of a `World`, and the site in front of it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from hashlib import sha256, sha512
from pathlib import Path
from unittest.mock import patch
from zlib import compress

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.changes import access, events
from archive.changes.access import NewStatement
from archive.copies import wanted
from archive.database import writing
from archive.models import (
    Chapter,
    Clip,
    Collection,
    DepositedText,
    File,
    Person,
    Recognition,
    RecognitionWindow,
    Recording,
    Revision,
    RevisionSegment,
    Role,
    Segment,
    Testimony,
    Transcript,
)
from archive.models.segment import pack_words
from archive.queries import testimonies
from archive.reading import Word
from search import indexer
from search.backend import create_backend
from search.reindexing import reindex
from tests.archives import SmallArchive
from tests.gate import worlds
from tests.gate.files import content_of, derivatives_of, write_derivatives, write_media
from tests.gate.worlds import NOW, World
from web.app import create_app

SECRET = "zqsecret"
"""Stands in everything that is kept of a thing and never leaves the archive, open or closed."""

STATED = NOW - 5 * worlds.DAY
"""When everything was said."""


class Built:
    """A world on disk, with its site. `clock` is what every part of it takes for the present."""

    def __init__(self, home: Path, world: World) -> None:
        self.world = world
        self.clock = STATED
        self.archive = SmallArchive(home)
        self.backend = create_backend(self.archive.settings)
        fill(self.archive, world)
        self.app = create_app(self.archive.settings, clock=lambda: self.clock)
        with self.working():
            indexer.prepare(self.archive.engine, self.backend)

    def close(self) -> None:
        """Let go of everything."""
        self.app.state.services.streams.close()
        self.app.state.services.backend.close()
        self.app.state.services.engine.dispose()
        self.backend.close()
        self.archive.close()

    @contextmanager
    def working(self) -> Iterator[None]:
        """The worker's clock is ours meanwhile."""
        with patch("archive.clock.now", lambda: self.clock):
            yield

    def deliver(self) -> None:
        """Have the worker bring the index up to date."""
        with self.working():
            indexer.deliver(self.archive.engine, self.backend)

    def settle(self) -> None:
        """Let the public index forget what was written over in it, as it does after a closing and whenever
        Tantivy merges: until then the scores count words twice that were written twice."""
        if self.backend.purge("public"):
            with self.working(), closing(reindex(self.archive.engine, self.backend, "public")) as steps:
                for _ in steps:
                    pass

    def make_copies(self) -> None:
        """Make the copies that the worker would have made by now, of those recordings that have them."""
        with writing(self.archive.engine) as session:
            for testimony in self.world.testimonies:
                row = testimonies.find(session, testimony.id)
                assert row is not None
                for tape, recording in zip(row.recordings, testimony.recordings, strict=True):
                    if recording.copied and recording.playable:
                        there = {each.closed for each in tape.current_file.derivatives}
                        for closed in wanted(row, tape, tape.current_file, self.clock) - there:
                            made = derivatives_of(recording, closed)
                            tape.current_file.derivatives.extend(made)
                            write_derivatives(self.archive, recording, made)

    def state(self, part: slice = slice(None)) -> None:
        """Say on each testimony what its world says on it, or a part of that, in that order."""
        with writing(self.archive.engine) as session:
            for testimony in self.world.testimonies:
                state(session, replace(testimony, statements=testimony.statements[part]), self.clock)


@contextmanager
def built(home: Path, world: World) -> Iterator[Built]:
    """A world on disk, let go when the block ends."""
    made = Built(home, world)
    try:
        yield made
    finally:
        made.close()


def fill(archive: SmallArchive, world: World) -> None:
    """Put everything of a world into an empty archive, but for what was said on it."""
    with writing(archive.engine) as session:
        collections = {}
        for each in world.collections:
            collections[each.slug] = Collection(
                slug=each.slug,
                name=each.name,
                description=each.description,
                depositor=each.depositor,
                machine_text=each.machine_text,
            )
        session.add_all(collections.values())
        session.flush()
        for testimony in world.testimonies:
            _add(session, testimony, collections[testimony.collection].id)
    for testimony in world.testimonies:
        for recording in testimony.recordings:
            write_media(archive, testimony, recording)


def _add(session: Session, testimony: worlds.Testimony, collection_id: int) -> None:
    row = Testimony(
        public_id=testimony.id,
        collection_id=collection_id,
        accession_number=testimony.accession_number,
        title=testimony.title,
        kind=testimony.kind,
        date=testimony.date,
        years=list(testimony.years),
        summary=testimony.summary,
        languages=list(testimony.languages),
        places=list(testimony.places),
        subjects=list(testimony.subjects),
        rights=testimony.rights,
        description=dict(testimony.description),
        published_at=testimony.published_at,
        transcript_author=f"{SECRET} author",
        sidecar={"title": f"{SECRET} sidecar"},
        change_number=1,
        roles=[
            Role(
                role=role,
                position=position,
                person=Person(
                    identifier=f"{SECRET} {testimony.id} {position}",
                    names=[f"{SECRET} name"],
                    published_name=name,
                ),
            )
            for position, (role, name) in enumerate(testimony.people)
        ],
    )
    session.add(row)
    session.flush()
    session.add(
        DepositedText(
            testimony_id=row.id,
            format="vtt",
            kind="original",
            language="en",
            author=f"{SECRET} writer",
            original_name=f"{SECRET}.vtt",
            runs_over=[],
            content=f"WEBVTT {SECRET}".encode(),
            sha256="",
            published_at=NOW,
        )
    )
    events.record(session, "description", testimony_id=row.id, agent=f"{SECRET} agent", detail={"of": SECRET})
    people = [role.person_id for role in row.roles]
    recordings = {each.number: _recording(each, row.id) for each in testimony.recordings}
    session.add_all(recordings.values())
    session.add_all(
        Chapter(
            public_id=each.id,
            testimony_id=row.id,
            position=each.position,
            recording_number=each.recording,
            start_ms=each.start_ms,
            end_ms=each.end_ms,
            title=each.title,
            synopsis=each.synopsis,
            keywords=list(each.keywords),
            places=list(each.places),
        )
        for each in testimony.chapters
    )
    session.flush()
    runs: dict[int, Recognition] = {}
    for transcript in testimony.transcripts:
        _add_transcript(session, transcript, row.id, recordings, people, runs)
    session.flush()
    of_text = select(Transcript.public_id, Revision.id).join(
        Revision, Revision.transcript_id == Transcript.id
    )
    revisions = {
        text: revision for text, revision in session.execute(of_text.where(Transcript.testimony_id == row.id))
    }
    session.add_all(
        Clip(
            public_id=each.id,
            testimony_id=row.id,
            recording_number=each.recording,
            start_ms=each.start_ms,
            end_ms=each.end_ms,
            title=each.title,
            words=each.words,
            revision_id=revisions[each.transcript],
            created_at=STATED,
        )
        for each in testimony.clips
    )


def _recording(recording: worlds.Recording, testimony_id: int) -> Recording:
    medium = "video/mp4" if recording.video else "audio/mp4"
    content = content_of(recording.id)
    file = File(
        sha512=sha512(content).hexdigest(),
        sha256=sha256(content).hexdigest(),
        size=len(content),
        media_type=f"{medium[:5]}/x-matroska",
        duration_ms=recording.duration_ms,
        video=recording.video,
        probe={"comment": f"{SECRET} comment"},
        offset_ms=recording.offset_ms,
        original_name=f"{SECRET} as deposited.mp4",
        source=f"/media/{SECRET}/as deposited.mp4",
        stored_path="files/1.bin" if recording.in_store else None,
        accessioned_at=NOW,
        derivatives=derivatives_of(recording, "") if recording.playable else [],
    )
    return Recording(
        public_id=recording.id,
        testimony_id=testimony_id,
        number=recording.number,
        files=[file],
    )


def _add_transcript(
    session: Session,
    transcript: worlds.Transcript,
    testimony_id: int,
    recordings: dict[int, Recording],
    people: list[int],
    runs: dict[int, Recognition],
) -> None:
    said = transcript.revision
    row = Transcript(
        public_id=transcript.id,
        testimony_id=testimony_id,
        kind="original" if transcript.language is None else "translation",
        language=transcript.language,
    )
    session.add(row)
    session.flush()
    revision = Revision(
        transcript_id=row.id,
        number=said.number,
        status=said.status,
        author=said.author,
        note=f"{SECRET} note",
        created_at=STATED,
    )
    session.add(revision)
    session.flush()
    for segment in said.segments:
        run = _run(session, recordings, segment.recording, runs) if segment.machine else None
        added = Segment(
            public_id=segment.id,
            transcript_id=row.id,
            recording_id=None if segment.recording is None else recordings[segment.recording].id,
            start_ms=segment.start_ms,
            end_ms=segment.end_ms,
            person_id=None if segment.speaker is None else people[segment.speaker],
            speaker_label=segment.label,
            language=segment.language,
            recognition_id=None if run is None else run.id,
            text=segment.text,
            words=_packed(segment),
        )
        session.add(added)
        session.flush()
        session.add(
            RevisionSegment(
                revision_id=revision.id,
                segment_id=added.id,
                position=segment.position,
                checked=segment.checked,
            )
        )


def _packed(segment: worlds.Segment) -> bytes:
    if not segment.timed:
        return b""
    return pack_words(Word(w.text, w.offset, w.start_ms, w.end_ms, 0.9) for w in segment.words)


def _run(
    session: Session, recordings: dict[int, Recording], number: int | None, runs: dict[int, Recognition]
) -> Recognition:
    assert number is not None
    if number not in runs:
        runs[number] = Recognition(
            file_id=recordings[number].files[0].id,
            engine="faster-whisper",
            engine_version="1.2.1",
            model=f"base-{number}",
            parameters={"of": SECRET},
            language="en",
            language_given=True,
            plan=[[0, 1000]],
            flags=[{"reason": SECRET}],
            windows=[
                RecognitionWindow(
                    number=1,
                    start_ms=0,
                    end_ms=1000,
                    result=compress(f'{{"text": "{SECRET}"}}'.encode()),
                    finished_at=NOW,
                )
            ],
        )
        session.add(runs[number])
        session.flush()
    return runs[number]


def state(session: Session, testimony: worlds.Testimony, now: datetime) -> None:
    """Say on a testimony what its world says on it, in that order."""
    row = testimonies.find(session, testimony.id)
    assert row is not None
    ids: dict[object, int] = {
        **{each.number: each.id for each in row.recordings},
        **{each.public_id: each.id for each in (*row.transcripts, *row.chapters, *row.clips)},
    }
    for said in testimony.statements:
        statement = NewStatement(
            level=said.level,
            subject=said.subject,
            subject_id=None if said.thing is None else ids[said.thing],
            stretch=said.stretch,
            begins_at=said.begins_at,
            ends_at=said.ends_at,
            reason=f"{SECRET} reason",
            notice=said.notice,
        )
        access.state(session, row, [statement], said_by=f"{SECRET} archivist", now=now)
