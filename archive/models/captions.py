"""Captions that came beside a medium, kept as they came."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from archive.models.base import Base, HasCreation, HasPublicId


class Captions(HasPublicId, HasCreation, Base):
    """A person's WebVTT for one recording: of what is said in it (`language` None) or a translation.

    `text` is the file as it came; `published_at` is when it became a revision.
    """

    __tablename__ = "captions"

    recording_id: Mapped[int] = mapped_column(ForeignKey("recording.id"), index=True)
    language: Mapped[str | None]
    author: Mapped[str]
    text: Mapped[str]
    sha256: Mapped[str]
    published_at: Mapped[datetime | None]
