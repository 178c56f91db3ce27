"""The newest migration makes exactly the tables that the models describe."""

from datetime import datetime
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import MetaData, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from archive.database import open_engine, reading
from archive.migrations import configuration, drift, upgrade
from archive.models import Derivative, OutboxEntry, Testimony
from archive.queries import copies
from archive.settings import Settings


def test_no_drift(tmp_path: Path) -> None:
    engine = open_engine(Settings(home=tmp_path))
    upgrade(engine)
    upgrade(engine)
    with engine.connect() as connection:
        assert drift(connection) == []
    engine.dispose()


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
    upgrade(engine)
    with reading(engine) as session:
        (row,) = session.query(Testimony)
        assert (row.title, row.change_number, row.unconfirmed_since) == ("Weather", 7, None)
        (waiting,) = session.query(OutboxEntry)
        assert (waiting.destination, waiting.number, waiting.closing) == ("store", 7, False)
        assert waiting.created_at.year >= 2026
    engine.dispose()


def test_derivatives_that_are_there_stay_as_copies_of_the_whole(tmp_path: Path) -> None:
    engine = open_engine(Settings(home=tmp_path))
    with engine.begin() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
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
            connection.execute(insert(tables.tables[name]).values(id=1, **values, **dated))
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
