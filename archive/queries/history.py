"""What became of a testimony's description: who changed what, from what to what, when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from archive.errors import NotFound
from archive.models import AccessStatement, DescriptionChange, DescriptionImport, Testimony
from archive.queries import descriptions, explanations


@dataclass(frozen=True, slots=True)
class Change:
    """One field that became another. Of `access`, the statements that went and came. `part_of` is the public
    id of an import, `undoes` that of the one which that import undid."""

    at: datetime
    agent: str
    field: str
    before: Any
    after: Any
    part_of: str | None = None
    undoes: str | None = None


def history(session: Session, testimony: Testimony) -> list[Change]:
    """All that became of a loaded testimony's description, oldest first, access statements among it."""
    rows = changes(session, [testimony.id])
    written_down = {
        name for row in rows if row.field == "access" for name in (*(row.before or ()), *(row.after or ()))
    }
    # Statements from before changes were written down, and those that a rebuilt archive has without them.
    untold = [
        Change(row.created_at, row.said_by, "access", None, _said(testimony, [row.public_id]))
        for row in testimony.statements
        if row.public_id not in written_down
    ]
    written = [
        Change(
            row.created_at,
            row.agent,
            row.field,
            *told(testimony, row),
            part_of=row.part_of.public_id if row.part_of else None,
            undoes=row.part_of.undoes.public_id if row.part_of and row.part_of.undoes else None,
        )
        for row in rows
    ]
    return sorted([*untold, *written], key=lambda change: change.at)


def changes(session: Session, testimony_ids: Sequence[int]) -> list[DescriptionChange]:
    """What is written down on some testimonies, in the order of their numbers, each with its import."""
    statement = (
        select(DescriptionChange)
        .where(DescriptionChange.testimony_id.in_(testimony_ids))
        .order_by(DescriptionChange.testimony_id, DescriptionChange.number)
    )
    return list(session.scalars(statement.options(*_LOADED)))


def changes_of(session: Session, imported: DescriptionImport) -> list[DescriptionChange]:
    """All that an import changed, testimony by testimony."""
    statement = (
        select(DescriptionChange)
        .where(DescriptionChange.import_id == imported.id)
        .order_by(DescriptionChange.testimony_id, DescriptionChange.number)
    )
    return list(session.scalars(statement.options(*_LOADED)))


def find_import(session: Session, public_id: str) -> DescriptionImport:
    """An import by its public id. Raises NotFound."""
    statement = select(DescriptionImport).where(DescriptionImport.public_id == public_id)
    found = session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound(f"no import has the id {public_id}")
    return found


def undone_by(session: Session, imported: DescriptionImport) -> DescriptionImport | None:
    """The newest import that undid this one."""
    statement = select(DescriptionImport).where(DescriptionImport.undoes_id == imported.id)
    return session.scalars(statement.order_by(DescriptionImport.id.desc())).first()


def named(testimony: Testimony, public_ids: Sequence[str] | None) -> list[AccessStatement]:
    """The statements of these public ids, in their order."""
    rows = {row.public_id: row for row in testimony.statements}
    return [rows[public_id] for public_id in public_ids or () if public_id in rows]


def told(testimony: Testimony, change: DescriptionChange) -> tuple[Any, Any]:
    """What a change of a loaded testimony says there was before and after: of access, the statements."""
    if change.field != "access":
        return change.before, change.after
    return _said(testimony, change.before), _said(testimony, change.after)


_LOADED = (selectinload(DescriptionChange.part_of).selectinload(DescriptionImport.undoes),)


def _said(testimony: Testimony, public_ids: Sequence[str] | None) -> list[dict[str, Any]] | None:
    return [
        # What no description can say is about a chapter or transcript, or from and until moments of a day.
        descriptions.statement(testimony, row)
        or descriptions.said(row, about=explanations.place_of(testimony, row))
        for row in named(testimony, public_ids)
    ] or None
