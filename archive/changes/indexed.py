"""Remembering what an index was told: the live one (`Indexed`) and the one being made anew (`Drafted`)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from archive.changes import outbox
from archive.models import Drafted, Indexed, Testimony

_TOGETHER = 500
"""Rows that are settled in one transaction: others write between."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What an index holds of a testimony, as it stood at change `number`: until `stale_at` it is right."""

    testimony_id: int
    number: int
    document_ids: frozenset[str]
    stale_at: datetime | None


def remember(session: Session, index_name: str, holdings: Sequence[Holding]) -> None:
    """Keep which documents of these testimonies an index holds now.

    Two processes may remember in another order than they wrote: what is known of a later change stays, and of
    the same one the earlier `stale_at`. Or they wrote in that order, too, the earlier one late (its machine
    was frozen), over what was closed since: so the testimony is delivered anew, and left out until it is.
    """
    known = _indexed(session, index_name, [each.testimony_id for each in holdings])
    for each in holdings:
        row = known.get(each.testimony_id)
        if row is None:
            row = known[each.testimony_id] = Indexed(testimony_id=each.testimony_id, index_name=index_name)
            session.add(row)
        elif row.number > each.number:
            outbox.announce_to_index(session, session.get_one(Testimony, each.testimony_id))
            continue
        stale_at = each.stale_at
        if row.number == each.number and row.stale_at is not None:
            stale_at = row.stale_at if stale_at is None else min(stale_at, row.stale_at)
        row.number = each.number
        row.document_ids = sorted(each.document_ids)
        row.stale_at = stale_at


def expect_change(session: Session, testimony_id: int, at: datetime | None) -> None:
    """What is open of a testimony may change at `at`: until it is indexed anew, its documents hold no longer
    than that."""
    if at is None:
        return
    rows = session.scalars(select(Indexed).where(Indexed.testimony_id == testimony_id))
    for row in rows:
        row.stale_at = at if row.stale_at is None else min(row.stale_at, at)


def draft(session: Session, name: str, index_name: str, holdings: Sequence[Holding]) -> None:
    """Keep what the draft of that name holds of these testimonies."""
    forget_drafted(session, name, [each.testimony_id for each in holdings])
    for each in holdings:
        session.add(
            Drafted(
                draft=name,
                index_name=index_name,
                testimony_id=each.testimony_id,
                number=each.number,
                document_ids=sorted(each.document_ids),
                stale_at=each.stale_at,
            )
        )


def forget_drafted(session: Session, name: str, testimony_ids: Collection[int]) -> None:
    """These are to be written into the draft of that name again."""
    session.execute(
        delete(Drafted).where(Drafted.draft == name, Drafted.testimony_id.in_(list(testimony_ids)))
    )


def forget_drafts(session: Session, index_name: str, *, but: str) -> None:
    """Drafts of an index of any other name are gone."""
    session.execute(delete(Drafted).where(Drafted.index_name == index_name, Drafted.draft != but))


def foresee(session: Session, name: str, index_name: str) -> None:
    """The draft of that name is about to be the live index, and whoever switches may die before it is
    `settled`: from now on no documents hold longer than either index's."""
    dated = select(Drafted).where(Drafted.draft == name, Drafted.stale_at.is_not(None))
    drafted = list(session.scalars(dated))
    known = _indexed(session, index_name, [each.testimony_id for each in drafted])
    for each in drafted:
        row = known.get(each.testimony_id)
        if row is None:
            # Of no change yet: whatever is remembered next takes its place.
            row = Indexed(testimony_id=each.testimony_id, index_name=index_name, number=-1, document_ids=[])
            session.add(row)
        if row.stale_at is None or (each.stale_at is not None and each.stale_at < row.stale_at):
            row.stale_at = each.stale_at


def settle(session: Session, name: str) -> bool:
    """The draft of that name is the live index now: some of what it was told is what that was told. Returns
    whether there is more to settle; each part may be a transaction of its own."""
    rows = list(session.scalars(select(Drafted).where(Drafted.draft == name).limit(_TOGETHER)))
    for index_name in {row.index_name for row in rows}:
        remember(session, index_name, [_holding(row) for row in rows if row.index_name == index_name])
    for row in rows:
        session.delete(row)
    return len(rows) == _TOGETHER


def _holding(row: Drafted) -> Holding:
    return Holding(row.testimony_id, row.number, frozenset(row.document_ids), row.stale_at)


def _indexed(session: Session, index_name: str, testimony_ids: Sequence[int]) -> dict[int, Indexed]:
    found: dict[int, Indexed] = {}
    for start in range(0, len(testimony_ids), _TOGETHER):
        statement = select(Indexed).where(
            Indexed.index_name == index_name,
            Indexed.testimony_id.in_(testimony_ids[start : start + _TOGETHER]),
        )
        found |= {row.testimony_id: row for row in session.scalars(statement)}
    return found
