"""What a machine heard, kept for ever as it was heard."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive.models.base import Base, HasCreation, HasPublicId
from schemas.recognition import Engine


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
    def made_by(self) -> Engine:
        """What hears in it. No other engine, version, model or parameters go on with it."""
        return Engine(
            name=self.engine, version=self.engine_version, model=self.model, parameters=self.parameters
        )

    @property
    def whole(self) -> bool:
        """Whether every window is heard."""
        return len(self.windows) == len(self.plan)

    @property
    def label(self) -> str:
        """As `maker_name`."""
        return maker_name(self.model, self.engine, self.engine_version)


def maker_name(model: str, engine: str, engine_version: str) -> str:
    """How pages name the maker of a machine's text: `Whisper base (faster-whisper 1.2.1)`."""
    return f"Whisper {model} ({engine} {engine_version})"
