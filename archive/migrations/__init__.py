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

from archive.models import Base


def configuration() -> Config:
    """Alembic's configuration, made here so that there is no file to find."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


def upgrade(engine: Engine) -> None:
    """Bring the database to the newest schema; at once where it is there already."""
    head = ScriptDirectory.from_config(configuration()).get_current_head()
    with engine.connect().execution_options(read_only=True) as connection:
        if MigrationContext.configure(connection).get_current_revision() == head:
            return
    with engine.begin() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def drift(connection: Connection) -> list[Any]:
    """What autogenerate would change in an up-to-date database: empty unless a migration is missing."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, Base.metadata))
