"""Collections, and the testimonies of which a viewer may know, newest first: what home and collection pages
list. The gate decides on each testimony; the database only leaves out what it would refuse anyway."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from archive.access import Viewer
from archive.models import AccessStatement, Collection, Testimony
from archive.models.access import LEVELS
from archive.models.base import Moment
from archive.queries import testimonies
from archive.queries.readings import read
from archive.reading import Reading

_BATCH = 50


def find(session: Session, slug: str) -> Collection | None:
    """The collection of a slug. Whether a viewer may know of it, its open testimonies say."""
    return session.scalars(select(Collection).where(Collection.slug == slug)).one_or_none()


def open_collections(session: Session, viewer: Viewer, now: datetime) -> list[Collection]:
    """Collections of which the viewer may know at least one testimony, by name. One whose testimonies are
    all closed looks like one that does not exist."""
    rows = session.scalars(select(Collection).order_by(Collection.name, Collection.id))
    return [row for row in rows if any(True for _ in open_testimonies(session, viewer, now, slug=row.slug))]


def names(session: Session, slugs: Iterable[str]) -> dict[str, str]:
    """What collections are called, by slug."""
    statement = select(Collection.slug, Collection.name).where(Collection.slug.in_(list(slugs)))
    return {slug: name for slug, name in session.execute(statement)}


def open_testimonies(
    session: Session, viewer: Viewer, now: datetime, *, slug: str | None = None
) -> Iterator[Reading]:
    """Published testimonies that the viewer may know of, newest first, without their text; of one collection
    where `slug` names it. Read in batches, so that whoever needs ten takes ten."""
    statement = _newest(viewer, now)
    if slug is not None:
        statement = statement.join(Testimony.collection).where(Collection.slug == slug)
    last: tuple[datetime | None, int] | None = None
    while True:
        batch = statement
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


def _newest(viewer: Viewer, now: datetime) -> Select[datetime | None, int]:
    statement = (
        select(Testimony.published_at, Testimony.id)
        .where(Testimony.published_at.is_not(None))
        .order_by(Testimony.published_at.desc(), Testimony.id.desc())
    )
    if viewer.staff:
        return statement
    # Without this a page of ten had to go through every closed testimony of the archive to find them.
    shut = [level for level in LEVELS if not viewer.may(level)]
    whole = _in_force_on_whole(now)
    return statement.where(
        exists().where(whole), ~exists().where(and_(whole, AccessStatement.level.in_(shut)))
    )


def _in_force_on_whole(now: datetime) -> ColumnElement[bool]:
    """Statements in force on the testimony as a whole, as `archive.access.visible` counts them."""
    return and_(
        AccessStatement.testimony_id == Testimony.id,
        AccessStatement.subject == "testimony",
        AccessStatement.stretch_recording.is_(None),
        AccessStatement.superseded_at.is_(None),
        or_(AccessStatement.begins_at.is_(None), AccessStatement.begins_at <= now),
        or_(AccessStatement.ends_at.is_(None), AccessStatement.ends_at > now),
    )
