"""The right to write is one process's at a time, outlives no dead holder, and isn't used when it was lost."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from archive.errors import SearchUnavailable
from archive.settings import Settings
from search.elasticsearch_backend import leases
from search.elasticsearch_backend.connection import Connection
from search.elasticsearch_backend.leases import Leases

pytestmark = pytest.mark.slow


@pytest.fixture
def connection(on_elasticsearch: Settings) -> Iterator[Connection]:
    made = Connection(on_elasticsearch, answer_seconds=20, write_seconds=20)
    yield made
    made.close()


def rights(connection: Connection, settings: Settings, wait_seconds: float = 60) -> Leases:
    return Leases(connection, settings.elasticsearch_prefix, wait_seconds=wait_seconds)


def place(settings: Settings) -> str:
    return f"{settings.elasticsearch_prefix}-leases"


def test_one_after_another(connection: Connection, on_elasticsearch: Settings) -> None:
    held: list[str] = []

    def work(name: str) -> None:
        with rights(connection, on_elasticsearch).held("it", "busy"):
            held.append(f"{name} begins")
            time.sleep(0.3)
            held.append(f"{name} ends")

    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(held) == 6
    for begins, ends in zip(held[::2], held[1::2], strict=True):
        assert begins.split()[0] == ends.split()[0]


def test_whoever_waits_too_long_gives_up(connection: Connection, on_elasticsearch: Settings) -> None:
    def second() -> None:
        with rights(connection, on_elasticsearch, 0.3).held("it", "Somebody is at it"):
            pass

    with (
        rights(connection, on_elasticsearch).held("it", "busy"),
        pytest.raises(SearchUnavailable, match=r"Somebody is at it, and did so for \d+ s\."),
    ):
        second()
    second()


def test_of_a_dead_holder_it_is_taken_over(
    connection: Connection,
    on_elasticsearch: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(leases, "LEASE_SECONDS", 3.0)
    with rights(connection, on_elasticsearch).held("other", "busy"):
        pass  # now there is a place for rights
    connection.writing.index(index=place(on_elasticsearch), id="it", document={"holder": "dead", "beat": 7})
    with rights(connection, on_elasticsearch).held_at_once("it", "busy") as lease:
        lease.insist()
    assert "is taken over" in caplog.text


def test_one_that_lives_is_seen_to(connection: Connection, on_elasticsearch: Settings) -> None:
    def second() -> None:
        with rights(connection, on_elasticsearch).held_at_once("it", "Another is at it already."):
            pass

    with (
        rights(connection, on_elasticsearch).held("it", "busy"),
        pytest.raises(SearchUnavailable, match="at it already"),
    ):
        second()


@pytest.mark.parametrize("how", ["taken", "deleted"])
def test_a_right_that_was_lost_is_not_used(
    connection: Connection, on_elasticsearch: Settings, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(leases, "BEAT_SECONDS", 0.1)
    where: dict[str, Any] = {"index": place(on_elasticsearch), "id": "it"}
    with rights(connection, on_elasticsearch).held("it", "busy") as lease:
        lease.insist()
        if how == "taken":
            connection.writing.index(**where, document={"holder": "another", "beat": 1})
        else:
            connection.writing.delete(**where)
        lease._thread.join(60)  # it ends by itself when it sees that the right is another's
        with pytest.raises(SearchUnavailable, match="could not be renewed"):
            lease.insist()
        with pytest.raises(SearchUnavailable, match="Another process took over"):
            lease.confirm()
    if how == "taken":  # and not let go of either
        assert connection.asking.get(**where)["_source"]["holder"] == "another"


def test_whoever_was_frozen_finds_out_by_asking(connection: Connection, on_elasticsearch: Settings) -> None:
    """Its thread has not looked yet, and its clock stood still."""
    with rights(connection, on_elasticsearch).held("it", "busy") as lease:
        lease.confirm()
        connection.writing.index(
            index=place(on_elasticsearch), id="it", document={"holder": "another", "beat": 1}
        )
        with pytest.raises(SearchUnavailable, match="Another process took over"):
            lease.confirm()
