"""Taking over addresses that testimonies had elsewhere before."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.changes import events, outbox
from archive.clock import now
from archive.models import OldAddress, Testimony
from schemas.descriptor import Descriptor

_TOGETHER = 500


@dataclass(frozen=True, slots=True)
class NewAddress:
    """An address, and where it leads from now on (ms of cited time)."""

    address: str
    testimony: Testimony
    recording: int | None = None
    start_ms: int | None = None
    end_ms: int | None = None


def take_over(
    session: Session, addresses: Sequence[NewAddress], *, said_by: str
) -> tuple[list[NewAddress], list[int]]:
    """Have addresses lead here; one that led elsewhere in the archive leads on to its new place. Returns
    those that are new or changed, and the row ids of the testimonies that they lead to and led to before,
    which are announced to the store."""
    known: dict[str, OldAddress] = {}
    for first in range(0, len(addresses), _TOGETHER):
        asked = [each.address for each in addresses[first : first + _TOGETHER]]
        rows = session.scalars(select(OldAddress).where(OldAddress.address.in_(asked)))
        known |= {row.address: row for row in rows}
    changed = [each for each in addresses if _is_new(known.get(each.address), each)]
    touched: dict[int, Testimony] = {}
    for each in changed:
        row = known.get(each.address)
        if row is None:
            row = OldAddress(address=each.address)
            session.add(row)
        elif row.testimony_id != each.testimony.id:
            before = session.get_one(Testimony, row.testimony_id)
            touched[before.id] = before
        row.testimony_id = each.testimony.id
        row.recording_number, row.start_ms, row.end_ms = each.recording, each.start_ms, each.end_ms
        row.created_at = now()
        touched[each.testimony.id] = each.testimony
    session.flush()
    for testimony in touched.values():
        led = [each.address for each in changed if each.testimony.id == testimony.id]
        events.record(
            session, "old addresses", testimony_id=testimony.id, agent=said_by, detail={"addresses": led}
        )
        outbox.announce_to_store(session, testimony)
    return changed, sorted(touched)


def bring_back_addresses(session: Session, testimony: Testimony, described: Descriptor) -> None:
    """The addresses that led to a testimony when its object was written. One that led on to another since may
    stand in two objects, where the first could not be written any more: the later word counts."""
    for each in described.old_addresses:
        row = session.scalars(select(OldAddress).where(OldAddress.address == each.address)).one_or_none()
        if row is None:
            session.add(OldAddress(**each.model_dump(), testimony_id=testimony.id))
        elif row.created_at < each.created_at:
            for name, value in each.model_dump().items():
                setattr(row, name, value)
            row.testimony_id = testimony.id
    session.flush()


def _is_new(row: OldAddress | None, new: NewAddress) -> bool:
    return row is None or (row.testimony_id, row.recording_number, row.start_ms, row.end_ms) != (
        new.testimony.id,
        new.recording,
        new.start_ms,
        new.end_ms,
    )
