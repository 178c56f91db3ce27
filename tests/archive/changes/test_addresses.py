"""Addresses of before: taken over, led on to another, brought back from two objects that both name one."""

from sqlalchemy import select

from archive.changes.addresses import NewAddress, bring_back_addresses, take_over
from archive.database import reading, writing
from archive.models import OldAddress
from archive.queries import testimonies
from archive.queries.descriptors import describe
from tests.archives import SmallArchive


def led(archive: SmallArchive) -> dict[str, str]:
    with reading(archive.engine) as session:
        rows = session.scalars(select(OldAddress))
        ids = {row.id: row.public_id for row in testimonies.load(session, [row.testimony_id for row in rows])}
        return {row.address: ids[row.testimony_id] for row in session.scalars(select(OldAddress))}


def test_the_later_word_counts_where_two_objects_name_an_address(archive: SmallArchive) -> None:
    first, second = archive.add("Rain", [["It rained."]]), archive.add("Sun", [["The sun came."]])
    described = []
    for public_id in (first, second):
        with writing(archive.engine) as session:
            row = testimonies.find(session, public_id)
            assert row is not None
            take_over(session, [NewAddress("/i.php?id=1", row)], said_by="test")
        with reading(archive.engine) as session:
            row = testimonies.find(session, public_id)
            assert row is not None
            described.append(describe(session, row))
    assert led(archive) == {"/i.php?id=1": second}
    assert [len(each.old_addresses) for each in described] == [1, 1]
    assert described[0].old_addresses[0].created_at < described[1].old_addresses[0].created_at
    for order in ((0, 1), (1, 0)):
        with writing(archive.engine) as session:
            for row in session.scalars(select(OldAddress)):
                session.delete(row)
            session.flush()
            for which in order:
                row = testimonies.find(session, (first, second)[which])
                assert row is not None
                bring_back_addresses(session, row, described[which])
        assert led(archive) == {"/i.php?id=1": second}
