"""A small archive on disk for tests: real database, real store, neutral texts.

    archive = SmallArchive(tmp_path)
    id = archive.add("Weather in the north", [["It rained in Łódź.", "Then the sun came."]])

Each list of texts is one recording; each text one segment. Words last 400 ms, 100 ms apart; segments begin
1,000 ms apart from the end of the one before, the first at 0.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from sqlalchemy.orm import Session

from archive.changes import access, transcripts
from archive.changes.access import NewStatement
from archive.changes.transcripts import NewSegment
from archive.database import open_engine, reading, writing
from archive.models import Collection, Derivative, File, Person, Recognition, Recording, Role, Testimony
from archive.queries import testimonies
from archive.reading import Word
from archive.settings import Settings
from archive.store import StoredFile, create_store
from ingest.publication import publish_texts
from tests import databases

NOW = datetime(2026, 1, 27, 12, tzinfo=UTC)
WORD_MS = 400
PAUSE_MS = 100
SEGMENT_PAUSE_MS = 1000
UNSURE = "perhaps"
"""The one word of which the machine of these archives is not sure."""


def spoken(
    texts: Sequence[str], language: str, speaker: str | None = None, *, timed: bool = True
) -> list[NewSegment]:
    """Segments with evenly timed words."""
    segments = []
    at = 0
    for text in texts:
        start, offset, words = at, 0, []
        for part in text.split():
            offset = text.index(part, offset)
            words.append(Word(part, offset, at, at + WORD_MS, 0.2 if part == UNSURE else 0.9))
            offset += len(part)
            at += WORD_MS + PAUSE_MS
        end = at - PAUSE_MS
        segments.append(
            NewSegment(start, end, language, text, tuple(words) if timed else (), speaker_label=speaker)
        )
        at = end + SEGMENT_PAUSE_MS
    return segments


class SmallArchive:
    """An archive in a folder, with `settings`, `engine` and `store` as the programs have them. One that is
    there already is opened with `fresh=False`; `database` is another than this run's (`tests.databases`).
    Further settings by their names."""

    def __init__(
        self, home: Path, *, fresh: bool = True, database: str | None = None, **settings: Any
    ) -> None:
        if fresh:
            databases.migrate(home, database)
        self.settings = Settings(**databases.settings_of(home, database).model_dump() | settings)
        self.engine = open_engine(self.settings)
        self.store = create_store(self.settings)

    @classmethod
    def reopened(cls, home: Path) -> Self:
        """The archive that is in a folder already."""
        return cls(home, fresh=False)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def collection(
        self, slug: str = "weather", name: str = "Weather reports", machine_text: str = "open"
    ) -> int:
        """Make a collection, or give the one of that slug."""
        with writing(self.engine) as session:
            row = session.query(Collection).filter_by(slug=slug).one_or_none()
            if row is None:
                row = Collection(slug=slug, name=name, machine_text=machine_text)
                session.add(row)
                session.flush()
            return row.id

    def add(
        self,
        title: str | None,
        texts: Sequence[Sequence[str]],
        *,
        language: str = "en",
        level: str | None = "public",
        person: bool = False,
        timed: bool = True,
        translation: Sequence[Sequence[str]] = (),
        translation_language: str = "de",
        people: Sequence[tuple[str, str | None]] = (("interviewee", None),),
        collection: str = "weather",
        accession_number: str | None = None,
        kind: str = "interview",
        date: str | None = "1996",
        years: Sequence[int] = (1996,),
        places: Sequence[str] = (),
        subjects: Sequence[str] = (),
        languages: Sequence[str] | None = None,
        summary: str | None = None,
        rights: str | None = None,
        description: dict[str, Any] | None = None,
        media: Path | None = None,
        media_type: str = "audio/mp4",
        video: bool = False,
        published_at: datetime = NOW,
    ) -> str:
        """Add a published testimony; returns its public id. `person`: a person wrote the text, no machine."""
        collection_id = self.collection(collection)
        content = media.read_bytes() if media else (title or "untitled").encode()
        with writing(self.engine) as session:
            row = Testimony(
                collection_id=collection_id,
                accession_number=accession_number,
                title=title,
                kind=kind,
                date=date,
                years=list(years),
                summary=summary,
                languages=list(languages if languages is not None else [language]),
                places=list(places),
                subjects=list(subjects),
                rights=rights,
                description=description or {},
                published_at=published_at,
                roles=[
                    Role(role=role, position=position, person=Person(names=[], published_name=name))
                    for position, (role, name) in enumerate(people)
                ],
            )
            session.add(row)
            session.flush()
            public_id = row.public_id
            for number, recording_texts in enumerate(texts, start=1):
                segments = spoken(recording_texts, language)
                stored_path = f"files/{number}.bin"
                session.add(
                    Recording(
                        testimony_id=row.id,
                        number=number,
                        files=[
                            File(
                                sha512=hashlib.sha512(content).hexdigest(),
                                sha256=hashlib.sha256(content).hexdigest(),
                                size=len(content),
                                media_type=media_type,
                                duration_ms=(segments[-1].end_ms if segments else 0) + SEGMENT_PAUSE_MS,
                                video=video,
                                probe={},
                                original_name=f"depositor's name {number}.bin",
                                source="",
                                stored_path=stored_path,
                                accessioned_at=NOW,
                                current_since=NOW,
                                derivatives=[
                                    Derivative(
                                        kind="playback",
                                        path=None,
                                        media_type=media_type,
                                        size=len(content),
                                        width=320 if video else None,
                                        height=180 if video else None,
                                    )
                                ],
                            )
                        ],
                    )
                )
                self.store.add(public_id, {stored_path: StoredFile(content)}, message="test", agent="test")
        with writing(self.engine) as session:
            loaded = testimonies.find(session, public_id)
            assert loaded is not None
            for recording, recording_texts in zip(loaded.recordings, texts, strict=True):
                segments = spoken(recording_texts, language, timed=timed)
                if person:
                    transcripts.publish_text(session, loaded, [(recording, segments)], author="An archivist")
                else:
                    transcripts.publish_machine(
                        session, loaded, recording, self._run(session, recording, language), segments, at=NOW
                    )
            if level is not None:
                access.state(session, loaded, [NewStatement(level)], said_by="test", now=NOW)
        if translation:
            self.translate(public_id, translation, translation_language)
        return public_id

    def _run(self, session: Session, recording: Recording, language: str) -> Recognition:
        run = Recognition(
            file_id=recording.current_file.id,
            engine="faster-whisper",
            engine_version="1.2.1",
            model="base",
            parameters={},
            language=language,
            language_probability=0.99,
            language_given=False,
            plan=[],
            flags=[],
            finished_at=NOW,
        )
        session.add(run)
        session.flush()
        return run

    def add_text(self, title: str, texts: Sequence[str], *, language: str = "en", **options: Any) -> str:
        """Add a published testimony that has a text and no recording; `options` as for `add`."""
        public_id = self.add(title, [], language=language, **options)
        with writing(self.engine) as session:
            row = testimonies.find(session, public_id)
            assert row is not None
            segments = [NewSegment(None, None, language, text) for text in texts]
            transcripts.publish_text(session, row, [(None, segments)], author="A typist")
        return public_id

    def translate(self, public_id: str, texts: Sequence[Sequence[str]], language: str) -> None:
        """Add a translation by a person, whole segments timed."""
        with writing(self.engine) as session:
            row = testimonies.find(session, public_id)
            assert row is not None
            for recording, recording_texts in zip(row.recordings, texts, strict=False):
                transcripts.publish_text(
                    session,
                    row,
                    [(recording, spoken(recording_texts, language, timed=False))],
                    author="A translator",
                    translation=language,
                )

    def close_stretch(
        self, public_id: str, start_ms: int, end_ms: int, *, recording: int = 1, level: str = "restricted"
    ) -> None:
        """Close a stretch of one recording."""
        self.state(public_id, NewStatement(level, stretch=(recording, start_ms, end_ms)))

    def state(self, public_id: str, statement: NewStatement) -> None:
        """State something about access."""
        with writing(self.engine) as session:
            row = testimonies.find(session, public_id)
            assert row is not None
            access.state(session, row, [statement], said_by="test", now=NOW)

    def finish(self, public_id: str) -> None:
        """Do to a registered testimony what the worker would, with neutral texts in place of recognition."""
        with writing(self.engine) as session:
            row = testimonies.find(session, public_id)
            assert row is not None
            for recording in row.recordings:
                file = recording.current_file
                if file.stored_path is None:
                    file.stored_path = f"files/{recording.number}.bin"
                    file.derivatives.append(
                        Derivative(kind="playback", path=None, media_type=file.media_type, size=file.size)
                    )
                    run = self._run(session, recording, "en")
                    transcripts.publish_machine(
                        session, row, recording, run, spoken(["It rained."], "en"), at=NOW
                    )
            publish_texts(session, row, NOW)
            row.published_at = row.published_at or NOW

    def row_id(self, public_id: str) -> int:
        """The row id of a testimony."""
        with reading(self.engine) as session:
            return self.row_id_in(session, public_id)

    def row_id_in(self, session: Session, public_id: str) -> int:
        """The row id of a testimony, in a session that is open."""
        row = testimonies.find(session, public_id)
        assert row is not None
        return row.id
