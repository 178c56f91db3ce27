"""The database made again from the store alone (promise 5).

One transaction a testimony, in the order in which they were made, so that a rebuild which was cut off goes on
where it stopped. It never overwrites: a database that holds anything else is refused. Whatever comes back is
closed to the public until somebody confirms it, since the store may be older than the last word on access.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from archive.agreement import Agreement
from archive.changes import access, events
from archive.changes.rebuilt import bring_back
from archive.clock import now as clock_now
from archive.database import reading, writing
from archive.errors import Conflict, NotFound
from archive.findings import Finding
from archive.jobs import Deferring, InTurn
from archive.kept import Unreadable, read_kept
from archive.models import Testimony
from archive.queries import testimonies
from archive.queries.progress import progress
from archive.queries.standing import REBUILD, standing
from archive.store import Examined, Store

LOST = (
    "accounts, drafts and jobs",
    "recognition windows that were not published yet: those recordings are heard again",
    "collections and people that no testimony names",
    "events of files that were refused, and those since the last version of an object (of indexing, say)",
)
"""What lies in no object and is had from the database's own backup only."""


@dataclass(slots=True)
class Rebuilt:
    """What came of it. `back` and `there`: public ids of testimonies that came back, and of those that an
    earlier rebuild had brought; `notes`: sentences on objects that disagreed."""

    back: list[str] = field(default_factory=list)
    there: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)
    """Ids of objects that did not come back."""


def rebuild(
    engine: Engine, store: Store, queue: Deferring, told: Callable[[int, int], None] = lambda *_: None
) -> Rebuilt:
    """Bring back every testimony that the store holds and the database does not; work that they lack is
    deferred. `told` is told how many of how many are done.

    A broken object is a finding, and the others come back. Raises Conflict where the database holds anything
    that no rebuild brought, NotFound where the store holds nothing.
    """
    survey = store.survey()
    if not survey.object_ids:
        raise NotFound("the store holds no testimony: there is nothing to rebuild from")
    _begin(engine)
    outcome = Rebuilt(findings=list(survey.findings))
    agreement = Agreement()
    order: list[tuple[datetime, str]] = []
    for object_id in survey.object_ids:
        examined = store.examine(object_id, read_content=False)
        outcome.findings += examined.findings if examined is not None else ()
        try:
            kept = read_kept(store, examined or Examined(object_id, {}, ()))
        except Unreadable as error:
            _fail(outcome, object_id, error.finding)
            continue
        agreement.note(kept)
        order.append((kept.descriptor.created_at, object_id))
    outcome.notes += agreement.settle()
    in_turn = InTurn(queue)
    for done, (_, object_id) in enumerate(sorted(order)):
        told(done, len(order))
        _bring_back(engine, store, in_turn, object_id, agreement, outcome)
    return outcome


def finish(engine: Engine, outcome: Rebuilt) -> None:
    """Take down that a rebuild has come to its end: `unfinished` while there are objects that did not come
    back, so that it can be run again when they are mended."""
    state = "failed" if outcome.failed else "done"
    with writing(engine) as session:
        events.record(
            session,
            REBUILD,
            outcome=state,
            detail={"back": len(outcome.back), "there": len(outcome.there), "failed": sorted(outcome.failed)},
        )


def confirm_all(engine: Engine, said_by: str) -> int:
    """Somebody's word that all access statements that came back are those that hold; returns how many
    testimonies that concerned."""
    with reading(engine) as session:
        ids = testimonies.unconfirmed_ids(session)
    for testimony_id in ids:
        with writing(engine) as session:
            for row in testimonies.load(session, [testimony_id]):
                access.confirm(session, row, said_by=said_by)
    return len(ids)


def _begin(engine: Engine) -> None:
    with writing(engine) as session:
        state = standing(session)
        if state == "in use":
            raise Conflict(
                f"the database is not empty ({testimonies.count(session)} testimonies), and a rebuild never "
                "overwrites: to rebuild from the store alone, move the database away first and keep it"
            )
        if state == "rebuilt":
            raise Conflict(
                "this database was rebuilt from the store before, and everything came back: to do it again, "
                "move the database away first and keep it"
            )
        if state == "empty":
            events.record(session, REBUILD, outcome="failed", detail={"state": "begun"})


def _bring_back(
    engine: Engine, store: Store, queue: Deferring, object_id: str, agreement: Agreement, outcome: Rebuilt
) -> None:
    if _is_there(engine, object_id):
        outcome.there.append(object_id)
        return
    try:
        kept = read_kept(store, store.examine(object_id, read_content=False) or Examined(object_id, {}, ()))
        with writing(engine) as session:
            testimony = bring_back(session, kept, agreement, clock_now())
            _defer_work(session, queue, testimony)
    except Unreadable as error:
        _fail(outcome, object_id, error.finding)
    except (IntegrityError, KeyError) as error:
        reason = str(error.orig) if isinstance(error, IntegrityError) else f"it names {error}, which it lacks"
        sentence = f"{object_id}: contradicts itself or what came back before: {reason}"
        _fail(outcome, object_id, Finding("invalid", object_id, object_id, sentence))
    else:
        outcome.back.append(object_id)


def _is_there(engine: Engine, object_id: str) -> bool:
    with reading(engine) as session:
        return session.scalar(select(Testimony.id).where(Testimony.public_id == object_id)) is not None


def _defer_work(session: Session, queue: Deferring, testimony: Testimony) -> None:
    for each in progress(session, [recording.id for recording in testimony.recordings]):
        if each.step != "done":
            queue.defer(session.connection(), each.recording_id)


def _fail(outcome: Rebuilt, object_id: str, finding: Finding) -> None:
    outcome.failed.add(object_id)
    if finding not in outcome.findings:
        outcome.findings.append(finding)
