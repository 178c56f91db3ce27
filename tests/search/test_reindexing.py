"""An index made anew beside the live one: what it holds, how it goes on, when it is switched to."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.changes.access import NewStatement
from archive.database import reading
from archive.errors import IndexDiffers, SearchUnavailable
from archive.models import Drafted, Indexed
from archive.queries import outbox
from search import indexer, reindexing
from search.backend import Contents, SearchBackend, create_backend
from search.documents import make_documents
from search.indexer import deliver, prepare
from search.reindexing import Progress, reindex
from search.tantivy_backend.draft import TantivyDraft
from tests.archives import NOW, SmallArchive
from tests.search.readings import make_reading
from tests.search.records import dictionary, differences, search, stray

pytestmark = pytest.mark.slow

WORDS = ["rain", "snow", "hail", "fog", "frost", "storm"]


@pytest.fixture
def backend(archive: SmallArchive, monkeypatch: pytest.MonkeyPatch) -> Iterator[SearchBackend]:
    made = create_backend(archive.settings)
    prepare(archive.engine, made)
    monkeypatch.setattr(reindexing, "BATCH", 2)
    yield made
    made.close()


def fill(archive: SmallArchive, backend: SearchBackend, count: int = 6) -> list[str]:
    """Testimonies of a word of their own each, indexed."""
    ids = [archive.add("Weather", [[f"Then came {word}."]]) for word in WORDS[:count]]
    deliver(archive.engine, backend)
    return ids


def run(archive: SmallArchive, backend: SearchBackend) -> list[Progress]:
    return list(reindex(archive.engine, backend, "public"))


def stop_after(archive: SmallArchive, backend: SearchBackend, steps: int) -> None:
    """Begin, and stop after so many steps (the first writes nothing)."""
    with closing(reindex(archive.engine, backend, "public")) as making:
        for _ in range(steps):
            next(making)


def drafted(archive: SmallArchive) -> set[int]:
    with reading(archive.engine) as session:
        return {row.testimony_id for row in session.query(Drafted)}


def test_a_reindex_says_what_the_new_index_holds(archive: SmallArchive, backend: SearchBackend) -> None:
    fill(archive, backend)
    before = backend.live("public")
    *steps, last = run(archive, backend)
    assert [step.done for step in steps] == [0, 2, 4, 6]
    assert last == Progress(6, 6, 0, Contents.of(backend.ids("public"), backend.changes("public")))
    assert last.contents is not None
    assert last.contents.count == 12
    assert backend.live("public") != before
    assert differences(archive, backend) == stray(archive) == []


def test_one_that_was_stopped_goes_on_and_writes_nothing_twice(
    archive: SmallArchive, backend: SearchBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = fill(archive, backend)
    stop_after(archive, backend, 3)
    assert drafted(archive) == {archive.row_id(one) for one in ids[:4]}
    assert search(archive, backend, "frost") == {ids[4]}
    written: list[int] = []
    monkeypatch.setattr(reindexing, "write", counting(written))
    progress = run(archive, backend)
    assert written == [archive.row_id(one) for one in ids[4:]]
    assert progress[-1].resumed == 4
    assert differences(archive, backend) == stray(archive) == []


def counting(written: list[int]):  # type: ignore[no-untyped-def]  # as `write`, whatever it takes
    real = reindexing.write

    def write(engine, batch, index, testimony_ids, known):  # type: ignore[no-untyped-def]
        written.extend(testimony_ids)
        return real(engine, batch, index, testimony_ids, known)

    return write


def test_what_changed_meanwhile_is_written_again_and_found_all_along(
    archive: SmallArchive, backend: SearchBackend
) -> None:
    ids = fill(archive, backend)
    with closing(reindex(archive.engine, backend, "public")) as making:
        for _ in range(3):
            next(making)
        new = archive.add("New", [["Then came sleet."]])
        archive.state(ids[0], NewStatement("withdrawn"))
        assert search(archive, backend, "rain") == set()
        deliver(archive.engine, backend)
        assert search(archive, backend, "sleet") == {new}
        assert search(archive, backend, "then") == {*ids[1:], new}
        late = archive.add("Late", [["Then came a gale."]])  # is delivered after the switch only
        list(making)
    assert search(archive, backend, "rain") == set()
    assert search(archive, backend, "sleet") == {new}
    deliver(archive.engine, backend)
    assert search(archive, backend, "then") == {*ids[1:], new, late}
    assert differences(archive, backend) == stray(archive) == []


def test_what_is_delivered_in_the_last_moment_before_the_switch_is_in_the_new_index(
    archive: SmallArchive, backend: SearchBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(archive, backend)
    late: list[str] = []
    real = TantivyDraft.alone

    def alone(draft: TantivyDraft) -> AbstractContextManager[None]:
        if not late:
            late.append(archive.add("Late", [["Then came a gale."]]))
            deliver(archive.engine, backend)
        return real(draft)

    monkeypatch.setattr(TantivyDraft, "alone", alone)
    run(archive, backend)
    assert search(archive, backend, "gale") == set(late)
    assert differences(archive, backend) == stray(archive) == []


@pytest.mark.parametrize("delivered", [True, False])
def test_no_closed_word_stays_in_a_new_index_that_had_it_when_it_was_half_made(
    archive: SmallArchive, backend: SearchBackend, delivered: bool
) -> None:
    ids = fill(archive, backend)
    with closing(reindex(archive.engine, backend, "public")) as making:
        for _ in range(4):
            next(making)
        archive.state(ids[1], NewStatement("restricted"))
        archive.close_stretch(ids[2], 1000, 1400)  # the third word
        if delivered:
            deliver(archive.engine, backend)
        list(making)
    assert {"rain", "fog"} <= dictionary(archive)
    assert not {"snow", "hail"} & dictionary(archive)
    deliver(archive.engine, backend)
    assert differences(archive, backend) == []


def test_what_opens_or_closes_by_its_date_meanwhile_is_written_again(
    archive: SmallArchive, backend: SearchBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.clock.now", lambda: NOW)
    ids = fill(archive, backend, 3)
    archive.state(ids[0], NewStatement("public", ends_at=NOW + timedelta(days=1)))
    archive.state(ids[1], NewStatement("public", begins_at=NOW + timedelta(days=1)))
    deliver(archive.engine, backend)
    with closing(reindex(archive.engine, backend, "public")) as making:
        for _ in range(3):
            next(making)
        monkeypatch.setattr("archive.clock.now", lambda: NOW + timedelta(days=2))
        list(making)
    assert "rain" not in dictionary(archive)
    assert "snow" in dictionary(archive)
    deliver(archive.engine, backend)
    assert differences(archive, backend) == []


def test_a_torn_draft_is_not_trusted(archive: SmallArchive, backend: SearchBackend) -> None:
    fill(archive, backend)
    stop_after(archive, backend, 3)
    folder = archive.settings.index_folder
    torn = next((folder / (folder / "public.draft").read_text()).glob("*.idx"))
    torn.write_bytes(b"\0" * torn.stat().st_size)
    assert run(archive, backend)[-1].resumed == 0
    assert differences(archive, backend) == stray(archive) == []


def test_what_a_draft_does_not_hold_is_written_again_whatever_was_remembered(
    archive: SmallArchive, backend: SearchBackend
) -> None:
    ids = fill(archive, backend)
    stop_after(archive, backend, 4)
    with backend.drafting("public") as draft, draft.writing() as batch:
        batch.remove(ids[0])
    assert run(archive, backend)[-1].resumed == 5
    assert differences(archive, backend) == stray(archive) == []


def test_a_draft_that_the_database_knows_nothing_of_is_begun_from_nothing(
    archive: SmallArchive, backend: SearchBackend
) -> None:
    fill(archive, backend)
    stop_after(archive, backend, 4)
    with backend.drafting("public") as draft, draft.writing() as batch:
        batch.replace(make_documents(make_reading("stranger", "rain"), added=1))
    assert run(archive, backend)[-1].resumed == 0
    stop_after(archive, backend, 4)
    with archive.engine.begin() as connection:  # brought back from the store, it knows of no draft
        connection.exec_driver_sql("DELETE FROM drafted")
    assert run(archive, backend)[-1].resumed == 0
    assert differences(archive, backend) == stray(archive) == []


def test_a_draft_of_another_version_is_thrown_away(
    archive: SmallArchive, backend: SearchBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(archive, backend)
    stop_after(archive, backend, 3)
    monkeypatch.setattr("search.tantivy_backend.engine.ANALYSIS_VERSION", "2-9.9")
    newer = create_backend(archive.settings)
    assert run(archive, newer)[-1].resumed == 0
    list(reindex(archive.engine, newer, "staff"))
    assert differences(archive, newer) == stray(archive) == []
    newer.close()


def test_one_that_differs_from_the_database_does_not_become_the_live_one(
    archive: SmallArchive, backend: SearchBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = fill(archive, backend)
    before = backend.live("public")
    with monkeypatch.context() as patched:
        patched.setattr("search.tantivy_backend.draft.read_ids", lambda _: frozenset(ids[:5]))
        with pytest.raises(IndexDiffers, match=r"6 documents .* should hold 12 "):
            run(archive, backend)
    assert backend.live("public") == before
    assert search(archive, backend, "then") == set(ids)
    assert run(archive, backend)[-1].resumed == 0
    assert differences(archive, backend) == stray(archive) == []


def test_a_second_one_says_that_one_is_at_it(archive: SmallArchive, backend: SearchBackend) -> None:
    ids = fill(archive, backend)
    other = create_backend(archive.settings)
    with closing(reindex(archive.engine, backend, "public")) as making:
        next(making)
        with pytest.raises(SearchUnavailable, match="Another process is making the public search index"):
            run(archive, other)
        prepare(archive.engine, other)  # the live one is in order: nobody has to wait
        next(making)
        list(making)
    other.close()
    assert search(archive, backend, "then") == set(ids)
    assert differences(archive, backend) == stray(archive) == []


def test_a_draft_that_was_left_is_finished_by_the_next_who_prepares(
    archive: SmallArchive, backend: SearchBackend
) -> None:
    ids = fill(archive, backend)
    stop_after(archive, backend, 3)
    archive.state(ids[0], NewStatement("withdrawn"))
    prepare(archive.engine, backend)
    deliver(archive.engine, backend)
    assert "rain" not in dictionary(archive)
    assert differences(archive, backend) == stray(archive) == []


def test_one_killed_between_the_switch_and_what_is_remembered_of_it(
    archive: SmallArchive, backend: SearchBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.clock.now", lambda: NOW)
    ids = fill(archive, backend)
    archive.state(ids[0], NewStatement("public", ends_at=NOW + timedelta(days=1)))
    deliver(archive.engine, backend)
    with reading(archive.engine) as session:
        remembered = session.query(Indexed).count()
    with archive.engine.begin() as connection:  # nothing is known of the live index: it was lost with a disk
        connection.exec_driver_sql("DELETE FROM indexed")
    killed = RuntimeError("lightning")

    def die(*_: object) -> None:
        raise killed

    with monkeypatch.context() as patched:
        patched.setattr("archive.changes.indexed.settle", die)
        with pytest.raises(RuntimeError):
            run(archive, backend)
    with reading(archive.engine) as session:
        assert outbox.left_out(session, NOW + timedelta(days=2)) == {ids[0]}
    prepare(archive.engine, backend)
    list(reindex(archive.engine, backend, "staff"))
    with reading(archive.engine) as session:
        assert session.query(Indexed).count() == remembered
    assert differences(archive, backend) == stray(archive) == []


STEPS = st.lists(
    st.sampled_from(["publish", "withdraw", "reopen", "close", "deliver", "half", "step", "kill", "finish"]),
    min_size=4,
    max_size=14,
)


def interleavings(examples: int) -> settings:
    return settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(steps=STEPS)
@interleavings(3)
def test_any_interleaving_ends_with_what_the_record_says(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    play(SmallArchive(tmp_path_factory.mktemp("play") / "archive"), steps)


@pytest.mark.slow
@pytest.mark.faults
@given(steps=STEPS)
@interleavings(150)
def test_very_many_interleavings_end_with_what_the_record_says(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    play(SmallArchive(tmp_path_factory.mktemp("play") / "archive"), steps)


def play(archive: SmallArchive, steps: list[str]) -> None:
    """Do the steps, in any order, with one reindex in batches of one; closed words are never found."""
    backend = create_backend(archive.settings)
    prepare(archive.engine, backend)
    ids: list[str] = []
    closed: set[str] = set()
    making = None
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(reindexing, "BATCH", 1)
        for number, step in enumerate(["publish", "publish", *steps]):
            one = ids[number % len(ids)] if ids else ""
            if step == "publish":
                named = len(ids)
                ids.append(archive.add(f"Number{named}", [[f"Secret{named} rain."]], person=True))
            elif step == "withdraw":
                archive.state(one, NewStatement("withdrawn"))
                closed.add(one)
            elif step == "reopen":
                archive.state(one, NewStatement("public"))
                closed.discard(one)
            elif step == "close":
                archive.state(one, NewStatement("restricted"))
                closed.add(one)
            elif step == "deliver":
                deliver(archive.engine, backend)
            elif step == "half":
                with patched.context() as answered:
                    answered.setattr("archive.changes.indexed.remember", lightning)
                    strike(archive, backend)
            elif step == "kill" and making is not None:
                making.close()
                making = None
            else:
                making = making or reindex(archive.engine, backend, "public")
                for _ in range(1 if step == "step" else 100):
                    if next(making, None) is None:
                        making = None
                        break
            assert not search(archive, backend, "rain") & closed
            assert not search(archive, backend, "") & closed
        if making is not None:
            making.close()
        prepare(archive.engine, backend)
        deliver(archive.engine, backend)
    assert differences(archive, backend) == stray(archive) == []
    assert search(archive, backend, "rain") == set(ids) - closed
    words = {f"secret{number}" for number, one in enumerate(ids) if one in closed}
    assert not words & dictionary(archive)
    backend.close()
    archive.close()


def strike(archive: SmallArchive, backend: SearchBackend) -> None:
    """Deliver, until the lightning strikes or nothing waits."""
    with suppress(Lightning):
        deliver(archive.engine, backend)


class Lightning(Exception):
    """Ends whatever goes on."""


def lightning(*_: object) -> None:
    raise Lightning


def test_the_indexer_struck_between_the_answer_and_the_tick(
    archive: SmallArchive, backend: SearchBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten times; two hundred real kills are in tests/search/test_killed.py."""
    ids = fill(archive, backend, 3)
    for turn in range(10):
        one = ids[turn // 2 % len(ids)]
        archive.state(one, NewStatement("public" if turn % 2 else "withdrawn"))
        with monkeypatch.context() as patched:
            patched.setattr(indexer.indexed_changes, "remember", lightning)
            with pytest.raises(Lightning):
                deliver(archive.engine, backend)
        with reading(archive.engine) as session:
            assert outbox.count(session, "index") == 1
        assert (one in search(archive, backend, "then")) == bool(turn % 2)
        deliver(archive.engine, backend)
        assert differences(archive, backend) == []
