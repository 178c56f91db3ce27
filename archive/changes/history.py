"""Writing down what became of a description, field by field."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.models import DescriptionChange, DescriptionImport, Testimony


def record(
    session: Session,
    testimony: Testimony,
    field: str,
    before: Any,
    after: Any,
    *,
    agent: str,
    now: datetime,
    part_of: DescriptionImport | None = None,
) -> DescriptionChange:
    """One field became another. Of `access`, `before` and `after` are public ids of statements."""
    last = session.scalar(
        select(func.max(DescriptionChange.number)).where(DescriptionChange.testimony_id == testimony.id)
    )
    change = DescriptionChange(
        testimony_id=testimony.id,
        number=(last or 0) + 1,
        field=field,
        before=before,
        after=after,
        agent=agent,
        created_at=now,
        part_of=part_of,
    )
    session.add(change)
    session.flush()
    return change
