"""From the outbox to the index: "testimony N changed" becomes its documents as they are now.

The state is read, the documents are written, and only then is the row ticked off, so that a crash anywhere
leads to the same documents once more and never to a change that is lost. The index is disposable: `prepare`
sees that there is one.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from contextlib import closing

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from archive import clock
from archive.changes import events
from archive.changes import indexed as indexed_changes
from archive.changes import outbox as outbox_changes
from archive.changes.indexed import Holding
from archive.database import reading, writing
from archive.dates import note_dates
from archive.errors import IndexUnusable, SearchUnavailable
from archive.models import Testimony
from archive.queries import outbox, testimonies
from schemas.query import INDEXES, IndexName
from search.backend import SearchBackend
from search.reindexing import reindex, settle
from search.writing import BATCH, Known, doubting, write

log = logging.getLogger(__name__)


def prepare(
    engine: Engine,
    backend: SearchBackend,
    *,
    compare: bool = False,
    between: Callable[[], None] = lambda: None,
) -> None:
    """See that both indexes are there and whole: one that is missing, damaged, older than the code or of
    another database is made anew from this one, and one that was left half made is finished.

    With `compare` each is compared with what the database says that it was told, which takes seconds where
    there is much: one of the two may have been put back from an older copy.

    `between` is called between two batches; what it raises ends the work, which the next call goes on with.
    Raises SearchUnavailable where an index can't be used and another process makes it anew.
    """
    with reading(engine) as session:
        first = outbox.is_unindexed(session)
    for index in INDEXES:
        try:
            backend.check(index)
            if first and backend.changes(index):
                # An index may outlive its database, and hold what is closed in this one.
                raise IndexUnusable(f"The {index} search index was made from another database.")
            settle(engine, backend, index)
            if compare and not _is_as_told(engine, backend, index):
                raise IndexUnusable(
                    f"The {index} search index is not as this database last wrote it: one of them is older."
                )
        except IndexUnusable as error:
            log.log(logging.DEBUG if first else logging.WARNING, "%s It is made anew.", error)
            _make(engine, backend, index, between)
            if not first:
                log.info("The %s search index is made anew and can be searched again.", index)
        else:
            if backend.has_draft(index):
                _finish(engine, backend, index, between)


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
        # A closing is followed by a purge, so those go together and alone.
        together = [testimony_id for testimony_id in ids if testimony_id in closing] or ids
        _deliver(engine, backend, together, purge=bool(closing))
        done += len(together)


def _is_as_told(engine: Engine, backend: SearchBackend, index: IndexName) -> bool:
    """Whether an index holds what it was last told, as far as nobody tells it more meanwhile: who does has
    the outbox say so until it is remembered."""

    def recorded() -> tuple[dict[str, int], set[str]]:
        with reading(engine) as session:
            return outbox.told(session, index), outbox.undelivered(session)

    before, waited = recorded()
    held = backend.changes(index)
    after, waits = recorded()
    return all(
        held.get(public_id) == after.get(public_id) or before.get(public_id) != after.get(public_id)
        for public_id in (held.keys() | after.keys()) - waited - waits
    )


def _make(engine: Engine, backend: SearchBackend, index: IndexName, between: Callable[[], None]) -> None:
    with closing(reindex(engine, backend, index)) as steps:
        for _ in steps:
            between()


def _finish(engine: Engine, backend: SearchBackend, index: IndexName, between: Callable[[], None]) -> None:
    """Go on with a draft, which may hold words that were closed since; the live index is in order."""
    try:
        _make(engine, backend, index, between)
    except IndexUnusable:
        raise
    except SearchUnavailable as error:
        log.debug("%s", error)  # somebody is at it


def _deliver(engine: Engine, backend: SearchBackend, ids: Sequence[int], *, purge: bool) -> None:
    written: dict[IndexName, list[Holding]] = {}
    for index in INDEXES:
        with doubting(engine, ids), backend.writing(index) as batch:
            written[index] = write(engine, batch, index, ids, _known(index))
        if purge:
            _purge(engine, backend, index)
    with writing(engine) as session:
        for index, holdings in written.items():
            indexed_changes.remember(session, index, holdings)
        for testimony_id in ids:
            covered = min(
                each.number
                for holdings in written.values()
                for each in holdings
                if each.testimony_id == testimony_id
            )
            outbox_changes.tick(session, testimony_id, "index", covered)
            events.record(session, "indexing", testimony_id=testimony_id, detail={"change": covered})


def _purge(engine: Engine, backend: SearchBackend, index: IndexName) -> None:
    """Leave nothing of what was closed in the index's files."""
    while soiled := backend.purge(index):
        again = sorted(soiled)[:BATCH]
        with reading(engine) as session:
            rows = testimonies.load_by_public_ids(session, again)
            known = {row.public_id: row.id for row in rows}
            newer = [row.id for row in rows if _is_newer(session, row, index)]
        if newer:
            # Killed before that is remembered, the index would look as if it were another database's.
            with writing(engine) as session:
                for row in testimonies.load(session, newer):
                    outbox_changes.tell_index_again(session, row)
        with doubting(engine, known.values()), backend.writing(index) as batch:
            holdings = write(engine, batch, index, known.values(), _known(index))
            for unknown in again:
                if unknown not in known:
                    batch.remove(unknown)
        with writing(engine) as session:
            indexed_changes.remember(session, index, holdings)


def _is_newer(session: Session, row: Testimony, index: IndexName) -> bool:
    """Whether something changed that the index was not told: the store alone had to know."""
    told = outbox.indexed(session, row.id).get(index)
    return told is None or told.number != row.change_number


def _known(index: IndexName) -> Known:
    def known(session: Session, testimony_id: int) -> Collection[str]:
        row = outbox.indexed(session, testimony_id).get(index)
        return row.document_ids if row else ()

    return known


def _announce_stale(engine: Engine) -> None:
    """A statement began or ended since these were indexed: have them written anew."""
    moment = clock.now()
    note_dates(engine, None, moment)
    with reading(engine) as session:
        ids = outbox.stale(session, moment)
    if not ids:
        return
    with writing(engine) as session:
        for row in testimonies.load(session, ids):
            outbox_changes.announce_to_index(session, row)
