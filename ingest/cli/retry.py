"""`testimony retry`: work that failed is done again."""

from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.app import Archive, app, open_archive
from ingest.cli.finding import find_testimony
from ingest.cli.options import Json
from ingest.cli.output import tell, tell_json

if TYPE_CHECKING:
    from archive.queries.work import Failure


@app.command()
def retry(
    testimonies: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Public ids or accession numbers.")
    ] = None,
    all_failed: Annotated[
        bool, typer.Option("--all-failed", help="Everything in the archive that failed.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Have work that failed wait again: of these testimonies, or all of it. A worker then goes on where it
    stopped. `testimony status` names what failed, and why."""
    if bool(testimonies) == all_failed:
        raise typer.BadParameter("expected the ids of testimonies, or --all-failed", param_hint="ID")
    with open_archive() as archive:
        again = _retry(archive, testimonies)
    if as_json:
        told = [{"testimony": each.testimony, "recording": each.number, "step": each.step} for each in again]
        tell_json({"waiting": told})
        return
    for each in again:
        tell(f"{each.accession_number or each.testimony}, recording {each.number}: {each.step} waits again")
    if not again:
        typer.echo("nothing failed", err=True)


def _retry(archive: Archive, wanted: list[str] | None) -> "list[Failure]":
    from archive.clock import now
    from archive.database import writing
    from archive.errors import NotFound
    from archive.jobs import InTurn
    from archive.queries.work import look

    in_turn = InTurn(archive.queue)
    states = archive.queue.states()
    with writing(archive.engine) as session:
        failures = list(look(session, states, 0, now()).failures)
        if wanted:
            named = {find_testimony(session, each).public_id: each for each in wanted}
            failures = [each for each in failures if each.testimony in named]
            lacking = named.keys() - {each.testimony for each in failures}
            if lacking:
                names = ", ".join(named[each] for each in named if each in lacking)
                raise NotFound(f"nothing failed of {names}; nothing was changed")
        for each in failures:
            in_turn.defer(session.connection(), each.recording_id)
    return failures
