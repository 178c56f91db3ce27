"""The newest migration makes exactly the tables that the models describe."""

from pathlib import Path

from archive.database import open_engine
from archive.migrations import drift, upgrade
from archive.settings import Settings


def test_no_drift(tmp_path: Path) -> None:
    engine = open_engine(Settings(home=tmp_path))
    upgrade(engine)
    upgrade(engine)
    with engine.connect() as connection:
        assert drift(connection) == []
    engine.dispose()
