"""Dates of access statements that have come."""

from datetime import datetime
from functools import cache

from sqlalchemy import CompoundSelect, bindparam, or_, select, union
from sqlalchemy.orm import Session

from archive.models import AccessStatement, Testimony


def unnoted(session: Session, since: datetime | None, now: datetime) -> list[int]:
    """Row ids of testimonies with a date after `since` (None: ever) and not after `now` that was not noted
    yet (`Testimony.reached_at`)."""
    given = {"now": now} if since is None else {"now": now, "since": since}
    return list(session.scalars(_unnoted(since is not None), given))


@cache  # built once: every request asks
def _unnoted(since: bool) -> CompoundSelect[int]:
    now, last = (bindparam(name, type_=AccessStatement.begins_at.type) for name in ("now", "since"))
    dated = []
    for date in (AccessStatement.begins_at, AccessStatement.ends_at):
        statement = (
            select(AccessStatement.testimony_id)
            .join(Testimony, Testimony.id == AccessStatement.testimony_id)
            .where(date <= now, or_(Testimony.reached_at.is_(None), Testimony.reached_at < date))
        )
        dated.append(statement.where(date > last) if since else statement)
    return union(*dated)


def ahead(session: Session, now: datetime) -> list[str]:
    """Public ids of testimonies for which a date has come that by `now` is still to come: the clock was set
    back."""
    statement = select(Testimony.public_id).where(Testimony.reached_at > now)
    return list(session.scalars(statement.order_by(Testimony.id)))
