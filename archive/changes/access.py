"""Saying who may see what: a statement is added and supersedes, none is ever edited or removed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from archive.access import PUBLIC, STAFF, visible
from archive.changes import dates, events, history, indexed, outbox
from archive.changes.stretches import refuse_beyond_end
from archive.errors import WrongInput
from archive.models import AccessStatement, DescriptionChange, DescriptionImport, Testimony
from archive.models.access import LEVELS
from archive.statements import next_change


@dataclass(frozen=True, slots=True)
class NewStatement:
    """What somebody says about access. A stretch is (recording number, start ms, end ms or None)."""

    level: str
    subject: str = "testimony"
    subject_id: int | None = None
    stretch: tuple[int, int, int | None] | None = None
    begins_at: datetime | None = None
    ends_at: datetime | None = None
    reason: str | None = None
    notice: str | None = None
    said_by: str | None = None
    described: bool = False
    """Whether a description says so, rather than a person."""


def state(
    session: Session, testimony: Testimony, statements: Sequence[NewStatement], *, said_by: str, now: datetime
) -> bool:
    """Somebody's word on a loaded testimony: what was said before on the same places is superseded.

    A word on the whole testimony also confirms access that came back from the store. Announces the change,
    as a closing where anybody now has less than before; returns whether it was one.
    Raises WrongInput where a statement makes no sense; nothing is changed then.
    """
    refuse_beyond_end(testimony, statements)
    rows = _rows(testimony, statements, said_by=said_by, described=False, now=now)
    places = {row.place for row in rows}
    superseded = [row for row in testimony.statements if row.superseded_at is None and row.place in places]
    closing, _ = _replace(session, testimony, superseded, rows, said_by=said_by, now=now)
    if any(row.whole for row in rows):
        confirm(session, testimony, said_by=said_by)
    return closing


def confirm(session: Session, testimony: Testimony, *, said_by: str) -> bool:
    """Somebody's word that the access statements which came back from the store are those that hold; returns
    whether it was needed. Announces the change."""
    if testimony.unconfirmed_since is None:
        return False
    testimony.unconfirmed_since = None
    events.record(session, "access confirmation", testimony_id=testimony.id, agent=said_by)
    outbox.announce(session, testimony)
    return True


def exchange(
    session: Session,
    testimony: Testimony,
    taken_back: Sequence[AccessStatement],
    statements: Sequence[NewStatement],
    *,
    said_by: str,
    now: datetime,
    part_of: DescriptionImport | None = None,
) -> DescriptionChange:
    """Take some statements back and make others, at once; no other is superseded, whatever it is about.

    Announces and refuses as `state` does, and confirms as that does unless `part_of` undoes another import;
    returns what it wrote down."""
    rows = _rows(testimony, statements, said_by=said_by, described=False, now=now)
    _, change = _replace(session, testimony, taken_back, rows, said_by=said_by, now=now, part_of=part_of)
    # An undoing says again what was said once: it is nobody's word on what came back from the store.
    undoing = part_of is not None and part_of.undoes_id is not None
    if any(row.whole for row in rows) and not undoing:
        confirm(session, testimony, said_by=said_by)
    return change


def describe(
    session: Session,
    testimony: Testimony,
    statements: Sequence[NewStatement],
    *,
    said_by: str,
    now: datetime,
    instead_of: Sequence[AccessStatement] | None = None,
) -> bool:
    """What the description (a sidecar) says on access, in place of all that it said before, or of some.

    It takes nothing back that a person said since: those statements stay in force, and the strictest wins.
    Otherwise as `state`.
    """
    refuse_beyond_end(testimony, statements)
    rows = _rows(testimony, statements, said_by=said_by, described=True, now=now)
    if instead_of is None:
        instead_of = [row for row in testimony.statements if row.superseded_at is None and row.described]
    closing, _ = _replace(session, testimony, instead_of, rows, said_by=said_by, now=now)
    return closing


def take_back(
    session: Session,
    testimony: Testimony,
    statement: AccessStatement,
    *,
    said_by: str,
    now: datetime,
    reason: str | None = None,
    revived: Sequence[AccessStatement] = (),
) -> bool:
    """Somebody takes a statement back, as one that should not have been made: it says nothing any more, and
    of what it superseded `revived` counts again. Otherwise as `state`.

    Raises WrongInput where it doesn't count anyway.
    """
    if statement.superseded_at is not None:
        how = "was taken back" if statement.taken_back else "was superseded"
        raise WrongInput(
            f"statement {statement.public_id} {how} on {statement.superseded_at:%Y-%m-%d}: it counts no more"
        )
    closing, _ = _replace(
        session, testimony, [statement], [], said_by=said_by, now=now, reason=reason, revived=revived
    )
    return closing


def _rows(
    testimony: Testimony,
    statements: Sequence[NewStatement],
    *,
    said_by: str,
    described: bool,
    now: datetime,
) -> list[AccessStatement]:
    return [
        _row(testimony, statement, statement.said_by or said_by, described, now) for statement in statements
    ]


def _row(
    testimony: Testimony, statement: NewStatement, said_by: str, described: bool, now: datetime
) -> AccessStatement:
    described = described or statement.described
    recording, start_ms, end_ms = _stretch(testimony, statement, described) or (None, None, None)
    return AccessStatement(
        subject=statement.subject,
        subject_id=statement.subject_id,
        stretch_recording=recording,
        start_ms=start_ms,
        end_ms=end_ms,
        level=statement.level,
        begins_at=statement.begins_at,
        ends_at=statement.ends_at,
        reason=statement.reason,
        notice=statement.notice,
        said_by=said_by,
        described=described,
        created_at=now,
    )


def _replace(
    session: Session,
    testimony: Testimony,
    superseded: Sequence[AccessStatement],
    rows: Sequence[AccessStatement],
    *,
    said_by: str,
    now: datetime,
    reason: str | None = None,
    revived: Sequence[AccessStatement] = (),
    part_of: DescriptionImport | None = None,
) -> tuple[bool, DescriptionChange]:
    before = [visible(viewer, testimony, "search", now) for viewer in (PUBLIC, STAFF)]
    testimony.statements.extend(rows)
    session.flush()  # what supersedes is named by its row id
    successors = {row.place: row.id for row in reversed(rows)}
    for row in superseded:
        row.superseded_at = now
        row.superseded_by = successors.get(row.place)
        if row.superseded_by is None:
            _record(session, testimony, row, said_by, taken_back=True, reason=reason)
    for row in revived:
        row.superseded_at = row.superseded_by = None
    for row in rows:
        _record(session, testimony, row, row.said_by)
    dates.reach(testimony, now)
    after = [visible(viewer, testimony, "search", now) for viewer in (PUBLIC, STAFF)]
    closing = any(was.described and is_now != was for was, is_now in zip(before, after, strict=True))
    outbox.announce(session, testimony, closing=closing)
    went, came = ([row.public_id for row in each] or None for each in (superseded, [*revived, *rows]))
    change = history.record(session, testimony, "access", went, came, agent=said_by, now=now, part_of=part_of)
    indexed.expect_change(session, testimony.id, next_change(testimony, now))
    return closing, change


def _record(
    session: Session,
    testimony: Testimony,
    row: AccessStatement,
    said_by: str,
    *,
    taken_back: bool = False,
    reason: str | None = None,
) -> None:
    stretch = None
    if row.stretch_recording is not None:
        stretch = [row.stretch_recording, row.start_ms, row.end_ms]
    events.record(
        session,
        "access statement",
        testimony_id=testimony.id,
        agent=said_by,
        detail={
            "level": row.level,
            "subject": row.subject,
            "stretch": stretch,
            "reason": reason if taken_back else row.reason,
            "statement": row.public_id,
            "taken_back": taken_back,
        },
    )


def _stretch(
    testimony: Testimony, statement: NewStatement, described: bool
) -> tuple[int, int, int | None] | None:
    """The stretch that a statement is about, checked; a chapter's is frozen as it is now. A description may
    speak of a recording that is yet to come."""
    if statement.level not in LEVELS:
        raise WrongInput(f"access level {statement.level!r}: expected one of {', '.join(LEVELS)}")
    if any(date.microsecond for date in (statement.begins_at, statement.ends_at) if date):
        raise WrongInput("a statement begins and ends at whole seconds")  # or WatchedClock would be late
    if statement.begins_at and statement.ends_at and statement.ends_at <= statement.begins_at:
        raise WrongInput("a statement has to end after it begins")
    if statement.subject_id not in _ids(testimony, statement.subject):
        raise WrongInput(f"testimony {testimony.public_id} has no such {statement.subject}")
    if statement.subject == "chapter":
        chapter = next(chapter for chapter in testimony.chapters if chapter.id == statement.subject_id)
        if chapter.recording_number is None:
            return None
        return chapter.recording_number, chapter.start_ms or 0, chapter.end_ms
    if statement.stretch is None:
        return None
    number, start_ms, end_ms = statement.stretch
    if not described and number not in {recording.number for recording in testimony.recordings}:
        raise WrongInput(f"testimony {testimony.public_id} has no recording {number}")
    if start_ms < 0 or (end_ms is not None and end_ms <= start_ms):
        raise WrongInput("a stretch has to end after it starts")
    return statement.stretch


def _ids(testimony: Testimony, subject: str) -> set[int | None]:
    """Row ids of what a statement may be about."""
    match subject:
        case "testimony":
            return {None}
        case "recording":
            return {recording.id for recording in testimony.recordings}
        case "transcript":
            return {transcript.id for transcript in testimony.transcripts}
        case "chapter":
            return {chapter.id for chapter in testimony.chapters}
        case "clip":
            return {clip.id for clip in testimony.clips}
    return set()
