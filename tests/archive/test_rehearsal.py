"""A dry run tells, and changes nothing."""

from pathlib import Path

import pytest
from sqlalchemy import text

from archive.database import reading, writing
from archive.errors import Conflict
from archive.models import Testimony
from archive.queries import testimonies
from archive.rehearsal import open_unchanged, rehearsing
from tests.archives import SmallArchive
from tests.databases import settings_of


def test_nothing_of_it_stays(archive: SmallArchive) -> None:
    public_id = archive.add("Bread", [["It rained."]])
    with rehearsing(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        row.title = "Rain"
        session.flush()
        with session.begin_nested():
            session.execute(text("DELETE FROM access_statement"))
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        assert (row.title, len(row.statements)) == ("Bread", 1)


def test_where_there_is_no_archive_none_is_made(tmp_path: Path) -> None:
    engine = open_unchanged(settings_of(tmp_path / "archive"))
    with rehearsing(engine) as session:
        assert session.query(Testimony).count() == 0
    engine.dispose()
    assert list(tmp_path.iterdir()) == []


def test_an_older_database_is_left_as_it_is(archive: SmallArchive) -> None:
    with writing(archive.engine) as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    archive.close()
    with pytest.raises(Conflict, match="a dry run changes nothing"):
        open_unchanged(archive.settings)
