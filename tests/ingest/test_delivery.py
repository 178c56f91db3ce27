"""What a worker does between jobs, when an index is missing or damaged."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from archive.changes.access import NewStatement
from archive.database import reading
from archive.errors import StoreError
from archive.jobs import create_queue
from archive.models import Drafted
from archive.queries import outbox
from ingest import worker
from ingest.worker import Delivery
from search import reindexing
from search.backend import create_backend
from tests.archives import SmallArchive
from tests.search.records import differences, search, stray

pytestmark = pytest.mark.slow


@pytest.fixture
def stop() -> Event:
    return Event()


def make_delivery(archive: SmallArchive, stop: Event) -> Delivery:
    queue = create_queue(archive.settings, archive.engine)
    return Delivery(archive.settings, archive.engine, queue, stop)


@pytest.fixture
def delivery(archive: SmallArchive, stop: Event) -> Iterator[Delivery]:
    made = make_delivery(archive, stop)
    yield made
    made.close()


def folder(archive: SmallArchive, index: str = "public") -> Path:
    root = archive.settings.index_folder
    return root / (root / f"{index}.live").read_text()


def test_a_damaged_index_is_said_and_made_anew_without_a_person(
    archive: SmallArchive, delivery: Delivery, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    public_id = archive.add("Weather", [["It rained."]])
    delivery.deliver()
    assert caplog.text == ""
    damaged = next(folder(archive).glob("*.idx"))
    damaged.unlink()  # it is mapped: cut off in place, it would kill whoever looks at it late
    damaged.write_bytes(b"\0" * 99)
    delivery.deliver()
    assert "public-" in caplog.text
    assert ".idx is not as it was written. It is made anew." in caplog.text
    assert "The public search index is made anew and can be searched again." in caplog.text
    backend = create_backend(archive.settings)
    assert search(archive, backend, "rained") == {public_id}
    assert differences(archive, backend) == stray(archive) == []
    backend.close()


def test_an_index_from_an_older_copy_is_noticed_by_the_next_worker(
    archive: SmallArchive, delivery: Delivery, stop: Event, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    public_id = archive.add("Weather", [["It rained."]])
    delivery.deliver()
    index, copy = archive.settings.index_folder, tmp_path / "copy"
    shutil.copytree(index, copy)
    archive.state(public_id, NewStatement("withdrawn"))
    delivery.deliver()
    assert caplog.text == ""
    delivery.close()
    shutil.rmtree(index)
    copy.rename(index)
    caplog.set_level("INFO")
    again = make_delivery(archive, stop)
    again.deliver()
    assert "not as this database last wrote it: one of them is older. It is made anew." in caplog.text
    backend = create_backend(archive.settings)
    assert search(archive, backend, "rained") == set()
    assert differences(archive, backend) == stray(archive) == []
    caplog.clear()
    again.deliver()
    assert caplog.text == ""
    again.close()
    backend.close()


def test_nothing_else_waits_while_an_index_is_made_anew(
    archive: SmallArchive, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reindexing, "BATCH", 1)
    for _ in range(3):
        archive.add("Weather", [["It rained."]])
    delivery.deliver()
    with reading(archive.engine) as session:
        assert outbox.count(session, "store") == 0
    (folder(archive) / "meta.json").unlink()
    seen = []
    real = worker.preserve_waiting

    def preserving(*arguments: object) -> object:
        done = real(*arguments)  # type: ignore[arg-type]
        with reading(archive.engine) as session:
            seen.append((session.query(Drafted).count(), outbox.count(session, "store")))
        return done

    monkeypatch.setattr(worker, "preserve_waiting", preserving)
    late = archive.add("Late", [["It snowed."]])
    delivery.deliver()
    assert [waiting for _, waiting in seen] == [0] * len(seen)
    assert {1, 2, 3} <= {drafted for drafted, _ in seen}
    backend = create_backend(archive.settings)
    assert search(archive, backend, "snowed") == {late}
    assert differences(archive, backend) == []
    backend.close()


def test_a_worker_that_is_told_to_stop_leaves_a_draft_to_the_next(
    archive: SmallArchive, delivery: Delivery, stop: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reindexing, "BATCH", 1)
    for _ in range(3):
        archive.add("Weather", [["It rained."]])
    delivery.deliver()
    (folder(archive) / "meta.json").unlink()
    real = worker.preserve_waiting

    def stopping(*arguments: object) -> object:
        with reading(archive.engine) as session:
            if session.query(Drafted).count() == 2:
                stop.set()
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(worker, "preserve_waiting", stopping)
    delivery.deliver()
    with reading(archive.engine) as session:
        assert session.query(Drafted).count() == 2
    stop.clear()
    monkeypatch.setattr(worker, "preserve_waiting", real)
    make_delivery(archive, Event()).deliver()
    backend = create_backend(archive.settings)
    assert differences(archive, backend) == stray(archive) == []
    backend.close()


def test_an_index_that_differs_from_the_database_is_not_made_again_at_once(
    archive: SmallArchive,
    delivery: Delivery,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    archive.add("Weather", [["It rained."]])
    delivery.deliver()
    (folder(archive) / "meta.json").unlink()
    tries = []

    def nothing(*_: object) -> frozenset[str]:
        tries.append(1)
        return frozenset()

    with monkeypatch.context() as patched:
        patched.setattr("search.tantivy_backend.draft.read_ids", nothing)
        delivery.deliver()
        once = len(tries)
        delivery.deliver()
    assert len(tries) == once > 0
    assert "the index has to wait: The new public search index holds 1 documents" in caplog.text
    later = worker.monotonic() + 61
    monkeypatch.setattr(worker, "monotonic", lambda: later)
    delivery.deliver()
    backend = create_backend(archive.settings)
    assert differences(archive, backend) == stray(archive) == []
    backend.close()


def test_a_store_that_is_away_is_said_once(
    archive: SmallArchive,
    delivery: Delivery,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def away(*_: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(worker, "preserve_waiting", away)
    delivery.deliver()
    delivery.deliver()
    assert caplog.text.count("the store has to wait: the disk is full") == 1
