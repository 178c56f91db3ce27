"""Dates of access statements that have come."""

from datetime import datetime

from sqlalchemy import func, or_, select, union
from sqlalchemy.orm import Session

from archive.models import AccessStatement, Testimony


def unnoted(session: Session, since: datetime | None, now: datetime) -> list[int]:
    """Row ids of testimonies with a date after `since` (None: ever) and not after `now` that was not noted
    yet (`Testimony.reached_at`)."""
    dated = []
    for date in (AccessStatement.begins_at, AccessStatement.ends_at):
        statement = (
            select(AccessStatement.testimony_id)
            .join(Testimony, Testimony.id == AccessStatement.testimony_id)
            .where(date <= now, or_(Testimony.reached_at.is_(None), Testimony.reached_at < date))
        )
        dated.append(statement if since is None else statement.where(date > since))
    return list(session.scalars(union(*dated)))


def ahead(session: Session, now: datetime) -> int:
    """How many testimonies have seen a date come that by `now` is still to come: the clock was set back."""
    return session.scalar(select(func.count(Testimony.id)).where(Testimony.reached_at > now)) or 0
