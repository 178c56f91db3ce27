"""Texts of a testimony in numbered, immutable revisions."""

from collections.abc import Sequence

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive.models.base import Base, HasCreation, HasPublicId
from archive.models.segment import Segment

STATUSES = ("machine", "in review", "reviewed")


class RevisionSegment(Base):
    """The place of a segment in a revision. `checked`: somebody who reviews looked at it there; that it
    stands in a revision which is called reviewed does not say so, since tapes are added to that later."""

    __tablename__ = "revision_segment"
    __table_args__ = (UniqueConstraint("revision_id", "position"),)

    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"), index=True)
    segment_id: Mapped[int] = mapped_column(ForeignKey("segment.id"), index=True)
    position: Mapped[int]
    checked: Mapped[bool] = mapped_column(default=False)


class Revision(HasCreation, Base):
    """An ordered list of segments, with who saved it and when; never changed.

    `status` `machine` means that no person had a hand in it. `author` is None then.
    """

    __tablename__ = "revision"
    __table_args__ = (
        UniqueConstraint("transcript_id", "number"),
        CheckConstraint(f"status IN {STATUSES}", name="status"),
    )

    transcript_id: Mapped[int] = mapped_column(ForeignKey("transcript.id"), index=True)
    number: Mapped[int]
    author: Mapped[str | None]
    status: Mapped[str]
    note: Mapped[str | None]

    segments: Mapped[list[Segment]] = relationship(
        lazy="raise",
        secondary="revision_segment",
        order_by=RevisionSegment.position,
        viewonly=True,
    )


class Transcript(HasPublicId, HasCreation, Base):
    """A text of a testimony: the original (whatever languages are spoken in it), or a translation."""

    __tablename__ = "transcript"
    __table_args__ = (CheckConstraint("kind IN ('original', 'translation')", name="kind"),)

    testimony_id: Mapped[int] = mapped_column(ForeignKey("testimony.id"), index=True)
    kind: Mapped[str] = mapped_column(default="original")
    language: Mapped[str | None]
    """Of a translation; an original's languages are its segments'."""

    revisions: Mapped[list[Revision]] = relationship(lazy="raise", order_by=Revision.number)


def shown_revision(revisions: Sequence[Revision]) -> Revision | None:
    """The newest reviewed revision, else the newest by a person, else the machine's newest.

    A later machine run thus never displaces a person's text.
    """
    for status in ("reviewed", "in review", "machine"):
        of_status = [revision for revision in revisions if revision.status == status]
        if of_status:
            return max(of_status, key=lambda revision: revision.number)
    return None
