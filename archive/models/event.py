"""Who or what did what to an object, when, with which version and outcome (PREMIS 3.0, section 2)."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from archive.models.base import Base, HasCreation, HasPublicId


class Event(HasPublicId, HasCreation, Base):
    """One event. `testimony_id` and `recording_id` say what it happened to; both are None where a file was
    refused before it became part of the archive (`detail` names it then)."""

    __tablename__ = "event"
    __table_args__ = (CheckConstraint("outcome IN ('done', 'failed')", name="outcome"),)

    testimony_id: Mapped[int | None] = mapped_column(ForeignKey("testimony.id"), index=True)
    recording_id: Mapped[int | None] = mapped_column(ForeignKey("recording.id"), index=True)
    kind: Mapped[str] = mapped_column(index=True)
    agent: Mapped[str]
    """A person, or a program with its version."""
    outcome: Mapped[str]
    detail: Mapped[dict[str, Any]]
