"""Who may see what, said by whom: statements, never edited, only superseded."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from archive.models.base import Base, HasCreation, HasPublicId
from schemas.access import LEVELS

__all__ = ["LEVELS", "SUBJECTS", "AccessStatement"]

SUBJECTS = ("testimony", "recording", "transcript", "chapter", "clip")


class AccessStatement(HasPublicId, HasCreation, Base):
    """One statement on one subject of a testimony.

    A stretch (`stretch_recording`, start and end in ms; end None: to its end) narrows it to a part of a
    recording.
    Holds from `begins_at` (None: always) until `ends_at` (exclusive; None: for ever). A newer one on the same
    subject and stretch supersedes it (`superseded_by` is its row id; None: it was taken back). Which are in
    force is for `archive.statements` to say. `notice` is a sentence that the public may read where the thing
    itself is closed. On a chapter, the stretch is the chapter's when it was said: what was closed stays
    closed, whatever becomes of the chapter.
    """

    __tablename__ = "access_statement"
    __table_args__ = (
        CheckConstraint(f"level IN {LEVELS}", name="level"),
        CheckConstraint(f"subject IN {SUBJECTS}", name="subject"),
        CheckConstraint("(subject = 'testimony') = (subject_id IS NULL)", name="subject_id"),
        CheckConstraint("(stretch_recording IS NULL) = (start_ms IS NULL)", name="stretch"),
    )

    testimony_id: Mapped[int] = mapped_column(ForeignKey("testimony.id"), index=True)
    subject: Mapped[str]
    subject_id: Mapped[int | None]
    """Row id of the recording, transcript, chapter or clip."""
    stretch_recording: Mapped[int | None]
    start_ms: Mapped[int | None]
    end_ms: Mapped[int | None]
    level: Mapped[str]
    begins_at: Mapped[datetime | None] = mapped_column(index=True)
    ends_at: Mapped[datetime | None] = mapped_column(index=True)
    reason: Mapped[str | None]
    notice: Mapped[str | None]
    said_by: Mapped[str]
    described: Mapped[bool] = mapped_column(default=False)
    """Whether the description that came with the media said so, rather than a person afterwards."""
    superseded_at: Mapped[datetime | None]
    superseded_by: Mapped[int | None]

    @property
    def place(self) -> tuple[str, int | None, int | None, int | None, int | None]:
        """What it is about: two with the same place supersede each other."""
        return (self.subject, self.subject_id, self.stretch_recording, self.start_ms, self.end_ms)

    @property
    def whole(self) -> bool:
        """Whether it is about the testimony as a whole."""
        return self.subject == "testimony" and self.stretch_recording is None

    @property
    def taken_back(self) -> bool:
        """Whether it was taken back, and no other statement put in its place."""
        return self.superseded_at is not None and self.superseded_by is None

    def holds(self, moment: datetime) -> bool:
        """Whether `moment` lies within its dates."""
        return (self.begins_at is None or self.begins_at <= moment) and (
            self.ends_at is None or moment < self.ends_at
        )
