"""`testimony access`: who may see a testimony, said, taken back, shown and explained."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.cli.app import Archive, app, open_archive
from ingest.cli.delivery import acknowledge
from ingest.cli.finding import find_testimony
from ingest.cli.options import By, Json, read_level_option

if TYPE_CHECKING:
    from archive.queries.explanations import Explanation
    from ingest.cli.subjects import Wanted


@app.command()
def access(
    testimony: Annotated[str, typer.Argument(metavar="ID", help="Public id or accession number.")],
    level: Annotated[
        str | None,
        typer.Argument(
            metavar="[LEVEL]",
            callback=read_level_option,
            help="public, registered, 'reading room', restricted or withdrawn; without it, how things stand.",
        ),
    ] = None,
    recording: Annotated[int | None, typer.Option(help="Number of one recording.")] = None,
    start: Annotated[
        str | None, typer.Option(metavar="TIME", help="Beginning of a stretch of it, such as 1m23s.")
    ] = None,
    end: Annotated[
        str | None, typer.Option(metavar="TIME", help="End of the stretch; default: of the recording.")
    ] = None,
    transcript: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT", help="One text: `original`, the language of a translation, or a public id."
        ),
    ] = None,
    chapter: Annotated[
        str | None, typer.Option(metavar="CHAPTER", help="One chapter: its place (1, 2, ...) or public id.")
    ] = None,
    clip: Annotated[str | None, typer.Option(metavar="CLIP", help="One clip, by its public id.")] = None,
    begins: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="First day on which it holds (UTC).")
    ] = None,
    ends: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="First day on which it no longer holds.")
    ] = None,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why, for staff.")] = None,
    notice: Annotated[
        str | None, typer.Option(metavar="TEXT", help="A sentence that the public may read.")
    ] = None,
    by: By = None,
    confirm: Annotated[
        bool,
        typer.Option(
            "--confirm", help="The statements that came back from the store (testimony rebuild) still hold."
        ),
    ] = False,
    take_back: Annotated[
        str | None,
        typer.Option(
            "--take-back", metavar="STATEMENT", help="Take a statement back: what it superseded holds again."
        ),
    ] = None,
    history: Annotated[
        bool, typer.Option("--history", help="Show what ended, was superseded or taken back, too.")
    ] = False,
    believe_clock: Annotated[
        bool,
        typer.Option(
            "--believe-clock",
            help="The clock was wrong when it was ahead: dates that have not come by it are still to come.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Say who may see a testimony or a part of it, take that back, or show who may and why.

    A statement on the same place supersedes the one before, which is kept. What it closes is closed from the
    next request on, for those who are listening, too, and acknowledged here only once it is in the store.
    """
    from archive.database import reading
    from archive.queries.explanations import explain
    from ingest.cli.subjects import Wanted

    wanted = Wanted(recording, start, end, transcript, chapter, clip, begins, ends, reason, notice)
    if level is None and wanted.given and not (take_back and wanted == Wanted(reason=reason)):
        raise typer.BadParameter("say which level, such as restricted", param_hint="LEVEL")
    if level is not None and take_back is not None:
        raise typer.BadParameter("a statement is taken back, or another made: not both at once")
    if confirm and (level is not None or take_back is not None):
        raise typer.BadParameter("either say a LEVEL or confirm those that came back", param_hint="--confirm")
    effect = None
    with open_archive() as archive:
        if confirm:
            _confirm(archive, testimony, by)
        if believe_clock:
            _believe_clock(archive, testimony, by)
        if level is not None or take_back is not None:
            effect = _change(archive, testimony, level, take_back, wanted, by)
        moment = archive.clock()
        with reading(archive.engine) as session:
            explanation = explain(find_testimony(session, testimony), moment)
    if as_json:
        answer = asdict(explanation) | {"effect": effect}
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=1, default=str))
        return
    if effect:
        typer.echo(f"testimony: {effect}", err=True)
    _show(explanation, history=history)


def _show(explanation: "Explanation", *, history: bool) -> None:
    typer.echo(f"{explanation.id}: {explanation.sentence}")
    for part in explanation.parts:
        typer.echo(f"  {part.name} [{part.id}]: {part.sentence}")
    if explanation.changes_at:
        typer.echo(f"Until {explanation.changes_at:%Y-%m-%d}, when a statement begins or ends.")
    shown = [each for each in explanation.statements if history or each.current]
    if shown:
        typer.echo("Statements:")
    for statement in shown:
        typer.echo(f"  [{statement.id}] {statement.sentence}")
    left = len(explanation.statements) - len(shown)
    if left:
        typer.echo(f"  and {left} that count no more (--history)")


def _change(
    archive: Archive,
    wanted_testimony: str,
    level: str | None,
    taken_back: str | None,
    wanted: "Wanted",
    by: str | None,
) -> str | None:
    """State, or take back; returns what is to be said on its effect."""
    import getpass

    from archive.changes import access as changes
    from archive.changes import retraction
    from archive.database import writing
    from archive.queries.explanations import explain_stay, seen_by_all
    from ingest.cli.subjects import read_statement

    who, moment = by or getpass.getuser(), archive.clock()
    effect = None
    with writing(archive.engine) as session:
        row = find_testimony(session, wanted_testimony)
        before = seen_by_all(row, moment)
        if taken_back is not None:
            retraction.take_back(session, row, taken_back, said_by=who, now=moment, reason=wanted.reason)
            if before == seen_by_all(row, moment):
                effect = "nothing changes for anybody"
        elif level is not None:
            statement = read_statement(row, level, wanted)
            changes.state(session, row, [statement], said_by=who, now=moment)
            if before == seen_by_all(row, moment):
                effect = explain_stay(row, row.statements[-1], moment)
        testimony_id = row.id
    acknowledge(archive, [testimony_id])
    return effect


def _believe_clock(archive: Archive, wanted: str, by: str | None) -> None:
    import getpass

    from archive.changes import dates
    from archive.clock import now
    from archive.database import writing

    with writing(archive.engine) as session:
        row = find_testimony(session, wanted)
        if not dates.believe(session, row, now(), said_by=by or getpass.getuser()):
            typer.echo(f"testimony: the clock was never ahead for {row.public_id}", err=True)
            return
        testimony_id = row.id
    acknowledge(archive, [testimony_id])


def _confirm(archive: Archive, wanted: str, by: str | None) -> None:
    import getpass

    from archive.changes import access as changes
    from archive.database import writing

    with writing(archive.engine) as session:
        row = find_testimony(session, wanted)
        if not changes.confirm(session, row, said_by=by or getpass.getuser()):
            typer.echo(f"testimony: {row.public_id} needs no confirmation", err=True)
            return
        testimony_id = row.id
    acknowledge(archive, [testimony_id])
