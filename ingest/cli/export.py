"""`testimony export`: descriptions as a table."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from ingest.cli.app import app, open_archive


@app.command()
def export(
    testimonies: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID]...", help="Public ids or accession numbers; without any, all."),
    ] = None,
    descriptions: Annotated[
        str,
        typer.Option(metavar="FILE", help="Table (CSV) to be written, a new file; - is stdout."),
    ] = "",
    collection: Annotated[
        str | None, typer.Option(metavar="NAME", help="Those of one collection alone.")
    ] = None,
) -> None:
    """Write descriptions as a table, to be edited in a spreadsheet program and read in again with
    `testimony import`. It holds what is closed, too: names, reasons, everything."""
    from ingest.importers.exporting import choose, write_table

    if not descriptions:
        raise typer.BadParameter("expected a file, or - for stdout", param_hint="--descriptions")
    with open_archive() as archive:
        ids = choose(archive.engine, testimonies or [], collection)
        lines = write_table(archive.engine, ids)
        if descriptions == "-":
            for line in lines:
                sys.stdout.buffer.write(line.encode())
            sys.stdout.buffer.flush()
            return
        path = Path(descriptions)
        _write(path, lines)
    typer.echo(f"{len(ids)} descriptions in {path}", err=True)


def _write(path: Path, lines: Iterator[str]) -> None:
    """The table for its owner's eyes alone, and never in place of one that somebody may be editing. With the
    mark by which spreadsheet programs know UTF-8."""
    from archive.errors import Conflict, WrongInput

    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8-sig", newline="") as file:  # noqa: PTH123 - Path opens none
            file.writelines(lines)
    except FileExistsError as error:
        sentence = "it is there already, and may have been edited; expected a new name"
        raise Conflict(f"{path}: {sentence}") from error
    except OSError as error:
        raise WrongInput(f"{path}: cannot be written: {error.strerror}") from error
