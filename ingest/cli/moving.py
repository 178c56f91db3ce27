"""`testimony import --addresses`: addresses that testimonies had elsewhere before."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ingest.cli.app import Archive
from ingest.cli.delivery import acknowledge
from ingest.cli.output import tell

if TYPE_CHECKING:
    from archive.changes.addresses import NewAddress


def take_over_addresses(archive: Archive, path: Path, agent: str, *, dry_run: bool, as_json: bool) -> None:
    """Have the addresses of a table lead here, all of them or none."""
    from archive.changes.addresses import take_over
    from archive.database import writing
    from archive.rehearsal import rehearsing
    from ingest.importers.addresses import plan_addresses, read_addresses
    from ingest.importers.errors import MetadataErrors

    try:
        table = read_addresses(path)
        opened = rehearsing(archive.unchanged_engine) if dry_run else writing(archive.engine)
        with opened as session:
            changed, ids = take_over(session, plan_addresses(session, table), said_by=agent)
            told = [_describe(each) for each in changed]
    except MetadataErrors as error:
        if as_json:
            refused = [{"path": each.file, "place": each.field, "reason": str(each)} for each in error.errors]
            typer.echo(json.dumps({"addresses": [], "failed": refused}, ensure_ascii=False))
        typer.echo("nothing was changed: first mend these", err=True)
        raise
    if not dry_run:
        acknowledge(archive, ids)
    if as_json:
        typer.echo(json.dumps({"addresses": told, "dry_run": dry_run, "failed": []}, ensure_ascii=False))
        return
    for each in told:
        tell(f"{each['address']} leads to {each['to']}")
    typer.echo(
        "nothing was changed: this was a dry run" if dry_run else f"{len(told)} of {len(table.rows)} changed",
        err=True,
    )


def _describe(new: "NewAddress") -> dict[str, str]:
    from archive.formats.timecode import timestamp

    place = "" if new.recording is None else f", recording {new.recording}"
    if new.start_ms is not None:
        place += f", {timestamp(new.start_ms)}"
        place += "" if new.end_ms is None else f" to {timestamp(new.end_ms)}"
    return {"address": new.address, "to": f"{new.testimony.public_id}{place}"}
