"""The newest migration makes exactly the tables that the models describe, and keeps the rows that are
there."""

import json
from pathlib import Path

from alembic import command
from sqlalchemy import text

from archive.database import open_engine, reading
from archive.migrations import configuration, drift, is_current, upgrade
from archive.models import OutboxEntry, Testimony
from archive.queries import testimonies
from archive.queries.texts import content_of
from archive.settings import Settings

MOMENT = "2026-01-27 12:00:00.000000"


def test_no_drift(tmp_path: Path) -> None:
    engine = open_engine(Settings(home=tmp_path))
    upgrade(engine)
    upgrade(engine)
    with engine.connect() as connection:
        assert drift(connection) == []
    engine.dispose()


def test_captions_and_files_of_the_first_house_are_carried_over(tmp_path: Path) -> None:
    engine = open_engine(Settings(home=tmp_path))
    with engine.begin() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for table, row in FIRST_HOUSE:
            row = row | {"created_at": MOMENT, "id": row.get("id", 1)}
            names, places = ", ".join(row), ", ".join(f":{name}" for name in row)
            statement = f"INSERT INTO {table} ({names}) VALUES ({places})"  # noqa: S608 - names of ours
            connection.execute(text(statement), row)
    upgrade(engine)
    with reading(engine) as session:
        row = testimonies.find(session, "aaaaaaaaaa")
        assert row is not None
        first, second = row.texts
        assert (first.public_id, first.kind, first.language, first.runs_over) == (
            "cccccccccc",
            "original",
            None,
            [[3, 0]],
        )
        assert first.published_at is not None
        assert content_of(session, first).decode() == "WEBVTT ł"
        assert (second.translation, second.author, second.published_at) == ("de", "A translator", None)
        (file,) = row.recordings[0].files
        assert (file.current, file.current_since) == (True, file.created_at)
        assert row.recordings[0].awaited_files == []
    with engine.connect() as connection:
        assert drift(connection) == []
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
    engine.dispose()


_CAPTIONS = {"recording_id": 1, "text": "WEBVTT ł", "sha256": "x"}
FIRST_HOUSE = (
    ("collection", {"slug": "w", "name": "Weather", "machine_text": "open"}),
    (
        "testimony",
        {"collection_id": 1, "kind": "interview", "change_number": 0, "version": 1, "public_id": "aaaaaaaaaa"}
        | dict.fromkeys(("years", "languages", "places", "subjects"), "[]")
        | {"description": "{}"},
    ),
    ("recording", {"testimony_id": 1, "number": 3, "public_id": "bbbbbbbbbb"}),
    (
        "file",
        {
            "recording_id": 1,
            "current": True,
            "sha512": "x",
            "sha256": "x",
            "size": 1,
            "media_type": "audio/mp4",
        }
        | {"duration_ms": 1, "video": False, "probe": json.dumps({}), "offset_ms": 0, "original_name": "a"}
        | {"source": "", "public_id": "ffffffffff"},
    ),
    ("captions", _CAPTIONS | {"public_id": "cccccccccc", "author": "A typist", "published_at": MOMENT}),
    (
        "captions",
        _CAPTIONS | {"id": 2, "public_id": "dddddddddd", "author": "A translator", "language": "de"},
    ),
    ("transcript", {"testimony_id": 1, "kind": "original", "public_id": "tttttttttt"}),
    (
        "segment",
        {"transcript_id": 1, "recording_id": 1, "start_ms": 0, "end_ms": 1, "language": "en", "text": "Rain."}
        | {"words": b"", "public_id": "ssssssssss"},
    ),
)


def test_an_archive_of_the_first_schema_keeps_its_rows_and_gets_fuller_descriptors(tmp_path: Path) -> None:
    engine = open_engine(Settings(home=tmp_path))
    with engine.begin() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql(
            "INSERT INTO collection VALUES"
            " ('weather', 'Weather', NULL, NULL, 'open', '2026-01-27 12:00:00', 1)"
        )
        connection.exec_driver_sql(
            "INSERT INTO testimony (id, collection_id, kind, years, languages, places, subjects, description,"
            " change_number, version, public_id, created_at, title)"
            " VALUES (1, 1, 'interview', '[]', '[]', '[]', '[]', '{}', 7, 3,"
            " 'bcdfgh2345', '2026-01-27 12:00:00', 'Weather')"
        )
    assert not is_current(engine)
    upgrade(engine)
    assert is_current(engine)
    with reading(engine) as session:
        (row,) = session.query(Testimony)
        assert (row.title, row.change_number, row.unconfirmed_since) == ("Weather", 7, None)
        (waiting,) = session.query(OutboxEntry)
        assert (waiting.destination, waiting.number, waiting.closing) == ("store", 7, False)
        assert waiting.created_at.year >= 2026
    engine.dispose()
