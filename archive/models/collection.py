"""A set of testimonies from one depositor or project, with its rules."""

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from archive.models.base import Base, HasCreation

MACHINE_TEXT = ("open", "listen", "staff")
"""What an unreviewed machine transcript is for: read, searched and quoted; found and followed while
listening; seen by staff alone."""


class Collection(HasCreation, Base):
    """A collection. `slug` is its address for ever, `name` what people call it."""

    __tablename__ = "collection"
    __table_args__ = (CheckConstraint(f"machine_text IN {MACHINE_TEXT}", name="machine_text"),)

    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    description: Mapped[str | None]
    depositor: Mapped[str | None]
    machine_text: Mapped[str] = mapped_column(default="open")
    framed_by: Mapped[str | None]
    """Sites that may frame its testimonies, as Content-Security-Policy names them, a space between; None: all
    may."""
