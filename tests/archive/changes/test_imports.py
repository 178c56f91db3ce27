"""Imports and their undoing: all or nothing, and nothing that came since is overwritten."""

from dataclasses import replace
from pathlib import Path

import pytest

from archive.access import PUBLIC, visible
from archive.changes.access import NewStatement
from archive.database import reading, writing
from archive.errors import Conflict, NotFound
from archive.models import DescriptionImport, OutboxEntry
from archive.queries import descriptors, history, outbox, testimonies
from archive.queries.history import Change
from tests.archives import SmallArchive
from tests.tables import LATER, bring, describe, export, save, stands, undo


def is_open(archive: SmallArchive, public_id: str) -> bool:
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        return visible(PUBLIC, row, "read", LATER).described


def told(archive: SmallArchive, public_id: str) -> list[Change]:
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        return history.history(session, row)


@pytest.fixture
def public_id(archive: SmallArchive) -> str:
    public_id = archive.add("Bread", [["It rained."]], level=None)
    describe(archive, public_id, title="Bread", access="public", places=["Łódź"])
    with writing(archive.engine) as session:
        session.query(OutboxEntry).delete()
    return public_id


@pytest.mark.slow
def test_an_import_closes_is_told_and_undone(archive: SmallArchive, public_id: str, tmp_path: Path) -> None:
    before = stands(archive, public_id)
    rows = export(archive, public_id)
    rows[0] |= {"title": "Bread in a bakery", "access": "restricted; reason: asked for"}
    done = bring(archive, save(tmp_path / "edited.csv", rows))
    assert [(change.field, change.effects) for change in done.changes] == [
        ("title", ()),
        ("access", ("closes",)),
    ]
    assert done.closing == (archive.row_id(public_id),)
    assert not is_open(archive, public_id)
    with reading(archive.engine) as session:
        assert outbox.closing(session, "index") == {archive.row_id(public_id)}
    after = stands(archive, public_id)
    undone = undo(archive, done)
    assert [change.effects for change in undone.changes if change.field == "access"] == [("opens",)]
    assert stands(archive, public_id) == before
    assert is_open(archive, public_id)
    # The undoing is an import, and can be undone.
    again = undo(archive, undone)
    assert stands(archive, public_id) == after
    assert [change.effects for change in again.changes if change.field == "access"] == [("closes",)]


def test_what_was_undone_is_not_undone_twice(archive: SmallArchive, public_id: str, tmp_path: Path) -> None:
    rows = export(archive, public_id)
    rows[0]["title"] = "Weather"
    done = bring(archive, save(tmp_path / "edited.csv", rows))
    undone = undo(archive, done)
    with pytest.raises(Conflict, match=f"was undone already, by import {undone.id}"):
        undo(archive, done)
    undo(archive, undone)
    undo(archive, done)
    assert stands(archive, public_id)["title"] == "Bread"


def test_what_was_changed_since_is_a_conflict_and_all_stays(
    archive: SmallArchive, public_id: str, tmp_path: Path
) -> None:
    other = archive.add("Weather", [["Snow fell."]])
    rows = export(archive, public_id, other)
    rows[0] |= {"title": "Bread in a bakery", "access": "restricted"}
    rows[1]["title"] = "Snow"
    rows[1]["summary"] = "One line."
    done = bring(archive, save(tmp_path / "edited.csv", rows))
    describe(archive, other, title="Rain", summary="It rained.\n\nAll day.")
    archive.state(public_id, NewStatement("withdrawn"))
    with pytest.raises(Conflict) as caught:
        undo(archive, done)
    assert str(caught.value).splitlines() == [
        f"import {done.id} cannot be undone:",
        f"{public_id}: access: changed again since by test on 2026-01-27",
        f"{other}: title: changed again since by sidecar on 2026-01-27; it is 'Rain' now",
        f"{other}: summary: changed again since by sidecar on 2026-01-27; it is 'It rained. / All day.' now",
    ]
    assert stands(archive, public_id)["title"] == "Bread in a bakery"


def test_a_statement_on_another_place_is_no_conflict(
    archive: SmallArchive, public_id: str, tmp_path: Path
) -> None:
    rows = export(archive, public_id)
    rows[0]["access"] = "registered"
    done = bring(archive, save(tmp_path / "edited.csv", rows))
    archive.close_stretch(public_id, 0, 100)
    undo(archive, done)
    assert [said["level"] for said in stands(archive, public_id)["access"]] == ["restricted", "public"]


def test_what_a_description_said_is_its_own_again(
    archive: SmallArchive, public_id: str, tmp_path: Path
) -> None:
    """After an import is undone, the sidecar can change access as if nothing had been."""
    rows = export(archive, public_id)
    rows[0]["access"] = "restricted"
    undo(archive, bring(archive, save(tmp_path / "edited.csv", rows)))
    describe(archive, public_id, title="Bread", access="reading room", places=["Łódź"])
    assert [said["level"] for said in stands(archive, public_id)["access"]] == ["reading room"]


def test_nothing_to_change_makes_no_import(archive: SmallArchive, public_id: str, tmp_path: Path) -> None:
    assert bring(archive, save(tmp_path / "same.csv", export(archive, public_id))).id is None
    with reading(archive.engine) as session:
        assert session.query(DescriptionImport).count() == 0
    with pytest.raises(NotFound, match="no import has the id nothing"):
        undo(archive, replace(bring(archive, tmp_path / "same.csv"), id="nothing"))


@pytest.mark.slow
def test_from_a_day_on(archive: SmallArchive, public_id: str, tmp_path: Path) -> None:
    rows = export(archive, public_id)
    rows[0]["access"] = "public; until: 2031-01-27\npublic; from: 2032-01-27"
    (change,) = bring(archive, save(tmp_path / "edited.csv", rows)).changes
    assert change.effects == ("closes from 2031-01-27",)


def test_another_collection_is_made_and_told(archive: SmallArchive, public_id: str, tmp_path: Path) -> None:
    rows = export(archive, public_id)
    rows[0]["collection"] = "Bakeries"
    (change,) = bring(archive, save(tmp_path / "edited.csv", rows)).changes
    assert (change.before, change.after) == ("Weather reports", "Bakeries")


def test_the_history_tells_who_and_from_what_to_what(
    archive: SmallArchive, public_id: str, tmp_path: Path
) -> None:
    rows = export(archive, public_id)
    rows[0] |= {"title": "Rain", "access": "restricted"}
    done = bring(archive, save(tmp_path / "edited.csv", rows))
    undone = undo(archive, done)
    changes = told(archive, public_id)
    assert [
        (each.agent, each.field, each.before, each.after) for each in changes if each.field == "title"
    ] == [
        ("The archivist", "title", "Bread", "Rain"),
        ("The archivist", "title", "Rain", "Bread"),
    ]
    assert [(each.part_of, each.undoes) for each in changes][-1] == (undone.id, done.id)
    statements = [(each.before, each.after) for each in changes if each.field == "access"]
    assert statements[1] == (
        [{"level": "public", "by": "sidecar"}],
        [{"level": "restricted", "by": "The archivist"}],
    )


def test_the_history_is_in_the_store(archive: SmallArchive, public_id: str, tmp_path: Path) -> None:
    rows = export(archive, public_id)
    rows[0]["title"] = "Rain"
    done = bring(archive, save(tmp_path / "edited.csv", rows))
    undone = undo(archive, done)
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        descriptor = descriptors.describe(session, row)
    assert [(each.public_id, each.undoes) for each in descriptor.imports] == [
        (done.id, None),
        (undone.id, done.id),
    ]
    assert [
        (each.number, each.field, each.before, each.after, each.import_public_id)
        for each in descriptor.changes
        if each.field == "title"
    ][-2:] == [
        (descriptor.changes[-2].number, "title", "Bread", "Rain", done.id),
        (descriptor.changes[-1].number, "title", "Rain", "Bread", undone.id),
    ]
    assert [each.number for each in descriptor.changes] == list(range(1, len(descriptor.changes) + 1))


def test_an_undoing_confirms_no_access_that_came_back_from_the_store(
    archive: SmallArchive, public_id: str, tmp_path: Path
) -> None:
    rows = export(archive, public_id)
    rows[0]["access"] = "restricted; reason: asked for"
    done = bring(archive, save(tmp_path / "edited.csv", rows))
    with writing(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        row.unconfirmed_since = LATER
    undo(archive, done)
    assert not is_open(archive, public_id)
