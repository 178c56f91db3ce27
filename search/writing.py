"""A testimony as an index is to hold it: read from the record as it is now, and put into a batch."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from archive import clock
from archive.access import PUBLIC, STAFF, Viewer
from archive.changes import outbox
from archive.changes.indexed import Holding
from archive.database import reading, writing
from archive.errors import WriteDoubtful
from archive.models import Testimony
from archive.queries import readings, testimonies
from archive.reading import Reading
from archive.statements import next_change
from schemas.query import IndexName
from search.backend import Batch
from search.documents import Documents, make_documents

BATCH = 50
"""Testimonies written in one commit: enough to spread its cost, few enough that a change is found soon and
that little is written twice after a crash."""

VIEWERS: dict[IndexName, Viewer] = {"public": PUBLIC, "staff": STAFF}
"""Whose view each index holds."""

Known = Callable[[Session, int], Collection[str]]
"""Ids of the documents that were last written of a testimony (by row id)."""


def write(
    engine: Engine, batch: Batch, index: IndexName, testimony_ids: Iterable[int], known: Known
) -> list[Holding]:
    """Write these testimonies as they are now; one at a time in memory: a transcript may be of hours."""
    return [_write(engine, batch, index, testimony_id, known) for testimony_id in testimony_ids]


@contextmanager
def doubting(engine: Engine, testimony_ids: Collection[int]) -> Iterator[None]:
    """Where it raises WriteDoubtful that these are written, they are put into the outbox again: another may
    have ticked them off already. Every search leaves them out until they are delivered."""
    try:
        yield
    except WriteDoubtful:
        with writing(engine) as session:
            for testimony in testimonies.load(session, testimony_ids):
                outbox.announce_to_index(session, testimony)
        raise


def _write(engine: Engine, batch: Batch, index: IndexName, testimony_id: int, known: Known) -> Holding:
    with reading(engine) as session:
        (testimony,) = testimonies.load(session, [testimony_id])
        before = known(session, testimony_id)
        moment = clock.now()  # one for both: a statement may end between two looks at the clock
        documents = _documents(session, testimony, index, moment)
        stale_at = next_change(testimony, moment)
    if documents is None:
        batch.remove(testimony.public_id, before)
    else:
        batch.replace(documents, before)
    ids = documents.ids if documents else frozenset[str]()
    return Holding(testimony_id, testimony.change_number, ids, stale_at)


def _documents(
    session: Session, testimony: Testimony, index: IndexName, moment: datetime
) -> Documents | None:
    if testimony.published_at is None:
        return None
    found = readings.read(session, testimony, VIEWERS[index], "search", moment)
    if not isinstance(found, Reading):
        return None
    added = round(testimony.published_at.timestamp() * 1000)
    return make_documents(found, added=added, change=testimony.change_number)
