"""`testimony ingest`: from files and folders to testimonies."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archive.clock import now
from archive.errors import ArchiveError, DiskRefused, SearchUnavailable, StoreError, WorkerRunning
from ingest.cli.app import Archive, app, open_archive
from ingest.cli.delivery import keep_closings
from ingest.cli.options import DryRun, EngineName, Json, Language, Level, Model
from ingest.cli.output import tell, tell_json
from ingest.cli.planning import Transfer, plan, read_transfer
from ingest.cli.rehearsal import Rehearsed, rehearse
from ingest.cli.worker import stop_on_signals

if TYPE_CHECKING:
    from archive.jobs import Deferring
    from ingest.importers.deposited import DepositedTestimony
    from ingest.media.commands import Programs
    from ingest.registration import Registered, Wishes

_POLL_SECONDS = 0.5


@dataclass(slots=True)
class Outcome:
    """What became of everything that was given: public ids, and what failed with its reason."""

    published: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    failed: list[dict[str, str]] = field(default_factory=list)
    queued: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The object that `--json` ends with; `queued` only where the work was interrupted."""
        fields = ("published", "updated", "unchanged", "failed")
        return {name: getattr(self, name) for name in fields} | (
            {"queued": self.queued} if self.queued else {}
        )


@app.command()
def ingest(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files and folders.")],
    metadata: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Description (YAML, JSON) of the one testimony in PATH, or table (CSV) of all media in it.",
        ),
    ] = None,
    collection: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Collection of those whose description names none; made if missing."
        ),
    ] = None,
    language: Language = None,
    access: Level = None,
    model: Model = None,
    engine: EngineName = None,
    allow_duplicate: Annotated[
        bool, typer.Option("--allow-duplicate", help="Take a file in that is in another testimony already.")
    ] = False,
    transfer_of: Annotated[
        str | None,
        typer.Option(
            metavar="ID/N",
            help="PATH is a better transfer of recording N of the testimony of that id or accession "
            "number; it takes the place of the file before it.",
        ),
    ] = None,
    offset: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="With --transfer-of: what is to be added to a cited time for the time in this file, such as "
            "2.5 or -1.2 (seconds).",
        ),
    ] = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Bring media and texts in: receive, check, keep, transcribe, publish and index. A second run goes on
    where the first stopped."""
    transfer = read_transfer(transfer_of, offset, alone=metadata is None and len(paths) == 1)
    with open_archive(model=model, engine=engine) as archive:
        if dry_run:
            wishes = (collection, access, language, allow_duplicate)
            _tell(rehearse(archive, paths, metadata, transfer, wishes), as_json=as_json)
            return
        try:
            outcome = bring_in(
                archive,
                paths,
                metadata=metadata,
                collection=collection,
                language=language,
                access=access,
                allow_duplicate=allow_duplicate,
                transfer=transfer,
            )
        except ArchiveError as error:
            if not as_json:
                raise
            outcome = Outcome(failed=[{"path": "", "reason": str(error)}])
    if as_json:
        tell_json(outcome.as_json())
    else:
        _summarise(outcome)
    if outcome.failed or outcome.queued:
        raise typer.Exit(1)


def bring_in(
    archive: Archive,
    paths: list[Path],
    *,
    metadata: Path | None = None,
    collection: str | None = None,
    language: str | None = None,
    access: str | None = None,
    allow_duplicate: bool = False,
    transfer: Transfer | None = None,
) -> Outcome:
    """Ingest and wait for the work to be done. Progress goes to stderr."""
    from archive.jobs import InTurn
    from ingest.media.commands import find_programs
    from ingest.registration import Wishes

    outcome = Outcome()
    deposit = plan(paths, metadata, transfer, outcome.failed)
    if deposit is None:
        return outcome
    programs = find_programs(archive.settings)
    wishes = Wishes(collection, access, language, allow_duplicate)
    queue = InTurn(archive.queue)
    registered: list[Registered] = []
    for testimony in deposit.testimonies:
        try:
            done = _register(archive, queue, testimony, programs, wishes, outcome)
        except DiskRefused as error:  # what comes after would fail in the same way
            outcome.failed.append({"path": str(testimony.paths[0]), "reason": str(error)})
            return outcome
        if done is not None:
            registered.append(done)
    try:
        # Also where nothing is new: an ingest that was killed may have left changes that nobody carried on.
        _work(archive, [recording for each in registered for recording in each.recordings])
        keep_closings(archive, [each.testimony for each in registered])
    except (DiskRefused, SearchUnavailable, StoreError) as error:
        outcome.failed.append({"path": "", "reason": str(error)})
    _conclude(archive, registered, outcome)
    return outcome


def _tell(rehearsed: Rehearsed, *, as_json: bool) -> None:
    """Say what a dry run found."""
    if as_json:
        tell_json(rehearsed.as_json())
    else:
        for line in rehearsed.lines():
            tell(line)
    _say("nothing was changed: this was a dry run")
    if rehearsed.failed:
        raise typer.Exit(1)


def _register(
    archive: Archive,
    queue: "Deferring",
    testimony: "DepositedTestimony",
    programs: "Programs",
    wishes: "Wishes",
    outcome: Outcome,
) -> "Registered | None":
    """Receive the files of one testimony and take it into the rows. A bad file fails alone."""
    from archive.changes import events
    from archive.database import writing
    from ingest.cli.progress import receiving
    from ingest.receiving import receive
    from ingest.registration import register

    received = []
    for recording in testimony.recordings:
        try:
            with receiving(recording.path) as advance:
                received.append(receive(recording, programs, advance))
        except ArchiveError as error:
            _fail(outcome, recording.path, error)
            with writing(archive.engine) as session:
                events.record(
                    session,
                    "receipt",
                    outcome="failed",
                    detail={"path": str(recording.path), "reason": str(error)},
                )
    if testimony.recordings and not received:
        return None
    try:
        with writing(archive.engine) as session:
            done = register(session, queue, testimony, received, wishes, now())
    except DiskRefused:
        raise
    except ArchiveError as error:
        for path in [each.recording.path for each in received] or testimony.paths:
            _fail(outcome, path, error)
        return None
    for note in done.notes:
        _say(note)
    return done


def _work(archive: Archive, due: list[int]) -> None:
    """See the work done: by the worker that is there, or by becoming it until nothing is left to do."""
    from ingest.cli.progress import watching
    from ingest.worker import run_worker

    stop = stop_on_signals()
    with watching(archive.engine, due):
        while not stop.is_set():
            with suppress(WorkerRunning):  # one that came between the two
                if not archive.queue.running():
                    run_worker(archive.settings, archive.engine, archive.queue, stop=stop, until_idle=True)
            if _wait_for_others(archive, due, stop):
                return


def _wait_for_others(archive: Archive, due: Iterable[int], stop: Event) -> bool:
    """Wait while other workers do our jobs; False where all went away before they were done."""
    wanted = set(due)
    while True:
        open_jobs = {s.recording_id for s in archive.queue.states() if s.status != "failed"}
        if not wanted & open_jobs or stop.wait(_POLL_SECONDS):
            return True
        if not archive.queue.running():
            return False


def _conclude(archive: Archive, registered: "list[Registered]", outcome: Outcome) -> None:
    from archive.database import reading
    from archive.queries.progress import progress

    states = {state.recording_id: state for state in archive.queue.states()}
    for each in registered:
        with reading(archive.engine) as session:
            recordings = progress(session, each.recordings)
        failed = waiting = False
        for recording in recordings:
            state = states.get(recording.recording_id)
            if state is not None and state.status == "failed":
                failed = True
                outcome.failed.append({"path": recording.source, "reason": state.reason or "unknown"})
            elif state is not None:
                waiting = True
        if waiting:
            outcome.queued.append(each.testimony)
        elif not failed:
            kind = {"new": "published", "resumed": "published"}.get(each.status, each.status)
            ids: list[str] = getattr(outcome, kind)
            if each.testimony not in ids:
                ids.append(each.testimony)


def _summarise(outcome: Outcome) -> None:
    for name in ("published", "updated", "unchanged"):
        ids = getattr(outcome, name)
        if ids:
            typer.echo(f"{name}: {len(ids)}  ({' '.join(ids)})")
    if outcome.queued:
        typer.echo(f"queued: {len(outcome.queued)}; `testimony worker` or another ingest goes on with them")
    for failure in outcome.failed:
        tell(f"failed: {failure['reason']}")


def _fail(outcome: Outcome, path: Path, error: ArchiveError) -> None:
    outcome.failed.append({"path": str(path), "reason": str(error)})


def _say(sentence: str) -> None:
    tell(sentence, err=True)
