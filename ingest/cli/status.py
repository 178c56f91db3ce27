"""`testimony status`: what is where, and why."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.cli.app import Archive, app, open_archive
from ingest.cli.options import Json
from ingest.cli.output import tell, tell_json
from schemas.legible import legible_name

if TYPE_CHECKING:
    from archive.queries.texts import WaitingText


@app.command()
def status(
    everything: Annotated[
        bool, typer.Option("--all", help="Name every recording, not only those with work left.")
    ] = False,
    as_json: Json = False,
) -> None:
    """What is in the archive, what is under way, what failed and why, and what an archivist should hear."""
    with open_archive() as archive:
        answer = _status(archive)
    if as_json:
        tell_json(answer, indent=1)
        return
    counts = answer["counts"]
    typer.echo(
        f"Archive in {answer['home']}: {counts['testimonies']} testimonies, {counts['recordings']} recordings"
    )
    typer.echo(f"Database: {answer['database']}")
    typer.echo(f"Worker: {'at work' if answer['worker'] else 'none'}")
    waiting = answer["outbox"]
    typer.echo(
        f"Waiting for the index: {waiting['index']}, for the store: {waiting['store']}, "
        f"to have their copies looked at: {answer['copies']}"
    )
    typer.echo(f"Index: {answer['index']}")
    for public_id in answer["clock_behind"]:
        typer.echo(f"Clock: behind a date that has come for {public_id} (testimony access {public_id})")
    for recording in answer["recordings"]:
        if everything or recording["step"] != "done" or recording["flags"]:
            tell(f"  {recording['sentence']}")
    for text in answer["texts"]:
        tell(f"  {text['sentence']}")


def _status(archive: Archive) -> dict[str, Any]:
    from archive.database import describe_engine, reading
    from archive.queries import copies, dates, outbox, testimonies, texts
    from archive.queries.progress import progress

    jobs = {state.recording_id: state for state in archive.queue.states()}
    with reading(archive.engine) as session:
        recordings = progress(session)
        counts = {"testimonies": testimonies.count(session), "recordings": len(recordings)}
        moment = archive.clock()
        unseen = copies.count_due(session, moment)
        behind = dates.ahead(session, moment)
        waiting = {name: outbox.count(session, name) for name in ("index", "store")}
        unpublished = texts.waiting(session)
    listed = []
    for each in recordings:
        job = jobs.get(each.recording_id)
        label = each.accession_number or each.testimony
        state = each.step if job is None else f"{each.step}, {job.status}"
        sentence = f"{label}, recording {each.number} ({legible_name(each.original_name)}): {state}"
        if each.step == "transcription" and each.duration_ms:
            sentence += f", {each.heard_ms * 100 // each.duration_ms} % heard"
        if each.step == "playback copy" and each.published:
            sentence += " (cannot be listened to until it is made)"
        if job is not None and job.reason:
            sentence += f": {job.reason}"
        for flag in each.flags:
            span = f"{flag['start_ms'] / 1000:.1f} to {flag['end_ms'] / 1000:.1f} s"
            sentence += f"\n    listen at {span}: {flag['reason']}"
        listed.append(
            {
                "testimony": each.testimony,
                "accession_number": each.accession_number,
                "recording": each.number,
                "file": each.original_name,
                "step": each.step,
                "job": job.status if job else None,
                "reason": job.reason if job else None,
                "heard_ms": each.heard_ms,
                "duration_ms": each.duration_ms,
                "language": each.language,
                "flags": list(each.flags),
                "sentence": sentence,
            }
        )
    return {
        "home": str(archive.settings.home),
        "database": describe_engine(archive.engine),
        "worker": archive.queue.running(),
        "counts": counts,
        "outbox": waiting,
        "clock_behind": behind,
        "copies": unseen,
        "index": _index(archive),
        "recordings": listed,
        "texts": [_text(each) for each in unpublished],
    }


def _text(text: "WaitingText") -> dict[str, Any]:
    awaits = ", ".join(str(number) for number in text.awaits)
    label = text.accession_number or text.testimony
    return {
        "testimony": text.testimony,
        "accession_number": text.accession_number,
        "file": text.original_name,
        "awaits": list(text.awaits),
        "sentence": f"{label}, text {legible_name(text.original_name or 'beside a medium')}: "
        + (f"published once recording {awaits} is transcribed" if awaits else "publication"),
    }


def _index(archive: Archive) -> str:
    from archive.database import reading
    from archive.errors import IndexUnusable, SearchUnavailable
    from archive.queries import drafted, testimonies
    from schemas.query import INDEXES

    sentences = []
    who = "The worker" if archive.queue.running() else "A worker, or `testimony reindex`,"
    for index in INDEXES:
        try:
            archive.backend.check(index)
        except IndexUnusable as error:
            sentences.append(f"{error} {who} makes it anew.")
        except SearchUnavailable as error:
            sentences.append(str(error))
        if archive.backend.has_draft(index):
            with reading(archive.engine) as session:
                done, total = drafted.count(session, index), testimonies.count(session)
            sentences.append(f"A new {index} index holds {done} of {total} testimonies so far.")
    return " ".join(sentences) or "in order"
