"""Titled stretches of a testimony (OHMS calls them index points)."""

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from archive.models.base import Base, HasCreation, HasPublicId


class Chapter(HasPublicId, HasCreation, Base):
    """A titled stretch with synopsis, keywords and places; `recording_id` is None where there is no sound."""

    __tablename__ = "chapter"
    __table_args__ = (
        UniqueConstraint("testimony_id", "position"),
        # Access statements name chapters by row id, so none may ever be given to another.
        {"sqlite_autoincrement": True},
    )

    testimony_id: Mapped[int] = mapped_column(ForeignKey("testimony.id"), index=True)
    position: Mapped[int]
    recording_number: Mapped[int | None]
    start_ms: Mapped[int | None]
    end_ms: Mapped[int | None]
    title: Mapped[str]
    synopsis: Mapped[str | None]
    keywords: Mapped[list[str]]
    places: Mapped[list[str]]
