"""Outbox to index: what changed is found, what closed is gone, and a crash loses nothing."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import tantivy

from archive.access import PUBLIC, STAFF
from archive.changes import outbox as outbox_changes
from archive.changes.access import NewStatement
from archive.changes.indexed import Holding, remember
from archive.changes.outbox import announce_to_store
from archive.database import reading, writing
from archive.errors import SearchUnavailable, WriteDoubtful
from archive.models import Testimony
from archive.queries import found, outbox, testimonies
from schemas.query import INDEXES, IndexName
from schemas.results import SearchPage
from search.backend import Batch, SearchBackend, create_backend
from search.find import ask, find
from search.indexer import deliver, prepare
from search.reindexing import reindex
from search.writing import write
from tests.archives import NOW, SmallArchive
from tests.databases import sqlite_alone

pytestmark = pytest.mark.slow


@pytest.fixture
def backend(archive: SmallArchive) -> Iterator[SearchBackend]:
    made = create_backend(archive.settings)
    yield made
    made.close()


def search(
    archive: SmallArchive, backend: SearchBackend, text: str, index: IndexName = "public"
) -> SearchPage:
    viewer = PUBLIC if index == "public" else STAFF
    with reading(archive.engine) as session:
        query = ask(text, index=index, without=outbox.left_out(session, NOW))
        return find(query, backend, found.reader(session, viewer, NOW))


def live(backend: SearchBackend) -> dict[IndexName, str]:
    """The names of the live indexes: others, once they were made anew."""
    return {index: backend.live(index) for index in INDEXES}


def ids(page: SearchPage) -> set[str]:
    return {hit.testimony.id for hit in page.hits}


def test_published_is_found_and_withdrawn_is_gone(archive: SmallArchive, backend: SearchBackend) -> None:
    public_id = archive.add("Weather", [["It rained in Łódź."]])
    prepare(archive.engine, backend)
    assert deliver(archive.engine, backend) == 1
    assert ids(search(archive, backend, "lodz")) == {public_id}
    archive.state(public_id, NewStatement("withdrawn"))
    # From the very statement on, before anything is delivered.
    page = search(archive, backend, "lodz")
    assert page.total.testimonies == 0
    assert not any(page.facets.values())
    assert deliver(archive.engine, backend) == 1
    for index in ("public", "staff"):
        assert backend.ids(index) == frozenset()
    assert deliver(archive.engine, backend) == 0


def test_a_closed_word_is_in_the_index_of_staff_alone(archive: SmallArchive, backend: SearchBackend) -> None:
    public_id = archive.add("Weather", [["It rained quietly in Łódź."]])
    archive.close_stretch(public_id, 1000, 1100)
    prepare(archive.engine, backend)
    deliver(archive.engine, backend)
    assert search(archive, backend, "quietly").total.testimonies == 0
    assert search(archive, backend, '"rained in"').total.testimonies == 0
    assert ids(search(archive, backend, "quietly", "staff")) == {public_id}
    assert ids(search(archive, backend, "rained")) == {public_id}


def test_nothing_of_a_closed_word_stays_in_the_public_index(
    archive: SmallArchive, backend: SearchBackend
) -> None:
    public_id = archive.add("Weather", [["It rained xyzzyplugh in Łódź."]])
    archive.add("More weather", [["Snow fell."]])  # shares the segment, which therefore stays
    prepare(archive.engine, backend)
    deliver(archive.engine, backend)
    assert "xyzzyplugh" in dictionary(archive)
    archive.close_stretch(public_id, 1000, 1100)
    deliver(archive.engine, backend)
    assert "rained" in dictionary(archive)
    assert "xyzzyplugh" not in dictionary(archive)


def dictionary(archive: SmallArchive) -> set[str]:
    """Every word in the term dictionaries of the public index, deleted documents' words among them."""
    folder = archive.settings.index_folder
    live = folder / (folder / "public.live").read_text().strip()
    searcher = tantivy.Index.open(str(live)).searcher()
    fields = ("whole_exact", "whole_stem", "passage_exact", "passage_stem", "passage_edges")
    terms = {term for field in fields for term, _ in searcher.terms_with_prefix(field, "")}
    return {term.rpartition(":")[2] for term in terms}


def test_a_second_delivery_writes_the_same(archive: SmallArchive, backend: SearchBackend) -> None:
    archive.add("Weather", [["It rained."]])
    prepare(archive.engine, backend)
    deliver(archive.engine, backend)
    before = backend.ids("public")
    for index in ("public", "staff"):
        list(reindex(archive.engine, backend, index))
    assert backend.ids("public") == before


def test_a_failed_delivery_ticks_nothing_off(archive: SmallArchive, backend: SearchBackend) -> None:
    archive.add("Weather", [["It rained."]])
    with pytest.raises(SearchUnavailable):
        deliver(archive.engine, backend)
    with reading(archive.engine) as session:
        assert outbox.count(session, "index") == 1
    prepare(archive.engine, backend)
    assert deliver(archive.engine, backend) == 1


def test_a_statement_that_begins_by_date_leaves_the_search_before_it_is_indexed(
    archive: SmallArchive, backend: SearchBackend
) -> None:
    public_id = archive.add("Weather", [["It rained."]])
    archive.state(public_id, NewStatement("public", ends_at=NOW + timedelta(days=3650)))
    prepare(archive.engine, backend)
    deliver(archive.engine, backend)
    assert ids(search(archive, backend, "rained")) == {public_id}
    with reading(archive.engine) as session:
        assert outbox.left_out(session, NOW + timedelta(days=3651)) == {public_id}


def test_closing_by_date_leaves_nothing_in_the_dictionary(
    archive: SmallArchive, backend: SearchBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    public_id = archive.add("Weather", [["It rained xyzzyplugh."]])
    archive.add("More weather", [["Snow fell."]])
    monkeypatch.setattr("archive.clock.now", lambda: NOW)
    archive.state(public_id, NewStatement("public", ends_at=NOW + timedelta(days=1)))
    prepare(archive.engine, backend)
    deliver(archive.engine, backend)
    assert "xyzzyplugh" in dictionary(archive)
    monkeypatch.setattr("archive.clock.now", lambda: NOW + timedelta(days=2))
    assert deliver(archive.engine, backend) == 1
    assert "xyzzyplugh" not in dictionary(archive)
    assert deliver(archive.engine, backend) == 0


def test_an_index_of_another_database_is_made_anew(archive: SmallArchive, backend: SearchBackend) -> None:
    """What was open in the other may be closed in this one."""
    archive.add("Weather", [["It rained in Łódź."]])
    prepare(archive.engine, backend)
    deliver(archive.engine, backend)
    later = SmallArchive(archive.settings.home)
    assert ids(search(later, backend, "lodz")) == set()
    assert backend.search(ask("lodz")).total == 1
    prepare(later.engine, backend)
    assert backend.search(ask("lodz")).total == 0
    assert backend.ids("staff") == frozenset()
    later.close()


@pytest.mark.parametrize(
    "put_back",
    ["the index", pytest.param("the database", marks=sqlite_alone("its file is put back"))],
)
def test_one_of_the_two_that_is_put_back_from_an_older_copy_is_noticed(
    archive: SmallArchive, backend: SearchBackend, tmp_path: Path, put_back: str
) -> None:
    """An index that is older finds what was closed since; one that is newer lacks what it was told since."""
    first = archive.add("Weather", [["It rained quietly."]])
    prepare(archive.engine, backend)
    deliver(archive.engine, backend)
    home, copy = archive.settings.home, tmp_path / "copy"
    shutil.copytree(home, copy)
    archive.state(first, NewStatement("withdrawn"))
    archive.add("Weather", [["It rained loudly."]])
    deliver(archive.engine, backend)
    prepare(archive.engine, backend, compare=True)

    archive.engine.dispose()
    backend.close()
    if put_back == "the index":
        shutil.rmtree(home / "index")
        shutil.copytree(copy / "index", home / "index")
    else:
        shutil.copy(copy / "archive.db", home / "archive.db")
    before = live(backend)
    prepare(archive.engine, backend, compare=True)
    assert not live(backend).items() & before.items()
    deliver(archive.engine, backend)
    assert backend.search(ask("quietly")).total == (put_back == "the database")
    for index in INDEXES:
        with reading(archive.engine) as session:
            assert backend.changes(index) == outbox.told(session, index)
    again = live(backend)
    prepare(archive.engine, backend, compare=True)
    assert live(backend) == again


def test_a_purge_that_was_cut_off_is_no_older_copy(
    archive: SmallArchive, backend: SearchBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It writes neighbours as they are, one of which has a change that the index was never told of."""
    monkeypatch.setattr("archive.clock.now", lambda: NOW)
    public_ids = [archive.add("Weather", [[f"It rained {word}."]]) for word in ("quietly", "loudly")]
    prepare(archive.engine, backend)
    deliver(archive.engine, backend)
    with writing(archive.engine) as session:
        row = testimonies.find(session, public_ids[1])
        assert row is not None
        announce_to_store(session, row)
    archive.state(public_ids[0], NewStatement("withdrawn"))
    with monkeypatch.context() as patched:
        patched.setattr("archive.changes.indexed.remember", lambda *_: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            deliver(archive.engine, backend)
    names = live(backend)
    prepare(archive.engine, backend, compare=True)
    assert live(backend) == names
    deliver(archive.engine, backend)
    prepare(archive.engine, backend, compare=True)
    assert live(backend) == names
    assert ids(search(archive, backend, "rained")) == {public_ids[1]}


def test_what_was_written_and_not_ticked_off_is_no_older_copy(
    archive: SmallArchive, backend: SearchBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that was killed between the two has left an index that is ahead: nothing is made anew."""
    archive.add("Weather", [["It rained."]])
    prepare(archive.engine, backend)
    deliver(archive.engine, backend)
    archive.add("Weather", [["It snowed."]])
    with monkeypatch.context() as patched:
        patched.setattr("archive.changes.outbox.tick", lambda *_: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            deliver(archive.engine, backend)
    names = live(backend)
    prepare(archive.engine, backend, compare=True)
    assert live(backend) == names


def deliver_beside(archive: SmallArchive, public_id: str) -> None:
    """Another's delivery, as far as the database knows: it wrote, remembered and ticked off."""
    with writing(archive.engine) as session:
        row = session.get_one(Testimony, archive.row_id(public_id))
        for index in INDEXES:
            remember(session, index, [Holding(row.id, row.change_number, frozenset(), None)])
        outbox_changes.tick(session, row.id, "index", row.change_number)


def test_an_old_state_that_is_written_late_is_left_out_at_once_and_made_good(
    archive: SmallArchive, backend: SearchBackend
) -> None:
    """Its writer was frozen while another wrote the closing and ticked it off."""
    public_id = archive.add("Weather", [["It rained quietly in Łódź.", "Then snow fell."]])
    prepare(archive.engine, backend)
    deliver(archive.engine, backend)
    with backend.writing("public") as batch:
        held = write(archive.engine, batch, "public", [archive.row_id(public_id)], lambda *_: ())
        archive.close_stretch(public_id, 0, 900)
        deliver_beside(archive, public_id)
    with reading(archive.engine) as session:
        assert outbox.count(session, "index") == 0  # nobody else will deliver it
    with writing(archive.engine) as session:
        remember(session, "public", held)
    with reading(archive.engine) as session:
        assert public_id in outbox.left_out(session, NOW)
    assert search(archive, backend, "snow").total.testimonies == 0
    assert deliver(archive.engine, backend) == 1
    assert search(archive, backend, "rained").total.testimonies == 0
    assert ids(search(archive, backend, "snow")) == {public_id}


def test_what_was_written_while_the_right_was_lost_is_delivered_anew(
    archive: SmallArchive, backend: SearchBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    public_id = archive.add("Weather", [["It rained in Łódź."]])
    prepare(archive.engine, backend)
    archive.state(public_id, NewStatement("public"))  # so that something waits
    opened = backend.writing

    @contextmanager
    def frozen(index: IndexName) -> Iterator[Batch]:
        with opened(index) as batch:
            yield batch
        deliver_beside(archive, public_id)
        raise WriteDoubtful("another process may have written it at the same time")

    monkeypatch.setattr(backend, "writing", frozen)
    with pytest.raises(WriteDoubtful):
        deliver(archive.engine, backend)
    monkeypatch.undo()
    with reading(archive.engine) as session:
        assert public_id in outbox.left_out(session, NOW)
    assert deliver(archive.engine, backend) == 1
    assert ids(search(archive, backend, "rained")) == {public_id}
    with reading(archive.engine) as session:
        assert outbox.left_out(session, NOW) == frozenset()
