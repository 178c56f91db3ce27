"""Changes that the search index and the store have yet to hear of."""

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from archive.models.base import Base, HasCreation

DESTINATIONS = ("index", "store")


class OutboxEntry(HasCreation, Base):
    """ "Testimony N changed, number k": never what to write. Whoever delivers reads the state as it is then.

    `closing` goes first, and until it is delivered every search leaves the testimony out.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint(f"destination IN {DESTINATIONS}", name="destination"),
        # Every search asks for what closes something, however much else waits.
        Index("ix_outbox_destination_closing", "destination", "closing"),
    )

    testimony_id: Mapped[int] = mapped_column(ForeignKey("testimony.id"), index=True)
    destination: Mapped[str]
    number: Mapped[int]
    closing: Mapped[bool] = mapped_column(default=False)
