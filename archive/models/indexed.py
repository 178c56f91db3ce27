"""What the search index was last told of each testimony."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from archive.models.base import Base


class Indexed(Base):
    """The documents of one testimony in one index (`public` or `staff`), so that what it no longer has can be
    deleted. From `stale_at` on, an access statement begins or ends and the documents no longer hold: every
    search leaves the testimony out until it is indexed anew."""

    __tablename__ = "indexed"
    __table_args__ = (UniqueConstraint("testimony_id", "index_name"),)

    testimony_id: Mapped[int] = mapped_column(ForeignKey("testimony.id"), index=True)
    index_name: Mapped[str]
    number: Mapped[int]
    document_ids: Mapped[list[str]]
    stale_at: Mapped[datetime | None] = mapped_column(index=True)
