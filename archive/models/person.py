"""People, and the roles that they have in testimonies."""

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive.models.base import Base, HasCreation, HasPublicId


class Person(HasPublicId, HasCreation, Base):
    """A person. `names` are all they had and never leave the archive; `published_name` is the one form that
    pages, titles, file names, captions and citations show, None where none was agreed.

    Two testimonies share a person only where both give the same `identifier`: sameness is never guessed.
    """

    __tablename__ = "person"

    identifier: Mapped[str | None] = mapped_column(unique=True)
    names: Mapped[list[str]]
    published_name: Mapped[str | None]


class Role(Base):
    """What a person did in a testimony: interviewee, interviewer, ... in the order of the description."""

    __tablename__ = "role"
    __table_args__ = (UniqueConstraint("testimony_id", "position"),)

    testimony_id: Mapped[int] = mapped_column(ForeignKey("testimony.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str]
    position: Mapped[int]

    person: Mapped[Person] = relationship(lazy="raise")
