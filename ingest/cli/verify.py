"""`testimony verify`: is what the archive keeps still there, and still what it was?"""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from ingest.cli.app import app, set_log_level
from ingest.cli.options import Json


@app.command()
def verify(
    testimonies: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID...]", help="Public ids or accession numbers; default: the whole archive."
        ),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Compare presence, sizes and inventories; read no content.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Check that everything in the store and the derivatives is there, whole, and what the record says.

    It reads only: it repairs nothing, writes nothing, and may run while others work, on a copy, or on a file
    system that is mounted for reading. Every finding has a code (docs/preservation.md); any makes it exit 1.
    """
    from archive.fixity import check
    from archive.settings import Settings
    from ingest.cli.progress import checking

    settings = Settings()
    set_log_level(settings.log_level)
    with checking() as watch:
        done = check(settings, testimonies or (), quick=quick, watch=watch)
    if as_json:
        answer = {
            "objects": done.objects,
            "bytes": done.read,
            "quick": quick,
            "notices": done.notices,
            "findings": [asdict(finding) for finding in done.findings],
        }
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=1))
    else:
        for finding in done.findings:
            typer.echo(f"{finding.code}: {finding.sentence}")
        for notice in done.notices:
            typer.echo(notice, err=True)
        looked = f"{done.objects} objects" + ("" if quick else f", {done.read:,} bytes read")
        typer.echo(f"{looked}: {len(done.findings) or 'no'} findings")
    if done.findings:
        raise typer.Exit(1)
