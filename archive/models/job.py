"""Work that is due, on SQLite (see `archive.jobs`)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from archive.clock import now
from archive.models.base import Base


class Job(Base):
    """Work on one recording; the row goes when the work is done. `again`: deferred once more while it ran."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint("status IN ('waiting', 'running', 'failed')", name="status"),
        Index(None, "status", "turn"),
    )

    recording_id: Mapped[int] = mapped_column(ForeignKey("recording.id"), unique=True)
    status: Mapped[str] = mapped_column(default="waiting")
    priority: Mapped[int] = mapped_column(default=0)
    turn: Mapped[int] = mapped_column(default=0, server_default="0")
    attempts: Mapped[int] = mapped_column(default=0)
    again: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str | None]
    deferred_at: Mapped[datetime] = mapped_column(default=now)
    started_at: Mapped[datetime | None]
