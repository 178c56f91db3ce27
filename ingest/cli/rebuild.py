"""`testimony rebuild`: the database and the index again, from the store alone."""

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer

from ingest.cli.app import Archive, app, open_archive
from ingest.cli.options import Json


@app.command()
def rebuild(
    confirm_access: Annotated[
        bool,
        typer.Option(
            "--confirm-access",
            help="Say that the access statements that came back still hold: what they open is open.",
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Make the database and the index again from the store alone, into an empty database.

    Nothing is ever overwritten; a rebuild that was cut off goes on when it is run again. What comes back is
    closed to the public until its access is confirmed: all of it by --confirm-access, or one testimony by
    `testimony access`. Broken objects are reported as findings (docs/preservation.md), and the others come
    back.
    """
    with open_archive() as archive:
        answer = _rebuild(archive, confirm_access)
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=1))
    else:
        _tell(answer)
    if answer["findings"]:
        raise typer.Exit(1)


def _rebuild(archive: Archive, confirm_access: bool) -> dict[str, Any]:
    import getpass

    from archive import rebuilding
    from archive.changes.derivatives import renew
    from archive.database import reading, writing
    from archive.errors import WorkerRunning
    from archive.preservation import preserve_waiting
    from archive.queries import testimonies
    from archive.queries.standing import standing
    from ingest.cli.progress import counting

    if archive.queue.running():
        raise WorkerRunning("a worker is at work on this archive: stop it and the site, and rebuild then")
    with reading(archive.engine) as session:
        before = standing(session)
    if before in ("unfinished", "rebuilt"):
        # What one that was cut off had confirmed; what it left half written in the store goes.
        preserve_waiting(archive.engine, archive.store)
        archive.store.sweep()
    done_before = before == "rebuilt"
    outcome = rebuilding.Rebuilt()
    if not (done_before and confirm_access):
        with counting("rebuilding") as told:
            outcome = rebuilding.rebuild(archive.engine, archive.store, archive.queue, told)
        with writing(archive.engine) as session:
            renew(session, archive.queue, archive.settings.derivatives_folder, anew=True)
    confirmed = rebuilding.confirm_all(archive.engine, getpass.getuser()) if confirm_access else 0
    index = _index(archive)
    if confirmed:
        preserve_waiting(archive.engine, archive.store)
    if not (done_before and confirm_access):
        rebuilding.finish(archive.engine, outcome)
    with reading(archive.engine) as session:
        unconfirmed = len(testimonies.unconfirmed_ids(session))
    return {
        "back": outcome.back,
        "there": outcome.there,
        "findings": [asdict(finding) for finding in sorted(outcome.findings, key=lambda each: each.path)],
        "notes": outcome.notes,
        "confirmed": confirmed,
        "unconfirmed": unconfirmed,
        "work": len(archive.queue.states()),
        "index": index,
        "lost": list(rebuilding.LOST),
    }


def _index(archive: Archive) -> str:
    """Make both indexes anew: one that outlived the database holds what is closed now."""
    from archive.changes import outbox
    from archive.database import reading, writing
    from archive.errors import SearchUnavailable
    from archive.queries import testimonies
    from schemas.query import INDEXES
    from search.reindexing import reindex

    with reading(archive.engine) as session:
        numbers = testimonies.change_numbers(session)
    try:
        for index in INDEXES:
            for _ in reindex(archive.engine, archive.backend, index):
                pass
    except SearchUnavailable as error:
        return f"a worker will make it: {error}"
    with writing(archive.engine) as session:
        for testimony_id, number in numbers.items():
            outbox.tick(session, testimony_id, "index", number)
    return "made anew"


def _tell(answer: dict[str, Any]) -> None:
    for finding in answer["findings"]:
        typer.echo(f"{finding['code']}: {finding['sentence']}")
    for note in answer["notes"]:
        typer.echo(note)
    there = f", {len(answer['there'])} were there already" if answer["there"] else ""
    typer.echo(
        f"{len(answer['back'])} testimonies came back from the store{there}; the index: {answer['index']}"
    )
    if answer["confirmed"]:
        typer.echo(f"{answer['confirmed']} testimonies: access confirmed")
    if answer["unconfirmed"]:
        typer.echo(
            f"{answer['unconfirmed']} testimonies are closed to the public until their access is confirmed: "
            "look at them (testimony access ID), then testimony access ID --confirm, or testimony rebuild "
            "--confirm-access for all"
        )
    if answer["work"]:
        typer.echo(f"{answer['work']} recordings have work left: testimony worker does it")
    typer.echo("What no store holds, and only a backup of the database brings back:")
    for each in answer["lost"]:
        typer.echo(f"  {each}")
