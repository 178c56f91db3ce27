"""What became of descriptions: every field that became another, and the tables that were read in."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive.models.base import Base, HasCreation, HasPublicId


class DescriptionImport(HasPublicId, HasCreation, Base):
    """A table of descriptions that was read in as a whole, or the undoing of one (`undoes_id`), which is an
    import as well. `source` is the file's name, for people."""

    __tablename__ = "description_import"

    agent: Mapped[str]
    source: Mapped[str | None]
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("description_import.id"))

    undoes: Mapped["DescriptionImport | None"] = relationship(
        lazy="raise", remote_side="DescriptionImport.id"
    )


class DescriptionChange(HasCreation, Base):
    """One field of a testimony's description became another: who did it, when, from what to what.

    `before` and `after` are plain values as a sidecar has them, None for nothing. Of `access`, they are the
    public ids of the statements that went and came, since those are kept themselves. `number` counts within
    the testimony: a table of descriptions carries it, to tell what changed since it was written.
    """

    __tablename__ = "description_change"
    __table_args__ = (UniqueConstraint("testimony_id", "number"),)

    testimony_id: Mapped[int] = mapped_column(ForeignKey("testimony.id"), index=True)
    number: Mapped[int]
    field: Mapped[str]
    before: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    after: Mapped[Any] = mapped_column(JSON(none_as_null=True), nullable=True)
    agent: Mapped[str]
    import_id: Mapped[int | None] = mapped_column(ForeignKey("description_import.id"), index=True)

    part_of: Mapped[DescriptionImport | None] = relationship(lazy="raise")
