"""How far recordings have come, as all of them are asked for and one by one."""

from pathlib import Path

import pytest

from archive.changes.access import NewStatement
from archive.database import reading, writing
from archive.models import Derivative, Recording
from archive.queries.progress import progress
from tests.archives import SmallArchive


@pytest.mark.parametrize("what", ["whole", "partly closed", "without a copy", "closed and opened again"])
def test_a_missing_copy_is_seen_whether_or_not_it_is_asked_for(tmp_path: Path, what: str) -> None:
    archive = SmallArchive(tmp_path / "archive")
    public_id = archive.add("Weather", [["It rained."]])
    stretch = (1, 0, 500)
    if what in ("partly closed", "closed and opened again"):
        archive.state(public_id, NewStatement("restricted", stretch=stretch))
    if what == "closed and opened again":
        archive.state(public_id, NewStatement("public", stretch=stretch))
    if what == "without a copy":
        with writing(archive.engine) as session:
            session.query(Derivative).delete()
    with reading(archive.engine) as session:
        every = [row.id for row in session.query(Recording)]
        told = progress(session)
        assert told == progress(session, every)
    missing = what in ("partly closed", "without a copy")
    assert [each.step == "playback copy" for each in told] == [missing]
    archive.close()
