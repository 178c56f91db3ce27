"""The newest migration makes exactly the tables that the models describe."""

from pathlib import Path

from alembic import command

from archive.database import open_engine, reading
from archive.migrations import configuration, drift, is_current, upgrade
from archive.models import OutboxEntry, Testimony
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
