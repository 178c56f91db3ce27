"""`testimony import`: descriptions that were edited in a table, and the undoing of such an import."""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.app import Archive, app, open_archive
from ingest.cli.delivery import acknowledge, keep_closings
from ingest.cli.options import DryRun, Json

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from archive.changes.imports import Imported

    Make = Callable[[Session, datetime], Imported]


@dataclass(frozen=True, slots=True)
class _Manner:
    """How an import is to be made."""

    dry_run: bool
    yes: bool
    as_json: bool


@app.command("import")
def import_descriptions(
    descriptions: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Table (CSV) that `testimony export` wrote and somebody edited."),
    ] = None,
    addresses: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Table (CSV) of addresses that testimonies had elsewhere before: address, testimony, and "
            "recording, start, end where it led to a place.",
        ),
    ] = None,
    undo: Annotated[
        str | None,
        typer.Option(metavar="IMPORT", help="Put everything that an import changed back as it was."),
    ] = None,
    dry_run: DryRun = False,
    yes: Annotated[bool, typer.Option("--yes", help="Change it without asking.")] = False,
    by: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who changes it; default: your user name.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Change descriptions, access among them, as a table says, or undo such an import; or take over addresses
    of before, from which readers are then led on.

    Everything in the table is made, or nothing. Cells that nobody edited change nothing, whatever became of
    the testimony since, and a column that is left out stays as it is. What is about to change is shown first,
    but for addresses, of which a later table takes the place: --dry-run shows those.
    """
    import getpass

    if [descriptions, addresses, undo].count(None) != 2:
        raise typer.BadParameter("expected --descriptions FILE, --addresses FILE, or --undo IMPORT")
    if as_json and addresses is None and not (yes or dry_run):
        raise typer.BadParameter("--json asks nothing: expected --yes or --dry-run beside it")
    agent = by or getpass.getuser()
    manner = _Manner(dry_run, yes, as_json)
    if addresses is not None:
        from ingest.cli.moving import take_over_addresses

        with open_archive() as archive:
            take_over_addresses(archive, addresses, agent, dry_run=dry_run, as_json=as_json)
        return
    with open_archive() as archive:
        if undo is not None:
            _run(archive, _undoing(undo, agent), manner)
        elif descriptions is not None:
            _run_table(archive, descriptions, agent, manner)


def _undoing(public_id: str, agent: str) -> "Make":
    from archive.changes import imports

    return lambda session, now: imports.undo(session, public_id, agent=agent, now=now)


def _run_table(archive: Archive, path: Path, agent: str, manner: _Manner) -> None:
    from archive.changes import imports
    from ingest.importers.descriptions import plan_edits, read_descriptions
    from ingest.importers.errors import MetadataErrors

    try:
        table = read_descriptions(path)
        _run(
            archive,
            lambda session, now: imports.apply(
                session, plan_edits(session, table), agent=agent, now=now, source=path.name
            ),
            manner,
        )
    except MetadataErrors as error:
        if manner.as_json:
            refused = [{"path": each.file, "place": each.field, "reason": str(each)} for each in error.errors]
            typer.echo(json.dumps({"import": None, "changes": [], "failed": refused}, ensure_ascii=False))
        typer.echo("nothing was changed: first mend these", err=True)
        raise


def _run(archive: Archive, make: "Make", manner: _Manner) -> None:
    """Make it once in a transaction that is thrown away, and show what it would change; then in earnest, if
    that is still what it changes."""
    from archive.clock import now
    from archive.database import writing
    from archive.errors import ChangedMeanwhile
    from archive.rehearsal import rehearsing

    with rehearsing(archive.unchanged_engine if manner.dry_run else archive.engine) as session:
        planned = make(session, now())
    if not manner.as_json:
        _show(planned)
    if manner.dry_run or not planned.changes:
        _conclude(planned, manner, made=False)
        return
    if not manner.yes and not _confirmed():
        typer.echo("nothing was changed", err=True)
        raise typer.Exit(1)
    with writing(archive.engine) as session:
        done = make(session, now())
        if done.changes != planned.changes:
            raise ChangedMeanwhile("somebody else changed descriptions meanwhile; nothing was overwritten")
    # Words that were taken out are closed, too: a name that was published, say.
    keep_closings(archive, {change.testimony for change in done.changes})
    acknowledge(archive, done.closing)
    _conclude(done, manner, made=True)


def _confirmed() -> bool:
    if not sys.stdin.isatty():
        raise typer.BadParameter("nobody is here to be asked: expected --yes or --dry-run")
    return typer.confirm("Change this?", err=True)


def _show(planned: "Imported") -> None:
    from itertools import groupby

    from ingest.cli.differences import differences

    for (public_id, number), some in groupby(
        planned.changes, key=lambda change: (change.testimony, change.accession_number)
    ):
        typer.echo(f"{number} ({public_id})" if number else public_id)
        for change in some:
            for line in differences(change.field, change.before, change.after, change.effects):
                typer.echo(f"  {line}")


def _conclude(imported: "Imported", manner: _Manner, *, made: bool) -> None:
    public_id = imported.id if made else None
    if manner.as_json:
        answer = {
            "import": public_id,
            "dry_run": manner.dry_run,
            "changes": [asdict(change) for change in imported.changes],
            "failed": [],
        }
        typer.echo(json.dumps(answer, ensure_ascii=False))
    elif made:
        count = len({change.testimony for change in imported.changes})
        typer.echo(
            f"import {public_id}: {count} changed; `testimony import --undo {public_id}` takes it back"
        )
    elif imported.changes:
        typer.echo("nothing was changed: this was a dry run", err=True)
    else:
        typer.echo("nothing to change", err=True)
