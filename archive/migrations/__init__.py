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
    if current == scripts.get_current_head():
        return
    if current is not None and current not in {script.revision for script in scripts.walk_revisions()}:
        raise Conflict(f"the database is at schema {current}, which this version does not know: it is newer")
    with engine.begin() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(engine: Engine) -> bool:
    """Whether the database is at the newest schema."""
    scripts = ScriptDirectory.from_config(configuration())
    with engine.connect().execution_options(read_only=True) as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    return current == scripts.get_current_head()


def drift(connection: Connection) -> list[Any]:
    """What autogenerate would change in an up-to-date database: empty unless a migration is missing."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, Base.metadata))
