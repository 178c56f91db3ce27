"""The migrations themselves, run by Alembic; `drift` says how models and migrations differ."""

from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from archive.errors import Conflict
from archive.migrations import FOLDER, queue
from archive.models import Base


def configuration() -> Config:
    """Alembic's configuration, made here so that there is no file to find."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config


def run(engine: Engine) -> None:
    """Run all migrations that lead to the newest schema. Raises Conflict where a newer version of the archive
    made the database."""
    scripts = ScriptDirectory.from_config(configuration())
    with engine.connect().execution_options(read_only=True) as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in {script.revision for script in scripts.walk_revisions()}:
        raise Conflict(f"the database is at schema {current}, which this version does not know: it is newer")
    with engine.begin() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        queue.upgrade(connection)


def drift(connection: Connection) -> list[Any]:
    """What autogenerate would change in an up-to-date database: empty unless a migration is missing."""
    opts = {"compare_type": True, "include_name": _is_ours}
    context = MigrationContext.configure(connection, opts=opts)
    return list(compare_metadata(context, Base.metadata))


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "table" or not (name or "").startswith(queue.PREFIX)
