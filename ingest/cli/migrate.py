"""`testimony migrate`: the database to another one, such as from SQLite to PostgreSQL."""

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer

from ingest.cli.app import Archive, app, open_archive
from ingest.cli.options import Json


@app.command()
def migrate(
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="URL",
            help="Address of an empty database: postgresql+psycopg://USER@HOST:PORT/DATABASE, or "
            "sqlite:////FOLDER/archive.db. A password that is not in it is looked for in ~/.pgpass.",
        ),
    ],
    as_json: Json = False,
) -> None:
    """Carry the whole database to another one, and compare every row before it counts.

    The database that the settings name is read and stays as it is; the other has to be empty, and is empty
    again if anything goes wrong. Stop worker and site first. Store, derivatives and index stay where they
    are. Afterwards the archive goes on with the new database once TESTIMONY_DATABASE_URL names it.
    """
    with open_archive() as archive:
        answer = _migrate(archive, to)
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=1))
        return
    for name, table in answer["tables"].items():
        typer.echo(f"{name}: {table['rows']} rows, the same in both (SHA-256 {table['sha256'][:16]})")
    typer.echo(f"From the {answer['from']} to the {answer['to']}: {answer['rows']} rows.")
    if answer["work"]:
        typer.echo(f"{answer['work']} recordings have work left, and what had failed is tried again.")
    typer.echo(f"What lies in files stays in {answer['home']}: {', '.join(answer['stays'])}.")
    typer.echo(
        "Set TESTIMONY_DATABASE_URL to the new address for every program of the archive. The database of "
        "before is as it was: keep it until you have a backup of the new one, and let nothing write to it."
    )


def _migrate(archive: Archive, to: str) -> dict[str, Any]:
    from archive.database import describe_place, open_engine
    from archive.jobs import create_queue
    from archive.moving import STAYS, move
    from ingest.cli.progress import counting

    settings = archive.settings.model_copy(update={"database_url": to})
    target = open_engine(settings)
    try:
        queues = archive.queue, create_queue(settings, target)
        with counting("carrying and comparing") as told:
            moved = move(archive.engine, target, queues, lambda _table, done, of: told(done, of))
        return {
            "from": describe_place(archive.engine),
            "to": describe_place(target),
            "rows": sum(table.rows for table in moved.tables.values()),
            "tables": {name: asdict(table) for name, table in moved.tables.items()},
            "work": moved.work,
            "home": str(settings.home),
            "stays": list(STAYS),
        }
    finally:
        target.dispose()
