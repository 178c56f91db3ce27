"""Digital transfers of a recording, and what was derived from them."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from archive.models.base import Base, HasCreation, HasPublicId


class Derivative(HasCreation, Base):
    """A playback copy, poster or waveform: can be made again, lies under the derivatives folder at `path`.

    A `playback` without a path says that the original itself plays in browsers. `closed` are the stretches
    of the file that are silent and black in it (`archive.copies`), none in a copy of the whole.
    """

    __tablename__ = "derivative"
    __table_args__ = (UniqueConstraint("file_id", "kind", "closed"),)

    file_id: Mapped[int] = mapped_column(ForeignKey("file.id"), index=True)
    kind: Mapped[str]
    """`playback`, `poster` or `waveform`."""
    closed: Mapped[str] = mapped_column(default="")
    path: Mapped[str | None]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    width: Mapped[int | None]
    height: Mapped[int | None]


class File(HasPublicId, HasCreation, Base):
    """One digital transfer. Never changed; a better transfer is another row that becomes the current one.

    `offset_ms`: cited time + offset = time in this file. Cited time is that of the recording's first file:
    its offset never changes, that of a later one may be corrected. `original_name` is the depositor's and is
    never shown to the public. `source` is where the bytes were received from, until `stored_path` (in the
    testimony's object in the store) holds them.
    """

    __tablename__ = "file"

    recording_id: Mapped[int] = mapped_column(ForeignKey("recording.id"), index=True)
    current: Mapped[bool] = mapped_column(default=True)
    current_since: Mapped[datetime | None]
    """When it last became the current one; None while a better transfer is being made ready for that."""
    sha512: Mapped[str] = mapped_column(index=True)
    sha256: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str]
    duration_ms: Mapped[int]
    video: Mapped[bool]
    probe: Mapped[dict[str, Any]]
    offset_ms: Mapped[int] = mapped_column(default=0)
    original_name: Mapped[str]
    source: Mapped[str]
    stored_path: Mapped[str | None]
    accessioned_at: Mapped[datetime | None]

    derivatives: Mapped[list[Derivative]] = relationship(lazy="raise")

    @property
    def cited(self) -> tuple[int, int]:
        """The stretch of cited time that it holds, in ms. Cited time before 0 there is none."""
        return max(0, -self.offset_ms), self.duration_ms - self.offset_ms
