"""What an index that is being made anew holds already."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from archive.models.base import Base


class Drafted(Base):
    """The documents of one testimony in the draft of an index, as of change `number` and until `stale_at`.

    They become `Indexed` when the draft becomes the live index. `draft` is the engine's name of it: rows of a
    draft that is gone mean nothing.
    """

    __tablename__ = "drafted"
    __table_args__ = (UniqueConstraint("draft", "testimony_id"),)

    draft: Mapped[str]
    index_name: Mapped[str]
    testimony_id: Mapped[int] = mapped_column(ForeignKey("testimony.id"), index=True)
    number: Mapped[int]
    document_ids: Mapped[list[str]]
    stale_at: Mapped[datetime | None]
