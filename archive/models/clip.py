"""Quoted stretches."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from archive.models.base import Base, HasCreation, HasPublicId


class Clip(HasPublicId, HasCreation, Base):
    """A stretch of a recording, and the words and revision as they were when it was made. Its anchor never
    moves, and changes to transcripts never rewrite it."""

    __tablename__ = "clip"

    testimony_id: Mapped[int] = mapped_column(ForeignKey("testimony.id"), index=True)
    recording_number: Mapped[int]
    start_ms: Mapped[int]
    end_ms: Mapped[int]
    title: Mapped[str | None]
    words: Mapped[str]
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"), index=True)
