"""`testimony history`: what became of a description."""

import json
from dataclasses import asdict
from itertools import groupby
from typing import Annotated

import typer

from ingest.cli.app import app, open_archive
from ingest.cli.finding import find_testimony
from ingest.cli.options import Json


@app.command()
def history(
    testimony: Annotated[str, typer.Argument(metavar="ID", help="Public id or accession number.")],
    as_json: Json = False,
) -> None:
    """Who changed what in a testimony's description, from what to what, and when; access statements too."""
    from archive.database import reading
    from archive.queries.history import history as read
    from ingest.cli.differences import differences

    with open_archive() as archive, reading(archive.engine) as session:
        row = find_testimony(session, testimony)
        changes = read(session, row)
    if as_json:
        answer = {
            "id": row.public_id,
            "accession_number": row.accession_number,
            "created_at": row.created_at,
            "changes": [asdict(change) for change in changes],
        }
        typer.echo(
            json.dumps(answer, ensure_ascii=False, indent=1, default=lambda moment: moment.isoformat())
        )
        return
    typer.echo(f"{row.public_id}: taken in {row.created_at:%Y-%m-%d %H:%M} UTC")
    for (at, agent, part_of, undoes), some in groupby(
        changes, key=lambda change: (change.at, change.agent, change.part_of, change.undoes)
    ):
        imported = f", import {part_of}" if part_of else ""
        undone = f", which undid import {undoes}" if undoes else ""
        typer.echo(f"{at:%Y-%m-%d %H:%M} UTC, {agent}{imported}{undone}")
        for change in some:
            for line in differences(change.field, change.before, change.after):
                typer.echo(f"  {line}")
