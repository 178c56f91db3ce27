"""What a machine heard, kept for ever as it was heard."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive.models.base import Base, HasCreation, HasPublicId


class RecognitionWindow(Base):
    """One window of a run: durable the moment it is heard, so that a crash loses at most the one in progress.

    `result` is the raw recognition (`schemas.recognition.WindowRecognition` as JSON, zlib).
    """

    __tablename__ = "recognition_window"
    __table_args__ = (UniqueConstraint("recognition_id", "number"),)

    recognition_id: Mapped[int] = mapped_column(ForeignKey("recognition.id"), index=True)
    number: Mapped[int]
    start_ms: Mapped[int]
    end_ms: Mapped[int]
    result: Mapped[bytes] = mapped_column(LargeBinary)
    finished_at: Mapped[datetime] = mapped_column(index=True)


class Recognition(HasPublicId, HasCreation, Base):
    """One run of an engine over one file. `plan` is the list of windows, [start_ms, end_ms] in the file.

    `language` is set where it was heard (with its probability) or given (`language_given`). `flags` are
    spans for the archivist's ear: sound without words, words dropped.
    """

    __tablename__ = "recognition"

    file_id: Mapped[int] = mapped_column(ForeignKey("file.id"), index=True)
    engine: Mapped[str]
    engine_version: Mapped[str]
    model: Mapped[str]
    parameters: Mapped[dict[str, Any]]
    language: Mapped[str]
    language_probability: Mapped[float | None]
    language_given: Mapped[bool]
    plan: Mapped[list[list[int]]]
    flags: Mapped[list[dict[str, Any]]]
    finished_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    """When its text went into a revision."""

    windows: Mapped[list[RecognitionWindow]] = relationship(lazy="raise", order_by=RecognitionWindow.number)

    @property
    def label(self) -> str:
        """How pages name the maker: `Whisper base (faster-whisper 1.2.1)`."""
        return f"Whisper {self.model} ({self.engine} {self.engine_version})"
