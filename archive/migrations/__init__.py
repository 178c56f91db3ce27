"""Alembic migrations. `upgrade` brings a database to the newest schema, `drift` says how models and
migrations differ."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from archive.errors import Conflict
from archive.migrations import queue
from archive.models import Base


def configuration() -> Config:
    """Alembic's configuration, made here so that there is no file to find."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest schema; at once where it is there already. Raises Conflict where a
    newer version of the archive made it."""
    scripts = ScriptDirectory.from_config(configuration())
    with engine.connect().execution_options(read_only=True) as connection:
        current = MigrationContext.configure(connection).get_current_revision()
        queue_is_current = queue.is_current(connection)
    if current == scripts.get_current_head() and queue_is_current:
        return
    if current is not None and current not in {script.revision for script in scripts.walk_revisions()}:
        raise Conflict(f"the database is at schema {current}, which this version does not know: it is newer")
    with engine.begin() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        queue.upgrade(connection)


def is_current(engine: Engine) -> bool:
    """Whether the database is at the newest schema."""
    scripts = ScriptDirectory.from_config(configuration())
    with engine.connect().execution_options(read_only=True) as connection:
        current = MigrationContext.configure(connection).get_current_revision()
        return current == scripts.get_current_head() and queue.is_current(connection)


def drift(connection: Connection) -> list[Any]:
    """What autogenerate would change in an up-to-date database: empty unless a migration is missing."""
    opts = {"compare_type": True, "include_name": _is_ours}
    context = MigrationContext.configure(connection, opts=opts)
    return list(compare_metadata(context, Base.metadata))


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "table" or not (name or "").startswith(queue.PREFIX)
