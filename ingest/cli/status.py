"""`testimony status`: what is where, and why."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.cli.app import Archive, app, open_archive
from ingest.cli.options import Json
from ingest.cli.output import tell, tell_json
from schemas.legible import legible_name

if TYPE_CHECKING:
    from archive.queries.texts import WaitingText
    from archive.queries.work import Failure


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
    typer.echo(f"Worker: {_workers(answer['queue']['workers'])}")
    typer.echo(f"Queue: {_queue(answer['queue'])}")
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
    from archive.clock import now
    from archive.database import describe_engine, reading
    from archive.queries import copies, dates, outbox, testimonies, texts
    from archive.queries.progress import progress
    from archive.queries.work import look

    states, workers = archive.queue.states(), archive.queue.workers()
    jobs = {state.recording_id: state for state in states}
    with reading(archive.engine) as session:
        work = look(session, states, workers, now())
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
            sentence += (
                " (the file before it is played until then)"
                if each.playable
                else " (cannot be listened to until it is made)"
            )
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
        "worker": workers > 0,
        "queue": {
            "workers": work.workers,
            "waiting": work.waiting,
            "running": work.running,
            "failed": len(work.failures),
            "unheard_ms": work.unheard_ms,
            "rate": None if work.rate is None else round(work.rate, 3),
            "left_ms": work.left_ms,
            "failures": [_failure(each) for each in work.failures],
        },
        "counts": counts,
        "outbox": waiting,
        "clock_behind": behind,
        "copies": unseen,
        "index": _index(archive),
        "recordings": listed,
        "texts": [_text(each) for each in unpublished],
    }


def _failure(failure: "Failure") -> dict[str, Any]:
    return {
        "testimony": failure.testimony,
        "accession_number": failure.accession_number,
        "recording": failure.number,
        "step": failure.step,
        "reason": failure.reason,
    }


def _workers(count: int) -> str:
    return "none" if count == 0 else "at work" if count == 1 else f"{count} at work"


def _queue(queue: dict[str, Any]) -> str:
    """How long it is, how fast it is done and how long that will take."""
    sentence = f"{queue['waiting']} waiting, {queue['running']} running, {queue['failed']} failed"
    if queue["unheard_ms"]:
        sentence += f"; {_span(queue['unheard_ms'])} of sound to transcribe"
        if queue["rate"] is not None:
            sentence += f", {queue['rate']:.1f} times as fast as it is spoken in the last hour"
        if queue["left_ms"] is not None:
            sentence += f": about {_span(queue['left_ms'])} left"
    return sentence


def _span(milliseconds: int) -> str:
    minutes = -(-milliseconds // 60_000)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


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
