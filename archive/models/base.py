"""What all tables share: naming of constraints, UTC moments, public ids.

Relationships are `lazy="raise"`: what a page or step needs, `archive.queries` loads in full, and nothing is
fetched behind a template's back.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, MetaData, String, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from archive.clock import now
from archive.identifiers import LENGTH, new_public_id

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Moment(TypeDecorator[datetime]):
    """A moment in UTC. SQLite keeps no zone, so it is taken off on the way in and put back on the way out."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse moments without a zone: they would mean another time on another machine."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs a time zone: {value!r}")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Say again that it is UTC."""
        if value is None:
            return None
        assert isinstance(value, datetime)  # noqa: S101 - DateTime gives nothing else
        return value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """Base of all models."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as a plain attribute
        datetime: Moment,
        list[str]: JSON,
        list[int]: JSON,
        list[list[int]]: JSON,
        list[dict[str, Any]]: JSON,
        dict[str, Any]: JSON,
        dict[str, str]: JSON,
    }

    id: Mapped[int] = mapped_column(primary_key=True)


class HasPublicId:
    """Mixin for what has an address or is named in an answer."""

    public_id: Mapped[str] = mapped_column(String(LENGTH), unique=True, default=new_public_id)


class HasCreation:
    """Mixin for rows that say when they came to be."""

    created_at: Mapped[datetime] = mapped_column(default=now)
