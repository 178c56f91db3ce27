"""What a database holds, before anything is rebuilt into it."""

from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.models import Base, Event

REBUILD = "rebuild"
"""Kind of the events that tell of a rebuild; they belong to no testimony."""

Standing = Literal["empty", "in use", "unfinished", "rebuilt"]


def standing(session: Session) -> Standing:
    """Whether there is nothing in the database, or what a rebuild made of it: one that has begun and did not
    bring everything back is `unfinished`; `in use` is whatever was never rebuilt."""
    told = session.scalars(
        select(Event).where(Event.kind == REBUILD, Event.testimony_id.is_(None)).order_by(Event.id)
    ).all()
    if told:
        return "rebuilt" if told[-1].outcome == "done" else "unfinished"
    for table in Base.metadata.sorted_tables:
        if session.execute(select(table.c.id).limit(1)).first() is not None:
            return "in use"
    return "empty"
