"""A database carried from SQLite to PostgreSQL and back is the same, row by row."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, text

from archive.database import reading, writing
from archive.errors import Conflict, WorkerRunning, WrongInput
from archive.jobs import create_queue
from archive.jobs.sqlite_queue import SqliteQueue
from archive.models import Base, Chapter, Collection, Event, Job, Recording
from archive.moving import Moved, move
from archive.store.locks import hold_if_free
from tests.archive.furnishing import furnish
from tests.archives import SmallArchive
from tests.rows import rows
from tests.servers import postgresql

OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}


class Pair:
    """Archives on both databases, in folders of their own; each is empty until somebody fills it."""

    def __init__(self, folder: Path, held: ExitStack) -> None:
        self._folder, self._held = folder, held

    def make(self, name: str, database: str) -> SmallArchive:
        made = SmallArchive(self._folder / name, database=database)
        self._held.callback(made.close)
        return made


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    postgresql.server()
    with ExitStack() as held:
        yield Pair(tmp_path, held)


def carry(source: SmallArchive, target: SmallArchive) -> Moved:
    queues = create_queue(source.settings, source.engine), create_queue(target.settings, target.engine)
    return move(source.engine, target.engine, queues)


def everything(archive: SmallArchive) -> dict[str, list[tuple[Any, ...]]]:
    """Every value of every row, ids too; of JSON the text that is kept."""
    with reading(archive.engine) as session:
        return {
            table.name: [
                tuple(row)
                for row in session.execute(
                    select(*(func.coalesce(column, None) for column in table.columns)).order_by(table.c.id)
                )
            ]
            for table in Base.metadata.sorted_tables
            if table is not Job.__table__
        }


def is_empty(archive: SmallArchive) -> bool:
    with reading(archive.engine) as session:
        return all(session.execute(select(table)).first() is None for table in Base.metadata.sorted_tables)


@pytest.mark.slow
@pytest.mark.parametrize("first", ["sqlite", "postgresql"])
def test_a_furnished_archive_goes_there_and_back(pair: Pair, first: str) -> None:
    source, target = pair.make("first", first), pair.make("second", OTHER[first])
    furnish(source)
    with writing(source.engine) as session:
        last_chapter = session.scalar(select(func.max(Chapter.id)))
        assert last_chapter is not None
        session.execute(delete(Chapter).where(Chapter.id == last_chapter))
        recording_id = session.scalar(select(func.min(Recording.id)))
        assert recording_id is not None
        queue = create_queue(source.settings, source.engine)
        queue.defer(session.connection(), recording_id, priority=2)
    before = everything(source)
    moved = carry(source, target)
    assert everything(source) == before
    assert everything(target) == before
    assert rows(target.engine) == rows(source.engine)
    assert {name: table.rows for name, table in moved.tables.items()} == {
        name: len(each) for name, each in before.items()
    }
    assert sum(table.rows for table in moved.tables.values()) > 100
    waiting = create_queue(target.settings, target.engine).states()
    assert waiting == [replace(state, status="waiting", attempts=0, reason=None) for state in queue.states()]
    assert (moved.work, waiting[0].recording_id, waiting[0].priority) == (len(waiting), recording_id, 2)

    # New rows get new ids, and none that was ever given to a chapter.
    public_id = target.add("Rivers", [["The river rose."]])
    with writing(target.engine) as session:
        chapter = Chapter(
            testimony_id=target.row_id_in(session, public_id),
            position=1,
            title="Rivers",
            keywords=[],
            places=[],
        )
        session.add(chapter)
        session.flush()
        assert chapter.id > last_chapter
    back = pair.make("third", first)
    again = carry(target, back)
    assert everything(back) == everything(target)
    same = {name for name, table in moved.tables.items() if again.tables[name].sha256 == table.sha256}
    changed = {name for name in before if everything(target)[name] != before[name]}
    assert same == before.keys() - changed
    assert "testimony" in changed


_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=30,
)
_MOMENT = st.datetimes(datetime(1900, 1, 1), datetime(2999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


_EXAMPLE = st.tuples(_TEXT, st.none() | _TEXT, _MOMENT, st.dictionaries(_TEXT, _JSON))


@pytest.mark.slow
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(examples=st.lists(_EXAMPLE, max_size=5))
def test_every_value_survives(examples: list[tuple[str, str | None, datetime, dict[str, Any]]]) -> None:
    with TemporaryDirectory() as folder, ExitStack() as held:
        both = Pair(Path(folder), held)
        source, target, back = (
            both.make(each, each.rstrip("2")) for each in ("sqlite", "postgresql", "sqlite2")
        )
        with writing(source.engine) as session:
            for number, (name, description, at, detail) in enumerate(examples):
                session.add(Collection(slug=str(number), name=name, description=description, created_at=at))
                session.add(Event(kind="test", agent=name, outcome="done", detail=detail, created_at=at))
        carry(source, target)
        carry(target, back)
        assert everything(target) == everything(back) == everything(source)


@pytest.mark.slow
def test_a_large_value_survives(pair: Pair) -> None:
    source, target = pair.make("a", "sqlite"), pair.make("b", "postgresql")
    detail = {"lines": ["Regen in Łódź \U0001f327"] * 200_000}
    with writing(source.engine) as session:
        session.add(Event(kind="test", agent="a", outcome="done", detail=detail))
    carry(source, target)
    with reading(target.engine) as session:
        assert session.query(Event).one().detail == detail


@pytest.mark.slow
def test_what_postgresql_cannot_keep_is_refused_with_its_place(pair: Pair) -> None:
    source, target = pair.make("a", "sqlite"), pair.make("b", "postgresql")
    source.collection(slug="rain", name="ra\0in")
    with pytest.raises(WrongInput, match=r"name of row 1 of the table collection has a NUL character"):
        carry(source, target)
    assert is_empty(target)
    with writing(source.engine) as session:
        session.execute(text("UPDATE collection SET name = 'rain', id = 5000000000"))
    with pytest.raises(Conflict, match=r"does not take one of the rows 5000000000 to .*integer out of range"):
        carry(source, target)
    assert is_empty(target)
    with writing(source.engine) as session:
        session.execute(text("UPDATE collection SET id = 1"))
    carry(source, target)
    assert not is_empty(target)


@pytest.mark.parametrize("first", ["sqlite", "postgresql"])
def test_a_target_that_is_not_empty_is_refused(pair: Pair, first: str) -> None:
    source, target = pair.make("a", first), pair.make("b", OTHER[first])
    source.collection(slug="rain")
    target.collection(slug="snow", name="Snow")
    before = everything(target)
    with pytest.raises(Conflict, match=r"is not empty: it has rows in the table collection"):
        carry(source, target)
    with pytest.raises(Conflict, match=r"is not empty"):
        carry(source, source)
    assert everything(target) == before


@pytest.mark.parametrize("first", ["sqlite", "postgresql"])
def test_tables_of_another_program_are_left_alone(pair: Pair, first: str) -> None:
    source, target = pair.make("a", first), pair.make("b", OTHER[first])
    with writing(target.engine) as session:
        Base.metadata.drop_all(session.connection())
        session.execute(text("DROP TABLE alembic_version"))
        session.execute(text("CREATE TABLE almanac (text text)"))
    with pytest.raises(Conflict, match=r"tables of another program \(almanac\)"):
        carry(source, target)
    with reading(target.engine) as session:
        assert session.execute(text("SELECT count(*) FROM almanac")).scalar_one() == 0


def test_not_while_a_worker_is_at_work(pair: Pair) -> None:
    source, target = pair.make("a", "sqlite"), pair.make("b", "postgresql")
    source.collection(slug="rain")
    lock = source.settings.home / "worker.lock"
    with hold_if_free(lock) as held:
        assert held
        with pytest.raises(WorkerRunning, match="stop it"):
            carry(source, target)
        assert isinstance(create_queue(source.settings, source.engine), SqliteQueue)
    assert is_empty(target)


@pytest.mark.slow
def test_a_row_that_is_not_kept_as_given_is_noticed(pair: Pair) -> None:
    source, target = pair.make("a", "sqlite"), pair.make("b", "postgresql")
    source.collection(slug="rain")
    source.collection(slug="snow")
    with writing(target.engine) as session:
        session.execute(
            text(
                "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN NEW.name := 'x'; RETURN NEW; END $$"
            )
        )
        session.execute(
            text(
                "CREATE TRIGGER spoil BEFORE INSERT ON collection FOR EACH ROW WHEN (NEW.slug = 'snow')"
                " EXECUTE FUNCTION spoil()"
            )
        )
    with pytest.raises(Conflict, match="did not keep the row 2 of the table collection"):
        carry(source, target)
    assert is_empty(target)


_KILLED = """
import os, signal, sys
from pathlib import Path
from archive import moving
from tests.archives import SmallArchive
from tests.archive.test_moving import carry

compared = moving._compare
def kill(table, here, there):
    if table.name == "testimony":
        os.kill(os.getpid(), signal.SIGKILL)
    return compared(table, here, there)
moving._compare = kill
both = zip(sys.argv[1::2], sys.argv[2::2])
carry(*(SmallArchive(Path(home), fresh=False, database=database) for home, database in both))
"""


@pytest.mark.slow
@pytest.mark.parametrize("first", ["sqlite", "postgresql"])
def test_killed_in_the_middle_it_leaves_the_target_empty(pair: Pair, first: str) -> None:
    source, target = pair.make("a", first), pair.make("b", OTHER[first])
    furnish(source)
    arguments = [str(source.settings.home), first, str(target.settings.home), OTHER[first]]
    done = subprocess.run([sys.executable, "-c", _KILLED, *arguments], check=False, timeout=120)
    assert done.returncode == -signal.SIGKILL
    assert is_empty(target)
    carry(source, target)
    assert everything(target) == everything(source)


def test_nobody_writes_to_the_source_meanwhile(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change that were acknowledged while rows are carried would be lost without a word."""
    source, target = pair.make("a", "postgresql"), pair.make("b", "sqlite")
    source.collection(slug="rain")
    tried = []

    def write(_table: str, done: int, _of: int) -> None:
        if done == 0:
            with writing(source.engine) as session:
                session.execute(text("SET LOCAL lock_timeout = 1"))
                tried.append(session.execute(text("SELECT pg_try_advisory_xact_lock(1)")).scalar_one())

    monkeypatch.setattr("archive.postgresql._SESSION", "SELECT set_config('lock_timeout', '50ms', false)")
    source.engine.dispose()
    queues = create_queue(source.settings, source.engine), create_queue(target.settings, target.engine)
    with pytest.raises(Exception, match="another program has been writing"):
        move(source.engine, target.engine, queues, write)
    assert tried == []
    assert is_empty(target)
