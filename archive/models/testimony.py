"""One described account: an interview or statement. It is what is found, heard and cited."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive.models.base import Base, HasCreation, HasPublicId
from archive.models.collection import Collection
from archive.models.person import Role
from archive.models.text import DepositedText

if TYPE_CHECKING:
    from archive.models.access import AccessStatement
    from archive.models.chapter import Chapter
    from archive.models.clip import Clip
    from archive.models.recording import Recording
    from archive.models.transcript import Transcript


class Testimony(HasPublicId, HasCreation, Base):
    """A testimony and its description.

    `change_number` grows with every change that the index or the store has to hear of (see `outbox`).
    `sidecar` is the description that was last taken in, as it was given, so that a second ingest can tell
    what changed in it, whatever was edited here since. `unconfirmed_since` is set where the testimony was
    rebuilt from the store and nobody has yet said that its access statements still hold: until then it is
    closed to all but staff. It is no part of the descriptor: whatever comes back is unconfirmed anyway.
    """

    __tablename__ = "testimony"

    collection_id: Mapped[int] = mapped_column(ForeignKey("collection.id"), index=True)
    accession_number: Mapped[str | None] = mapped_column(unique=True)
    title: Mapped[str | None]
    kind: Mapped[str]
    date: Mapped[str | None]
    """EDTF."""
    years: Mapped[list[int]]
    summary: Mapped[str | None]
    languages: Mapped[list[str]]
    places: Mapped[list[str]]
    subjects: Mapped[list[str]]
    rights: Mapped[str | None]
    transcript_author: Mapped[str | None]
    description: Mapped[dict[str, Any]]
    """Further described fields (source, publisher, ...), as given: texts, and lists of texts."""
    sidecar: Mapped[dict[str, Any] | None]
    published_at: Mapped[datetime | None]
    unconfirmed_since: Mapped[datetime | None]
    reached_at: Mapped[datetime | None] = mapped_column(index=True)
    """The latest date of an access statement that has come. A clock set back behind it opens nothing."""
    change_number: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column()

    collection: Mapped[Collection] = relationship(lazy="raise")
    roles: Mapped[list[Role]] = relationship(
        lazy="raise", order_by=Role.position, cascade="all, delete-orphan"
    )
    recordings: Mapped[list["Recording"]] = relationship(
        lazy="raise", order_by="Recording.number", back_populates="testimony"
    )
    texts: Mapped[list[DepositedText]] = relationship(lazy="raise", order_by=DepositedText.id)
    transcripts: Mapped[list["Transcript"]] = relationship(lazy="raise", order_by="Transcript.id")
    chapters: Mapped[list["Chapter"]] = relationship(
        lazy="raise", order_by="Chapter.position", cascade="all, delete-orphan"
    )
    clips: Mapped[list["Clip"]] = relationship(lazy="raise", order_by="Clip.id")
    statements: Mapped[list["AccessStatement"]] = relationship(lazy="raise", order_by="AccessStatement.id")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it as a plain attribute
