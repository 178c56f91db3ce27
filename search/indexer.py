"""From the outbox to the index: "testimony N changed" becomes its documents as they are now.

One indexer at a time writes (the worker's main process). The state is read, the documents are written, and
only then is the row ticked off, so that a crash anywhere leads to the same documents once more and never to
a change that is lost. The index is disposable: `rebuild` makes it from the database, beside the live one.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from archive.access import PUBLIC, STAFF, Viewer, next_change
from archive.changes import events
from archive.changes import indexed as indexed_changes
from archive.changes import outbox as outbox_changes
from archive.clock import now as clock_now
from archive.database import reading, writing
from archive.errors import SearchUnavailable
from archive.models import Testimony
from archive.queries import outbox, readings, testimonies
from archive.reading import Reading
from schemas.query import INDEXES, IndexName
from search.backend import Batch, SearchBackend
from search.documents import Documents, make_documents

log = logging.getLogger(__name__)

BATCH = 50
"""Testimonies written in one commit: enough to spread its cost, few enough that a change is found soon."""

VIEWERS: dict[IndexName, Viewer] = {"public": PUBLIC, "staff": STAFF}
"""Whose view each index holds."""


@dataclass(frozen=True, slots=True)
class _Written:
    """What an index was told of a testimony, as it stood at change `number`."""

    testimony_id: int
    index: IndexName
    number: int
    ids: frozenset[str]
    stale_at: datetime | None


def prepare(engine: Engine, backend: SearchBackend) -> None:
    """See that both indexes are there and whole; one that is missing, torn or older than the code is made
    anew from the database."""
    for index in INDEXES:
        try:
            backend.check(index)
        except SearchUnavailable as error:
            with reading(engine) as session:
                first = outbox.is_unindexed(session)
            log.log(logging.DEBUG if first else logging.INFO, "%s It is made anew.", error)
            rebuild(engine, backend, index)


def deliver(engine: Engine, backend: SearchBackend) -> int:
    """Bring the indexes up to date with everything in the outbox, what closes something first; returns how
    many testimonies were written. Raises SearchUnavailable where an index is; nothing is ticked off then."""
    _announce_stale(engine)
    done = 0
    while True:
        with reading(engine) as session:
            ids = outbox.waiting(session, "index", BATCH)
            closing = outbox.closing(session, "index")
        if not ids:
            return done
        # A closing costs a purge of the whole index, so those go together and alone.
        together = [testimony_id for testimony_id in ids if testimony_id in closing] or ids
        _deliver(engine, backend, together, purge=bool(closing))
        done += len(together)


def rebuild(engine: Engine, backend: SearchBackend, index: IndexName) -> int:
    """Make one index anew from the database beside the live one and switch; returns how many testimonies it
    holds. Changes that are made meanwhile stay in the outbox and are delivered afterwards."""
    with reading(engine) as session:
        ids = testimonies.all_ids(session)
    with backend.rebuilding(index) as batch:
        written = [_write(engine, batch, testimony_id, index) for testimony_id in ids]
    _remember(engine, written)
    return sum(bool(each.ids) for each in written)


def _deliver(engine: Engine, backend: SearchBackend, ids: Sequence[int], *, purge: bool) -> None:
    written: list[_Written] = []
    for index in INDEXES:
        with backend.writing(index) as batch:
            written += [_write(engine, batch, testimony_id, index) for testimony_id in ids]
        if purge:
            backend.purge(index, partial(_all_documents, engine, index))
    _remember(engine, written, tick=True)


def _write(engine: Engine, batch: Batch, testimony_id: int, index: IndexName) -> _Written:
    """Write one testimony as it is now; one at a time in memory, since a transcript may be of hours."""
    with reading(engine) as session:
        (testimony,) = testimonies.load(session, [testimony_id])
        last = outbox.indexed(session, testimony_id).get(index)
        moment = clock_now()  # one for both: a statement may end between two looks at the clock
        documents = _documents(session, testimony, index, moment)
        stale_at = next_change(testimony, moment)
    before = frozenset(last.document_ids if last else ())
    if documents is None:
        batch.remove(testimony.public_id, before)
    else:
        batch.replace(documents, before)
    ids = documents.ids if documents else frozenset[str]()
    return _Written(testimony_id, index, testimony.change_number, ids, stale_at)


def _documents(
    session: Session, testimony: Testimony, index: IndexName, moment: datetime
) -> Documents | None:
    if testimony.published_at is None:
        return None
    found = readings.read(session, testimony, VIEWERS[index], "search", moment)
    if not isinstance(found, Reading):
        return None
    return make_documents(found, added=round(testimony.published_at.timestamp() * 1000))


def _all_documents(engine: Engine, index: IndexName) -> Iterator[Documents]:
    with reading(engine) as session:
        ids = testimonies.all_ids(session)
    for testimony_id in ids:
        with reading(engine) as session:
            (testimony,) = testimonies.load(session, [testimony_id])
            documents = _documents(session, testimony, index, clock_now())
        if documents is not None:
            yield documents


def _remember(engine: Engine, written: Sequence[_Written], *, tick: bool = False) -> None:
    """Keep what the indexes hold now and, once both have it, tick off the changes that this covers."""
    with writing(engine) as session:
        for each in written:
            indexed_changes.remember(
                session,
                each.testimony_id,
                each.index,
                number=each.number,
                document_ids=each.ids,
                stale_at=each.stale_at,
            )
        if tick:
            for testimony_id in {each.testimony_id for each in written}:
                covered = min(each.number for each in written if each.testimony_id == testimony_id)
                outbox_changes.tick(session, testimony_id, "index", covered)
                events.record(session, "indexing", testimony_id=testimony_id, detail={"change": covered})


def _announce_stale(engine: Engine) -> None:
    """A statement began or ended since these were indexed: have them written anew."""
    with reading(engine) as session:
        ids = outbox.stale(session, clock_now())
    if not ids:
        return
    with writing(engine) as session:
        for row in testimonies.load(session, ids):
            outbox_changes.announce_to_index(session, row)
