"""Texts that somebody made and brought, kept as they came."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from archive.models.base import Base, HasCreation, HasPublicId

FORMATS = ("vtt", "txt")


class DepositedText(HasPublicId, HasCreation, Base):
    """A person's text of what is said in a testimony, or a translation, in a file.

    `language` is the one that it is written in, where that is known (of a translation it always is).
    `runs_over` are the recordings that it runs over, in its order, each with where it begins on the text's
    own time line: [[number, ms], ...]; empty for a text that no recording is there for. It names recordings
    by their permanent numbers, since a text may come before one of them. `content` is the file as it came,
    `sha256` its digest. `published_at` is when it became a revision.
    """

    __tablename__ = "deposited_text"
    __table_args__ = (
        CheckConstraint(f"format IN {FORMATS}", name="format"),
        CheckConstraint("kind IN ('original', 'translation')", name="kind"),
        CheckConstraint("kind = 'original' OR language IS NOT NULL", name="translation_language"),
    )

    testimony_id: Mapped[int] = mapped_column(ForeignKey("testimony.id"), index=True)
    format: Mapped[str]
    kind: Mapped[str]
    language: Mapped[str | None]
    author: Mapped[str]
    original_name: Mapped[str | None]
    """As the depositor called it; never shown to the public."""
    runs_over: Mapped[list[list[int]]]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    """Up to 16 MiB, so it is loaded by itself (`archive.queries.texts`)."""
    sha256: Mapped[str]
    published_at: Mapped[datetime | None]

    @property
    def numbers(self) -> frozenset[int]:
        """The numbers of the recordings that it runs over."""
        return frozenset(number for number, _ in self.runs_over)

    @property
    def translation(self) -> str | None:
        """The language of a translation; None for what is said."""
        return self.language if self.kind == "translation" else None
