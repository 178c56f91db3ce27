"""The typer application that every command registers on, and what all commands share."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import typer

from ingest.cli.errors import ArchiveGroup
from ingest.cli.output import LegibleFormatter

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine

    from archive.jobs import Queue
    from archive.settings import Settings
    from archive.store import Store
    from search.backend import SearchBackend

app = typer.Typer(
    name="testimony",
    cls=ArchiveGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def main() -> None:
    """Data goes to stdout, all else to stderr. Exit codes: 0 done, 1 something failed, 2 wrong usage."""


def set_log_level(level: str) -> None:
    """Log to stderr from `level` on."""
    handler = logging.StreamHandler()
    handler.setFormatter(LegibleFormatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], force=True)
    for package in ("archive", "ingest", "search", "web"):
        logging.getLogger(package).setLevel(level.upper())


@dataclass(frozen=True)
class Archive:
    """An archive as the commands use it; each part is opened when it is first asked for."""

    settings: "Settings"

    @cached_property
    def engine(self) -> "Engine":
        """The database, brought to the newest schema."""
        from archive.database import open_engine
        from archive.migrations import upgrade

        engine = open_engine(self.settings)
        upgrade(engine)
        return engine

    @cached_property
    def unchanged_engine(self) -> "Engine":
        """The database for a dry run: as it is, or an empty one in memory."""
        from archive.rehearsal import open_unchanged

        return open_unchanged(self.settings)

    @cached_property
    def clock(self) -> "Callable[[], datetime]":
        """The clock by which access is judged."""
        from archive.dates import WatchedClock

        return WatchedClock(self.engine)

    @cached_property
    def queue(self) -> "Queue":
        """The queue of jobs."""
        from archive.jobs import create_queue

        return create_queue(self.settings, self.engine)

    @cached_property
    def unchanged_queue(self) -> "Queue":
        """The queue for a dry run."""
        from archive.jobs import create_queue

        return create_queue(self.settings, self.unchanged_engine)

    @cached_property
    def store(self) -> "Store":
        """The store."""
        from archive.store import create_store

        return create_store(self.settings)

    @cached_property
    def backend(self) -> "SearchBackend":
        """The search engine."""
        from search.backend import create_backend

        return create_backend(self.settings)

    def close(self) -> None:
        """Let go of the connections and files of what was opened."""
        if "backend" in self.__dict__:
            self.backend.close()
        for name in ("engine", "unchanged_engine"):
            if name in self.__dict__:
                getattr(self, name).dispose()


@contextmanager
def open_archive(**overrides: Any) -> Iterator[Archive]:
    """The archive that the environment names, let go when the block ends; `overrides` that are None change
    nothing."""
    from archive.settings import Settings

    settings = Settings(**{name: value for name, value in overrides.items() if value is not None})
    set_log_level(settings.log_level)
    archive = Archive(settings)
    try:
        yield archive
    finally:
        archive.close()
