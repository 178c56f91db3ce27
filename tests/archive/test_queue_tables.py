"""The queue's tables on PostgreSQL: made by upgrade, kept up with procrastinate's releases, and no drift."""

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from procrastinate.schema import SchemaManager
from sqlalchemy import Engine, inspect

from archive.database import open_engine
from archive.migrations import is_current, upgrade
from archive.migrations.upgrading import drift
from archive.settings import Settings
from tests.servers import postgresql


@pytest.fixture
def engine() -> Iterator[Engine]:
    server, name = postgresql.server(), f"tables_{secrets.token_hex(8)}"
    server.create_migrated(name)
    engine = open_engine(Settings(database_url=server.url(name)))
    yield engine
    engine.dispose()
    server.drop(name)


def test_they_are_there_and_no_drift(engine: Engine) -> None:
    assert is_current(engine)
    assert "procrastinate_jobs" in inspect(engine).get_table_names()
    with engine.connect() as connection:
        assert drift(connection) == []


def test_a_table_that_nobody_described_is_drift_still(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE weather (id int)")
        assert len(drift(connection)) == 1


def test_a_later_release_changes_them_once(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = tmp_path / "migrations"
    shutil.copytree(SchemaManager.get_migrations_path(), later)
    (later / "99.00.00_01_pre_weather.sql").write_text(
        "ALTER TABLE procrastinate_workers ADD COLUMN weather text CHECK (weather LIKE '%');"
    )
    monkeypatch.setattr(SchemaManager, "get_migrations_path", lambda: str(later))
    assert not is_current(engine)
    upgrade(engine)
    upgrade(engine)
    assert is_current(engine)
    assert "weather" in {each["name"] for each in inspect(engine).get_columns("procrastinate_workers")}
    with engine.connect() as connection:
        assert drift(connection) == []
