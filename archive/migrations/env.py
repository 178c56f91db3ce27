"""Alembic's entry: runs on the connection that `archive.migrations.upgrade` hands over."""

from typing import Any, Literal

from alembic import context

from archive.models import Base
from archive.models.base import Moment


def render_item(kind: str, item: Any, _autogenerate: object) -> str | Literal[False]:
    """Write our moments as the plain type beneath: a migration must not change when the models do."""
    return "sa.DateTime()" if kind == "type" and isinstance(item, Moment) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=Base.metadata, render_as_batch=True, render_item=render_item
)
with context.begin_transaction():
    context.run_migrations()
