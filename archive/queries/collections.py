"""Collections, and the testimonies of which a viewer may know, newest first: what home and collection pages
list. The gate decides on each testimony; the database only leaves out what it would refuse anyway."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import Select, exists, func, literal, select, tuple_
from sqlalchemy.orm import Session

from archive.access import Viewer
from archive.models import Collection, Testimony
from archive.models.base import Moment
from archive.queries import testimonies
from archive.queries.readings import read
from archive.reading import Reading

_BATCH = 50


def find(session: Session, slug: str, viewer: Viewer, now: datetime) -> Collection | None:
    """The collection of a slug. One without any published testimony that the viewer may know of ends in the
    same query as one that does not exist; the gate has the last word, by `open_testimonies`."""
    known = exists().where(
        Testimony.collection_id == Collection.id,
        Testimony.published_at.is_not(None),
        testimonies.described_to(viewer, now),
    )
    return session.scalars(select(Collection).where(Collection.slug == slug, known)).one_or_none()


def open_collections(session: Session, viewer: Viewer, now: datetime) -> list[Collection]:
    """Collections of which the viewer may know at least one testimony, by name. One whose testimonies are
    all closed looks like one that does not exist."""
    # Not by the database: each has an order of letters of its own.
    rows = sorted(session.scalars(select(Collection)), key=lambda row: (row.name, row.id))
    return [row for row in rows if any(True for _ in open_testimonies(session, viewer, now, slug=row.slug))]


def names(session: Session, slugs: Iterable[str]) -> dict[str, str]:
    """What collections are called, by slug."""
    statement = select(Collection.slug, Collection.name).where(Collection.slug.in_(list(slugs)))
    return {slug: name for slug, name in session.execute(statement)}


def list_all(session: Session) -> list[tuple[Collection, int]]:
    """Every collection by name, with how many testimonies it has, closed ones among them (for staff)."""
    counted = (
        select(Collection, func.count(Testimony.id))
        .outerjoin(Testimony, Testimony.collection_id == Collection.id)
        .group_by(Collection.id)
    )
    # Not by the database: each has an order of letters of its own.
    rows = [(collection, count) for collection, count in session.execute(counted)]
    return sorted(rows, key=lambda row: (row[0].name, row[0].id))


def find_named(session: Session, name: str) -> Collection | None:
    """The collection of that name or slug, for staff."""
    known = select(Collection).where((Collection.name == name) | (Collection.slug == name))
    return session.scalars(known.order_by(Collection.id)).first()


def members(session: Session, name: str) -> set[int] | None:
    """Row ids of all testimonies of the collection of that name or slug, for staff; None: there is none."""
    collection = find_named(session, name)
    if collection is None:
        return None
    return set(session.scalars(select(Testimony.id).where(Testimony.collection_id == collection.id)))


def open_testimonies(
    session: Session, viewer: Viewer, now: datetime, *, slug: str | None = None, skip: int = 0
) -> Iterator[Reading]:
    """Published testimonies that the viewer may know of, newest first but for the first `skip`, without their
    text; of one collection where `slug` names it. Read in batches, so that whoever needs ten takes ten."""
    statement = _newest(viewer, now)
    if slug is not None:
        statement = statement.join(Testimony.collection).where(Collection.slug == slug)
    last: tuple[datetime | None, int] | None = None
    while True:
        batch = statement.offset(skip) if skip else statement
        if last is not None:
            last_row = tuple_(literal(last[0], Moment), literal(last[1]))
            batch = statement.where(tuple_(Testimony.published_at, Testimony.id) < last_row)
        rows = session.execute(batch.limit(_BATCH)).all()
        loaded = {row.id: row for row in testimonies.load(session, [row_id for _, row_id in rows])}
        for _, row_id in rows:
            reading = read(session, loaded[row_id], viewer, "describe", now, text=False)
            if isinstance(reading, Reading):
                yield reading
        if len(rows) < _BATCH:
            return
        last = (rows[-1][0], rows[-1][1])


def count(session: Session, viewer: Viewer, now: datetime) -> int:
    """How many rows `open_testimonies` goes through."""
    return session.scalar(select(func.count()).select_from(_newest(viewer, now).subquery())) or 0


def _newest(viewer: Viewer, now: datetime) -> Select[datetime | None, int]:
    # Without the condition a page of ten had to go through every closed testimony to find them.
    return (
        select(Testimony.published_at, Testimony.id)
        .where(Testimony.published_at.is_not(None), testimonies.described_to(viewer, now))
        .order_by(Testimony.published_at.desc(), Testimony.id.desc())
    )
