"""The `testimony` command: one file a command group. Commands parse, call a library function and print.

Heavy imports wait inside the commands, so that `--help` answers at once.
"""

from ingest.cli import (
    access,
    clip,
    collection,
    demo,
    export,
    history,
    importing,
    ingest,
    metrics,
    migrate,
    models,
    rebuild,
    reindex,
    retry,
    search,
    serve,
    status,
    verify,
    worker,
)
from ingest.cli.app import app

__all__ = [
    "access",
    "app",
    "clip",
    "collection",
    "demo",
    "export",
    "history",
    "importing",
    "ingest",
    "main",
    "metrics",
    "migrate",
    "models",
    "rebuild",
    "reindex",
    "retry",
    "search",
    "serve",
    "status",
    "verify",
    "worker",
]


def main() -> None:
    """Entry point of the `testimony` command."""
    app()
