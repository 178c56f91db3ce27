"""Saying who may see what: a statement is added and supersedes, none is ever edited or removed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from archive.access import PUBLIC, visible
from archive.changes import events, outbox
from archive.errors import WrongInput
from archive.models import AccessStatement, Testimony
from archive.models.access import LEVELS


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


def state(
    session: Session, testimony: Testimony, statements: Sequence[NewStatement], *, said_by: str, now: datetime
) -> bool:
    """Somebody's word on a loaded testimony: what was said before on the same places is superseded.

    Announces the change, as a closing where the public now has less than before; returns whether it was one.
    Raises WrongInput where a statement makes no sense; nothing is changed then.
    """
    places = {(s.subject, s.subject_id, s.stretch) for s in statements}
    superseded = [row for row in testimony.statements if row.superseded_at is None and _place(row) in places]
    return _replace(session, testimony, superseded, statements, said_by=said_by, described=False, now=now)


def describe(
    session: Session, testimony: Testimony, statements: Sequence[NewStatement], *, said_by: str, now: datetime
) -> bool:
    """What the description (a sidecar) says on access, in place of what it said before.

    It takes nothing back that a person said since: those statements stay in force, and the strictest wins.
    Otherwise as `state`.
    """
    superseded = [row for row in testimony.statements if row.superseded_at is None and row.described]
    return _replace(session, testimony, superseded, statements, said_by=said_by, described=True, now=now)


def _replace(
    session: Session,
    testimony: Testimony,
    superseded: Sequence[AccessStatement],
    statements: Sequence[NewStatement],
    *,
    said_by: str,
    described: bool,
    now: datetime,
) -> bool:
    for statement in statements:
        _check(testimony, statement)
    before = visible(PUBLIC, testimony, "search", now)
    for row in superseded:
        row.superseded_at = now
    for statement in statements:
        recording, start_ms, end_ms = statement.stretch or (None, None, None)
        testimony.statements.append(
            AccessStatement(
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
                said_by=statement.said_by or said_by,
                described=described,
                created_at=now,
            )
        )
        events.record(
            session,
            "access statement",
            testimony_id=testimony.id,
            agent=statement.said_by or said_by,
            detail={
                "level": statement.level,
                "subject": statement.subject,
                "stretch": list(statement.stretch) if statement.stretch else None,
                "reason": statement.reason,
            },
        )
    closing = before.described and visible(PUBLIC, testimony, "search", now) != before
    outbox.announce(session, testimony, closing=closing)
    return closing


def _place(row: AccessStatement) -> tuple[str, int | None, tuple[int, int, int | None] | None]:
    stretch = None
    if row.stretch_recording is not None and row.start_ms is not None:
        stretch = (row.stretch_recording, row.start_ms, row.end_ms)
    return row.subject, row.subject_id, stretch


def _check(testimony: Testimony, statement: NewStatement) -> None:
    if statement.level not in LEVELS:
        raise WrongInput(f"access level {statement.level!r}: expected one of {', '.join(LEVELS)}")
    if statement.stretch is not None:
        number, start_ms, end_ms = statement.stretch
        if number not in {recording.number for recording in testimony.recordings}:
            raise WrongInput(f"testimony {testimony.public_id} has no recording {number}")
        if end_ms is not None and end_ms <= start_ms:
            raise WrongInput("a stretch has to end after it starts")
    if statement.begins_at and statement.ends_at and statement.ends_at <= statement.begins_at:
        raise WrongInput("a statement has to end after it begins")
