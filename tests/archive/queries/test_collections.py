from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest

from archive.access import PUBLIC, STAFF, Viewer
from archive.changes.access import NewStatement
from archive.database import reading
from archive.queries import collections
from tests.archives import NOW, SmallArchive


@pytest.fixture
def small(tmp_path: Path) -> Iterator[SmallArchive]:
    made = SmallArchive(tmp_path / "archive")
    yield made
    made.close()


def titles(small: SmallArchive, viewer: Viewer = PUBLIC, slug: str | None = None) -> list[str]:
    with reading(small.engine) as session:
        return [found.title for found in collections.open_testimonies(session, viewer, NOW, slug=slug)]


def test_the_newest_come_first_and_those_of_one_moment_in_order(
    small: SmallArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collections, "_BATCH", 2)
    for number, days in enumerate((3, 1, 1, 1, 2)):
        small.add(f"Day {number}", [["Rain."]], published_at=NOW - timedelta(days=days))
    assert titles(small) == ["Day 3", "Day 2", "Day 1", "Day 4", "Day 0"]


@pytest.mark.slow
def test_whoever_asks_gets_what_the_gate_gives_them(small: SmallArchive) -> None:
    small.add("Open", [["Rain."]])
    small.add("Restricted", [["Rain."]], level="restricted")
    small.add("Nothing said", [["Rain."]], level=None)
    later = small.add("Later", [["Rain."]], level=None)
    small.state(later, NewStatement("public", begins_at=NOW + timedelta(days=1)))
    ended = small.add("Open again", [["Rain."]])
    small.state(ended, NewStatement("public", ends_at=None))
    withdrawn = small.add("Withdrawn", [["Rain."]])
    small.state(withdrawn, NewStatement("withdrawn"))
    noticed = small.add("Closed with a notice", [["Rain."]])
    small.state(noticed, NewStatement("reading room", notice="In the reading room."))
    assert set(titles(small)) == {"Open", "Open again"}
    assert set(titles(small, Viewer("reading room"))) == {"Open", "Open again", "Closed with a notice"}
    assert set(titles(small, STAFF)) == {
        "Open",
        "Open again",
        "Closed with a notice",
        "Restricted",
        "Nothing said",
        "Later",
    }


def test_one_collection_alone(small: SmallArchive) -> None:
    small.add("North", [["Rain."]])
    small.add("South", [["Sun."]], collection="south")
    assert titles(small, slug="south") == ["South"]
    assert titles(small, slug="nowhere") == []


def test_a_collection_without_anything_open_is_not_known(small: SmallArchive) -> None:
    small.add("North", [["Rain."]])
    small.add("Closed", [["Rain."]], collection="hidden", level="restricted")
    with reading(small.engine) as session:
        assert [row.slug for row in collections.open_collections(session, PUBLIC, NOW)] == ["weather"]
        assert len(collections.open_collections(session, STAFF, NOW)) == 2


def test_names_and_finding(small: SmallArchive) -> None:
    small.collection("south", "The south")
    small.add("Sun", [["Sun."]], collection="south")
    with reading(small.engine) as session:
        assert collections.names(session, ["south", "nowhere"]) == {"south": "The south"}
        assert collections.find(session, "nowhere", PUBLIC, NOW) is None
        found = collections.find(session, "south", PUBLIC, NOW)
    assert found is not None
    assert found.name == "The south"


def test_only_as_many_are_read_as_are_asked_for(small: SmallArchive) -> None:
    for number in range(3):
        small.add(f"Day {number}", [["Rain."]])
    with reading(small.engine) as session:
        assert len(list(islice(collections.open_testimonies(session, PUBLIC, NOW), 2))) == 2
