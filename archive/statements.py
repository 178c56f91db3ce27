"""Which of the statements on a testimony count at a moment.

None is ever edited: one supersedes another, or is taken back, and dates come and go. What those that count
leave open is for `archive.access` to say.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from archive.models.access import AccessStatement
from archive.models.testimony import Testimony


def counting(testimony: Testimony, now: datetime) -> list[AccessStatement]:
    """The statements by which a testimony is judged at `now`: those in force at any of those moments."""
    live = {
        statement: None
        for moment in judged_at(testimony, now)
        for statement in in_force(testimony.statements, moment)
    }
    return [statement for statement in testimony.statements if statement in live]


def counting_from(testimony: Testimony, now: datetime) -> list[AccessStatement]:
    """The statements by which a testimony is judged at `now` or will be at any later moment."""
    moments = {now, *(date for date in _dates(testimony) if date > now)}
    live = {statement: None for moment in moments for statement in counting(testimony, moment)}
    return [statement for statement in testimony.statements if statement in live]


def partly_closed(testimony: Testimony, now: datetime) -> bool:
    """Whether some part of a testimony is closed to anybody by a statement of its own."""
    return any(not each.whole and each.level != "public" for each in counting(testimony, now))


def in_force(statements: Sequence[AccessStatement], now: datetime) -> list[AccessStatement]:
    """The statements that count at `now`.

    A statement on the whole testimony counts no more once it is superseded: where the new one does not hold
    yet, nothing is in force, and the testimony is closed. Elsewhere that would open what was closed, so there
    all those before count on until the newest holds, and again when that has ended.
    """
    return [
        statement
        for statement in statements
        if statement.holds(now)
        and (statement.superseded_at is None or _counts_on(statement, statements, now))
    ]


def _counts_on(statement: AccessStatement, statements: Sequence[AccessStatement], now: datetime) -> bool:
    """Whether a superseded statement counts all the same: what came in its place in the end does not hold."""
    if statement.whole or statement.superseded_by is None:
        return False
    # Of its successors the last alone does away with it. One that was superseded itself does so no more: an
    # opening that was put off, or cut short, opens nothing at the time that it was corrected from. And what
    # stands beside them (a description says it, say) is no successor: there the strictest counts.
    last = _last_successor(statement, statements)
    if last.superseded_at is None:
        return not last.holds(now)
    # One that was taken back says nothing any more, unless it did away with this one while it counted.
    if not (last.taken_back and last.holds(now) and _has_begun(last)):
        return True
    # Even that is over where something was said since that does not hold yet, or no longer.
    since = [
        other
        for other in statements
        if other.superseded_at is None
        and other.place == statement.place
        and other.id >= statement.superseded_by
    ]
    return bool(since) and not any(other.holds(now) for other in since)


def _last_successor(statement: AccessStatement, statements: Sequence[AccessStatement]) -> AccessStatement:
    by_id = {each.id: each for each in statements}
    while (successor := by_id.get(statement.superseded_by or 0)) is not None:
        statement = successor
    return statement


def _has_begun(taken_back: AccessStatement) -> bool:
    """Whether it held before it was taken back: a day that came later it never saw."""
    begins, ended = taken_back.begins_at, taken_back.superseded_at
    return begins is None or ended is None or begins <= ended


def judged_at(testimony: Testimony, now: datetime) -> tuple[datetime, ...]:
    """The moments by which a testimony is judged at `now`; open is what is open at each of them.

    Where the clock was set back behind a date that the archive has already seen come (`reached_at`), what
    closed by then stays closed, and what opened by then is closed again until the clock comes to it. The
    latest is the last.
    """
    reached = testimony.reached_at
    return (now,) if reached is None or reached <= now else (now, reached)


def last_date(testimony: Testimony, now: datetime) -> datetime | None:
    """The last moment up to `now` at which a statement began or ended."""
    return max((date for date in _dates(testimony) if date <= now), default=None)


def next_change(testimony: Testimony, now: datetime) -> datetime | None:
    """The next moment after `now` at which a statement begins or ends, so that another `visible` may hold."""
    return min((date for date in _dates(testimony) if date > now), default=None)


def _dates(testimony: Testimony) -> Iterator[datetime]:
    for statement in testimony.statements:
        for date in (statement.begins_at, statement.ends_at):
            if date is not None:
                yield date
