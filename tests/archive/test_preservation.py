"""What is in the store says everything that the database says."""

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from archive.changes.access import NewStatement
from archive.database import reading
from archive.errors import StoreError
from archive.preservation import preserve, preserve_waiting
from archive.queries import outbox
from archive.store import StoredFile, content, create_store
from schemas.descriptor import Descriptor, StoredRecognition, StoredRevision
from tests.archives import SmallArchive


def test_an_object_speaks_for_itself(archive: SmallArchive) -> None:
    public_id = archive.add(
        "Weather", [["It rained.", "Then the sun came."], ["Snow fell."]], accession_number="A/1"
    )
    assert preserve_waiting(archive.engine, archive.store) == 1
    descriptor = Descriptor.model_validate_json(archive.store.path(public_id, "descriptor.json").read_bytes())
    assert descriptor.accession_number == "A/1"
    assert [statement.level for statement in descriptor.statements] == ["public"]
    assert len({event.public_id for event in descriptor.events}) == len(descriptor.events) > 0
    (transcript,) = descriptor.transcripts
    stored = StoredRevision.model_validate_json(
        archive.store.path(public_id, transcript.revisions[-1].path).read_bytes()
    )
    assert [segment.text for segment in stored.segments] == ["It rained.", "Then the sun came.", "Snow fell."]
    assert stored.segments[0].words[1].start_ms == 500
    for run in descriptor.recognitions:
        StoredRecognition.model_validate_json(archive.store.path(public_id, run.path).read_bytes())
    for recording in descriptor.recordings:
        for file in recording.files:
            assert file.stored_path is not None
            assert archive.store.path(public_id, file.stored_path).stat().st_size == file.size


def test_nothing_waits_afterwards_and_a_later_change_is_carried_too(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained."]])
    preserve_waiting(archive.engine, archive.store)
    with reading(archive.engine) as session:
        assert outbox.count(session, "store") == 0
    archive.state(public_id, NewStatement("withdrawn", reason="asked by the family"))
    assert preserve_waiting(archive.engine, archive.store) == 1
    levels = [
        statement["level"]
        for statement in json.loads(archive.store.path(public_id, "descriptor.json").read_text())[
            "statements"
        ]
    ]
    assert levels == ["public", "withdrawn"]


def test_an_object_that_cannot_be_written_holds_up_no_other(archive: SmallArchive) -> None:
    damaged, whole = archive.add("Rain", [["It rained."]]), archive.add("Snow", [["Snow fell."]])
    (folder,) = (path.parent for path in archive.settings.store_folder.rglob(f"{damaged}/inventory.json"))
    for inventory in folder.rglob("inventory.json*"):
        inventory.chmod(0o644)
        inventory.write_text("torn")
    with pytest.raises(StoreError, match="1 objects"):
        preserve_waiting(archive.engine, archive.store)
    assert archive.store.path(whole, "descriptor.json").exists()
    with reading(archive.engine) as session:
        assert outbox.waiting(session, "store", 10) == [archive.row_id(damaged)]


@pytest.mark.slow
def test_an_original_that_takes_long_keeps_nobody_from_withdrawing(
    archive: SmallArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither another testimony, nor the very one, whose closing is in the store when it is acknowledged."""
    one, other = archive.add("Weather", [["It rained."]]), archive.add("Snow", [["Snow fell."]])
    original, begun, go_on = tmp_path / "hours.wav", Event(), Event()
    original.write_bytes(b"hours")
    real = content._read

    def slow(source: bytes | Path) -> Iterator[bytes]:
        if source == original:
            begun.set()
            assert go_on.wait(60)
        yield from real(source)

    def accession() -> None:
        store = create_store(archive.settings)
        store.add(one, {"files/hours.wav": StoredFile(original)}, message="test", agent="test")

    monkeypatch.setattr(content, "_read", slow)
    with ThreadPoolExecutor(2) as threads:
        accessioned = threads.submit(accession)
        try:
            assert begun.wait(60)
            threads.submit(preserve_waiting, archive.engine, archive.store).result(60)
            for public_id in (other, one):
                archive.state(public_id, NewStatement("withdrawn"))
                row_id = archive.row_id(public_id)
                threads.submit(preserve, archive.engine, archive.store, row_id).result(60)
                assert _levels(archive, public_id) == ["public", "withdrawn"]
            assert not accessioned.done()
        finally:
            go_on.set()
        accessioned.result(60)
    assert _levels(archive, one) == ["public", "withdrawn"]
    assert archive.store.path(one, "files/hours.wav").read_bytes() == b"hours"


@pytest.mark.slow
def test_nobody_waits_for_an_object_within_a_write_transaction(archive: SmallArchive) -> None:
    """However long somebody has the object: who wants to write elsewhere need not wait for it."""
    one, other = archive.add("Weather", [["It rained."]]), archive.add("Snow", [["Snow fell."]])
    file = {"files/a.bin": StoredFile(b"a")}
    with ThreadPoolExecutor(2) as threads:
        with archive.store.preparing(one, file, message="test", agent="test") as keep:
            waits = threads.submit(preserve, archive.engine, archive.store, archive.row_id(one))
            with pytest.raises(TimeoutError):
                waits.result(0.5)
            threads.submit(archive.state, other, NewStatement("withdrawn")).result(30)
            keep()
        waits.result(60)
    assert _levels(archive, one) == ["public"]


@pytest.mark.slow
def test_an_empty_folder_in_the_place_of_the_store_is_not_begun(
    archive: SmallArchive, tmp_path: Path
) -> None:
    """The share is not mounted: nothing is acknowledged or ticked off, and all of it is carried later."""
    one, other = archive.add("Weather", [["It rained."]]), archive.add_text("Snow", ["Snow fell."])
    preserve_waiting(archive.engine, archive.store)
    folder, share = archive.settings.store_folder, tmp_path / "share"
    for level, mount_point in (("restricted", True), ("withdrawn", False)):
        folder.rename(share)
        if mount_point:
            folder.mkdir()
        for public_id in (one, other):
            archive.state(public_id, NewStatement(level))
            store = create_store(archive.settings)
            with pytest.raises(StoreError, match="holds no store"):
                preserve(archive.engine, store, archive.row_id(public_id))
        with reading(archive.engine) as session:
            assert outbox.closing(session, "store") == {archive.row_id(one), archive.row_id(other)}
        new = archive.add_text("Fog", ["Fog lay over the river."])  # of which no object is known
        with pytest.raises(StoreError, match="holds no store"):
            preserve(archive.engine, create_store(archive.settings), archive.row_id(new))
        assert not folder.exists() or list(folder.iterdir()) == []
        shutil.rmtree(folder, ignore_errors=True)
        share.rename(folder)
        preserve_waiting(archive.engine, archive.store)
        assert _levels(archive, one)[-1] == _levels(archive, other)[-1] == level
        assert archive.store.newest(new) is not None


def test_an_object_that_is_gone_is_not_begun_a_second_time(archive: SmallArchive) -> None:
    public_id = archive.add_text("Snow", ["Snow fell."])
    archive.add("Weather", [["It rained."]])
    preserve_waiting(archive.engine, archive.store)
    (folder,) = (path.parent for path in archive.settings.store_folder.rglob(f"{public_id}/inventory.json"))
    shutil.rmtree(folder.parents[2])
    archive.state(public_id, NewStatement("withdrawn"))
    with pytest.raises(StoreError, match=f"the object {public_id} is not there"):
        preserve(archive.engine, archive.store, archive.row_id(public_id))
    assert archive.store.newest(public_id) is None


def _levels(archive: SmallArchive, public_id: str) -> list[str]:
    descriptor = json.loads(archive.store.path(public_id, "descriptor.json").read_text())
    return [statement["level"] for statement in descriptor["statements"]]


def test_an_older_state_is_never_the_newest_version(archive: SmallArchive) -> None:
    """Another process says something between our reading and our writing."""
    public_id = archive.add("Weather", [["It rained."]])
    said = []

    @contextmanager
    def reading_before_somebody_else(engine: Engine) -> Iterator[Session]:
        with reading(engine) as session:
            yield session
        if not said:
            said.append(True)
            archive.state(public_id, NewStatement("withdrawn"))
            preserve(archive.engine, archive.store, archive.row_id(public_id))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("archive.preservation.reading", reading_before_somebody_else)
        preserve(archive.engine, archive.store, archive.row_id(public_id))
    descriptor = json.loads(archive.store.path(public_id, "descriptor.json").read_text())
    assert [statement["level"] for statement in descriptor["statements"]] == ["public", "withdrawn"]
    with reading(archive.engine) as session:
        assert outbox.count(session, "store") == 0
