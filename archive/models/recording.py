"""One tape or session of a testimony."""

from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive.models.base import Base, HasCreation, HasPublicId
from archive.models.file import File

if TYPE_CHECKING:
    from archive.models.testimony import Testimony


class Recording(HasPublicId, HasCreation, Base):
    """A recording. Its `number` within the testimony is permanent and never given to another: citations
    (`?r=2&t=57`) rest on it. `language` is what the archivist said is spoken, None where it is heard."""

    __tablename__ = "recording"
    __table_args__ = (UniqueConstraint("testimony_id", "number"),)

    testimony_id: Mapped[int] = mapped_column(ForeignKey("testimony.id"), index=True)
    number: Mapped[int]
    language: Mapped[str | None]

    testimony: Mapped["Testimony"] = relationship(lazy="raise", back_populates="recordings")
    files: Mapped[list[File]] = relationship(lazy="raise", order_by=File.id)

    @property
    def current_file(self) -> File:
        """The transfer that is played and cited now."""
        return next(file for file in self.files if file.current)

    @property
    def awaited_files(self) -> list[File]:
        """Better transfers that take the current one's place once they can be played, oldest first."""
        return [file for file in self.files if not file.current and file.current_since is None]

    @property
    def files_in_use(self) -> list[File]:
        """The transfers that have to be playable: the current one, and those that take its place."""
        return [self.current_file, *self.awaited_files]
