import pytest

from archive.access import PUBLIC
from archive.changes.collections import NewRules, change, find_or_make
from archive.database import reading, writing
from archive.errors import Conflict
from archive.models import Event, OutboxEntry
from archive.queries import collections, outbox, readings
from archive.reading import Reading
from tests.archives import NOW, SmallArchive


def say(archive: SmallArchive, slug: str, **rules: str) -> list[int]:
    with writing(archive.engine) as session:
        found = collections.find_named(session, slug)
        assert found is not None
        return change(session, found, NewRules(**rules), said_by="The archivist")


def settled(archive: SmallArchive) -> None:
    with writing(archive.engine) as session:
        session.query(OutboxEntry).delete()


def copied(archive: SmallArchive, public_id: str) -> bool:
    """Whether the public may take the text away."""
    with reading(archive.engine) as session:
        found = readings.read_public_id(session, public_id, PUBLIC, "download", NOW)
        return isinstance(found, Reading) and bool(found.streams)


def test_machine_text_that_is_for_less_is_closed_at_once(archive: SmallArchive) -> None:
    archive.collection("weather", "Weather")
    ids = [archive.add(title, [["It rained."]], collection="weather") for title in ("Rain", "Snow")]
    archive.add("Bread", [["It rose."]], collection="south")
    settled(archive)
    assert copied(archive, ids[0])
    assert len(say(archive, "weather", machine_text="listen")) == 2
    assert not copied(archive, ids[0])
    with reading(archive.engine) as session:
        assert len(outbox.closing(session, "index")) == len(outbox.closing(session, "store")) == 2
        told = session.query(Event).filter(Event.kind == "collection change").all()
        assert [(event.agent, event.detail) for event in told] == [
            ("The archivist", {"changed": {"machine_text": ["open", "listen"]}})
        ] * 2


def test_machine_text_that_is_for_more_closes_nothing(archive: SmallArchive) -> None:
    archive.collection("weather", "Weather", machine_text="staff")
    public_id = archive.add("Rain", [["It rained."]], collection="weather")
    settled(archive)
    say(archive, "weather", machine_text="open")
    assert copied(archive, public_id)
    with reading(archive.engine) as session:
        assert outbox.closing(session, "index") == set()
        assert outbox.count(session, "index") == 1


def test_a_name_is_changed_and_the_address_stays(archive: SmallArchive) -> None:
    archive.collection("weather", "Weather")
    archive.add("Rain", [["It rained."]], collection="weather")
    say(archive, "weather", name="Weather reports", description="On rain.", depositor="The town")
    with reading(archive.engine) as session:
        ((row, count),) = collections.list_all(session)
        assert (row.slug, row.name, row.description, row.depositor, count) == (
            "weather",
            "Weather reports",
            "On rain.",
            "The town",
            1,
        )
    say(archive, "weather", description="")
    with reading(archive.engine) as session:
        ((row, _),) = collections.list_all(session)
        assert (row.description, row.depositor) == (None, "The town")


def test_what_is_so_already_changes_nothing(archive: SmallArchive) -> None:
    archive.collection("weather", "Weather")
    archive.add("Rain", [["It rained."]], collection="weather")
    settled(archive)
    assert say(archive, "weather", name="Weather", machine_text="open", description="") == []
    with reading(archive.engine) as session:
        assert outbox.count(session, "index") == outbox.count(session, "store") == 0


@pytest.mark.parametrize("name", ["Bread", " bread ", "", "\n"])
def test_two_of_one_name_are_refused(archive: SmallArchive, name: str) -> None:
    with writing(archive.engine) as session:
        find_or_make(session, "Weather")
        find_or_make(session, "Bread")
    with pytest.raises(Conflict):
        say(archive, "weather", name=name)
