"""When the copies for listening have to be looked at."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from archive.models.base import Base


class CopiesDue(Base):
    """From `at` on, the copies of a testimony's recordings may be others than it should have: something
    changed, or an access statement begins or ends then. None: not before the next change. A testimony without
    a row was never looked at."""

    __tablename__ = "copies_due"

    testimony_id: Mapped[int] = mapped_column(ForeignKey("testimony.id"), unique=True)
    at: Mapped[datetime | None] = mapped_column(index=True)
