"""Which testimonies have an object in the store, and how new it is."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from archive.models.base import Base


class Preserved(Base):
    """That a testimony's object is in the store: it is not begun a second time, wherever it seems to be gone.

    `number` is that of the newest change which was carried there (0: none that is known).
    """

    __tablename__ = "preserved"

    testimony_id: Mapped[int] = mapped_column(ForeignKey("testimony.id"), unique=True)
    number: Mapped[int]
