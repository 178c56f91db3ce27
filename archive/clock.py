"""The one clock: moments are timezone-aware UTC. Tests and `access` pass `now` in instead."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, UTC."""
    return datetime.now(UTC)
