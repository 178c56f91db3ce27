"""Addresses that testimonies had elsewhere before."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from archive.models.base import Base, HasCreation


class OldAddress(HasCreation, Base):
    """Where a testimony, or a moment or stretch of it, was found before it came here: path and query, as in
    `/interview.php?id=12`. Whoever follows it is led on. `created_at` is when that was last said."""

    __tablename__ = "old_address"

    testimony_id: Mapped[int] = mapped_column(ForeignKey("testimony.id"), index=True)
    address: Mapped[str] = mapped_column(unique=True)
    recording_number: Mapped[int | None]
    start_ms: Mapped[int | None]
    end_ms: Mapped[int | None]
