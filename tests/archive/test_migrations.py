"""The newest migration makes exactly the tables that the models describe, and keeps the rows that are
there."""

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from archive.database import open_engine, reading
from archive.errors import Conflict
from archive.migrations import is_current, newest, upgrade
from archive.migrations.upgrading import configuration, drift
from archive.models import Derivative, OutboxEntry, Testimony
from archive.queries import copies, preserved, testimonies
from archive.queries.texts import content_of
from archive.store import Known
from tests.databases import check_whole, settings_of, sqlite_alone

MOMENT = "2026-01-27 12:00:00.000000"


@pytest.mark.slow
def test_no_drift(tmp_path: Path) -> None:
    engine = open_engine(settings_of(tmp_path))
    upgrade(engine)
    upgrade(engine)
    with engine.connect() as connection:
        assert drift(connection) == []
    engine.dispose()


def test_the_newest_is_alembics_head() -> None:
    assert newest() == ScriptDirectory.from_config(configuration()).get_current_head()


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    engine = open_engine(settings_of(tmp_path))
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Conflict, match="schema 9999, which this version does not know: it is newer"):
        upgrade(engine)
    engine.dispose()


@sqlite_alone("the queue's release is asked there")
def test_what_is_current_needs_no_alembic(tmp_path: Path) -> None:
    """Nor the queue of another database: both take longer to load than a short command to answer."""
    engine = open_engine(settings_of(tmp_path))
    upgrade(engine)
    engine.dispose()
    asked = (
        "import sys; from pathlib import Path; from archive.database import open_engine;"
        "from archive.migrations import upgrade; from archive.settings import Settings;"
        "upgrade(open_engine(Settings(home=Path(sys.argv[1]))));"
        "print({'alembic', 'procrastinate'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", asked, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"


@pytest.mark.slow
def test_captions_and_files_of_the_first_house_are_carried_over(tmp_path: Path) -> None:
    engine = open_engine(settings_of(tmp_path))
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
    check_whole(tmp_path)
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
    engine = open_engine(settings_of(tmp_path))
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


def test_derivatives_that_are_there_stay_as_copies_of_the_whole(tmp_path: Path) -> None:
    engine = open_engine(settings_of(tmp_path))
    with engine.begin() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    with engine.begin() as connection:
        tables = MetaData()
        tables.reflect(connection)
        rows: dict[str, dict[str, object]] = {
            "collection": {"slug": "weather", "name": "Weather", "machine_text": "open"},
            "testimony": {
                **{name: [] for name in ("years", "languages", "places", "subjects")},
                **{"public_id": "t", "collection_id": 1, "kind": "interview", "description": {}},
                **{"change_number": 0, "version": 1},
            },
            "recording": {"public_id": "r", "testimony_id": 1, "number": 1},
            "file": {
                **{"public_id": "f", "recording_id": 1, "current": True, "sha512": "", "sha256": ""},
                **{"size": 1, "media_type": "audio/wav", "duration_ms": 1, "video": False, "probe": {}},
                **{"offset_ms": 0, "original_name": "", "source": ""},
            },
            "derivative": {"file_id": 1, "kind": "playback", "path": "t/f.m4a", "media_type": "", "size": 1},
        }
        for name, values in rows.items():
            dated = {"created_at": datetime(2026, 1, 27)} if "created_at" in tables.tables[name].c else {}  # noqa: DTZ001 - as the column has it
            connection.execute(insert(tables.tables[name]).values(**values, **dated))
    upgrade(engine)
    with Session(engine) as session:
        (row,) = session.scalars(select(Derivative))
        assert (row.path, row.closed) == ("t/f.m4a", "")
        assert copies.due(session, row.created_at, 10) == [1]  # was never looked at
        session.add(Derivative(file_id=1, kind="playback", closed="1-", media_type="", size=1))
        session.commit()
        session.add(Derivative(file_id=1, kind="playback", closed="1-", media_type="", size=1))
        with pytest.raises(IntegrityError):
            session.commit()
    engine.dispose()


def test_testimonies_with_an_object_are_known_to_have_one(tmp_path: Path) -> None:
    """Of an earlier version: one with an original in the store, one that was carried there, and one that yet
    has to be."""
    engine = open_engine(settings_of(tmp_path))
    with engine.begin() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "0009")
        connection.execute(
            text(
                "INSERT INTO collection (id, slug, name, machine_text, created_at)"
                " VALUES (1, 'weather', 'Weather', 'open', '2026-01-27 12:00:00')"
            )
        )
        for number in (1, 2, 3):
            connection.execute(
                text(
                    "INSERT INTO testimony (id, collection_id, kind, years, languages, places, subjects,"
                    " description, change_number, version, public_id, created_at)"
                    " VALUES (:n, 1, 'interview', '[]', '[]', '[]', '[]', '{}', 7, 3, :id,"
                    " '2026-01-27 12:00:00')"
                ),
                {"n": number, "id": f"bcdfgh234{number}"},
            )
        for number in (1, 3):
            connection.execute(
                text(
                    "INSERT INTO outbox (testimony_id, destination, number, closing, created_at)"
                    " VALUES (:n, 'store', 7, false, '2026-01-27 12:00:00')"
                ),
                {"n": number},
            )
        connection.execute(
            text(
                "INSERT INTO recording (id, testimony_id, number, public_id, created_at)"
                " VALUES (1, 1, 1, 'rrrrrrrrrr', '2026-01-27 12:00:00')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO file (recording_id, current, sha512, sha256, size, media_type, duration_ms,"
                " video, probe, offset_ms, original_name, source, public_id, stored_path, created_at)"
                " VALUES (1, true, 'x', 'x', 1, 'audio/mp4', 1, false, '{}', 0, 'a', '', 'ffffffffff',"
                " 'files/a.bin', '2026-01-27 12:00:00')"
            )
        )
    upgrade(engine)
    with reading(engine) as session:
        found = [preserved.known(session, testimony_id) for testimony_id in (1, 2, 3)]
    assert found == [Known.OBJECT, Known.OBJECT, Known.STORE]
    engine.dispose()
