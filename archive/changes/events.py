"""Recording who or what did what, when, with which outcome."""

from functools import cache
from importlib.metadata import version
from typing import Any

from sqlalchemy.orm import Session

from archive.models import Event


@cache  # the distribution's files are read for it, and on some days thousands of dates are noted
def program_agent() -> str:
    """This program as the agent of an event."""
    return f"testimony-archive {version('testimony-archive')}"


def record(
    session: Session,
    kind: str,
    *,
    testimony_id: int | None = None,
    recording_id: int | None = None,
    agent: str | None = None,
    outcome: str = "done",
    detail: dict[str, Any] | None = None,
) -> Event:
    """Record one event. `kind` is a PREMIS event type where there is one (ingestion, fixity check, ...)."""
    event = Event(
        kind=kind,
        testimony_id=testimony_id,
        recording_id=recording_id,
        agent=agent or program_agent(),
        outcome=outcome,
        detail=detail or {},
    )
    session.add(event)
    return event
