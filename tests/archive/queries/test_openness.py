"""What a change opens and closes, for whom it does anything, and from when."""

from datetime import UTC, datetime

import pytest

from archive.changes.access import NewStatement
from archive.database import reading
from archive.queries import testimonies
from archive.queries.openness import Openness, effects, openness
from tests.archives import NOW, SmallArchive

LATER = datetime(2031, 1, 27, tzinfo=UTC)


def stands(archive: SmallArchive, public_id: str) -> Openness:
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        return openness(row, [LATER, NOW])


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (NewStatement("public"), ()),
        (NewStatement("registered"), ("closes",)),
        (NewStatement("public", ends_at=LATER), ("closes from 2031-01-27",)),
        (NewStatement("restricted", stretch=(1, 0, 100)), ("closes",)),
        (NewStatement("restricted", stretch=(1, 0, 100), begins_at=LATER), ("closes from 2031-01-27",)),
    ],
)
def test_closings(archive: SmallArchive, statement: NewStatement, expected: tuple[str, ...]) -> None:
    public_id = archive.add("Bread", [["It rained."]])
    before = stands(archive, public_id)
    archive.state(public_id, statement)
    assert effects(before, stands(archive, public_id)) == expected
    opened = tuple(effect.replace("closes", "opens") for effect in expected)
    assert effects(stands(archive, public_id), before) == opened


def test_one_stretch_for_another_opens_and_closes(archive: SmallArchive) -> None:
    public_id = archive.add("Bread", [["It rained."]])
    archive.close_stretch(public_id, 0, 100)
    before = stands(archive, public_id)
    archive.close_stretch(public_id, 200, 300)
    archive.close_stretch(public_id, 0, 100, level="public")
    assert effects(before, stands(archive, public_id)) == ("opens", "closes")
