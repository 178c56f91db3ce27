"""Many descriptions changed at once, as one import that can be undone as a whole."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import update
from sqlalchemy.orm import Session

from archive.changes import access, descriptions, events
from archive.changes.access import NewStatement
from archive.errors import Conflict, WrongInput
from archive.models import AccessStatement, DescriptionChange, DescriptionImport, Testimony
from archive.queries import descriptions as described
from archive.queries import history, testimonies
from archive.queries.openness import effects, openness
from schemas.columns import quoted, write_value
from schemas.metadata import TestimonyMetadata, problems_in


@dataclass(frozen=True, slots=True)
class Edit:
    """What is to become of a loaded testimony: `fields` (access is not among them) take the values of
    `metadata`, and statements go and come."""

    testimony: Testimony
    metadata: TestimonyMetadata
    fields: frozenset[str] = frozenset()
    taken_back: tuple[AccessStatement, ...] = ()
    stated: tuple[NewStatement, ...] = ()


@dataclass(frozen=True, slots=True)
class Changed:
    """One field of one testimony that became another. Of `access`, the statements that went and came, and in
    `effects` what that opens and closes."""

    testimony: str
    accession_number: str | None
    field: str
    before: Any
    after: Any
    effects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import changed. `id` is its public id, None where there was nothing to change; `closing` and
    `testimonies` are row ids of what has to be carried to store and index, the first before it is
    acknowledged."""

    id: str | None
    changes: tuple[Changed, ...]
    testimonies: tuple[int, ...] = ()
    closing: tuple[int, ...] = ()


def apply(
    session: Session,
    edits: Sequence[Edit],
    *,
    agent: str,
    now: datetime,
    source: str | None = None,
    undoes: DescriptionImport | None = None,
) -> Imported:
    """Make all the edits, in the transaction that the session is in. Raises WrongInput, Conflict."""
    batch = DescriptionImport(agent=agent, source=source, created_at=now, undoes=undoes)
    session.add(batch)
    session.flush()
    _free_numbers(session, edits)
    changed: list[tuple[DescriptionChange, tuple[str, ...]]] = []
    closing: list[int] = []
    for edit in edits:
        made, closed = _apply(session, edit, agent=agent, now=now, batch=batch)
        changed += made
        closing += [edit.testimony.id] if closed else []
    if not changed:
        session.delete(batch)
        session.flush()
        return Imported(None, ())
    ids = list(dict.fromkeys(change.testimony_id for change, _ in changed))
    rows = {row.id: row for row in testimonies.load(session, ids)}
    for testimony_id in ids:
        fields = sorted(change.field for change, _ in changed if change.testimony_id == testimony_id)
        events.record(
            session,
            "metadata modification",
            testimony_id=testimony_id,
            agent=agent,
            detail={"fields": fields, "import": batch.public_id},
        )
    return Imported(
        id=batch.public_id,
        changes=tuple(_told(rows[change.testimony_id], change, said) for change, said in changed),
        testimonies=tuple(ids),
        closing=tuple(dict.fromkeys(closing)),
    )


def undo(session: Session, public_id: str, *, agent: str, now: datetime) -> Imported:
    """Put every field that an import changed back as it was before, as an import of its own.

    Raises NotFound, and Conflict where any of them was changed again since; nothing is changed then.
    """
    imported = history.find_import(session, public_id)
    undone = history.undone_by(session, imported)
    if undone is not None and history.undone_by(session, undone) is None:
        raise Conflict(f"import {public_id} was undone already, by import {undone.public_id}")
    by_testimony: dict[int, list[DescriptionChange]] = defaultdict(list)
    for change in history.changes_of(session, imported):
        by_testimony[change.testimony_id].append(change)
    edits, conflicts = [], []
    for testimony in sorted(testimonies.load(session, by_testimony), key=lambda row: row.id):
        since = _changed_since(session, testimony, by_testimony[testimony.id])
        conflicts += since
        if not since:
            edits.append(_reverse(testimony, by_testimony[testimony.id]))
    if conflicts:
        raise Conflict("\n".join([f"import {public_id} cannot be undone:", *conflicts]))
    return apply(session, edits, agent=agent, now=now, undoes=imported)


def _free_numbers(session: Session, edits: Sequence[Edit]) -> None:
    """Two testimonies may exchange their accession numbers, which are unique at every moment: those that
    change are taken off first, behind the back of the rows, which still know what they were."""
    ids = [
        edit.testimony.id
        for edit in edits
        if "accession_number" in edit.fields
        and edit.metadata.accession_number != edit.testimony.accession_number
    ]
    statement = update(Testimony).where(Testimony.id.in_(ids)).values(accession_number=None)
    session.execute(statement, execution_options={"synchronize_session": False})


def _apply(
    session: Session, edit: Edit, *, agent: str, now: datetime, batch: DescriptionImport
) -> tuple[list[tuple[DescriptionChange, tuple[str, ...]]], bool]:
    """Make one edit; returns what changed, each with what it opens and closes, and whether it closes."""
    testimony = edit.testimony
    dates = {each for row in testimony.statements for each in (row.begins_at, row.ends_at)}
    dates |= {each for statement in edit.stated for each in (statement.begins_at, statement.ends_at)}
    moments = {now, *(each for each in dates if each is not None and each > now)}
    before = openness(testimony, moments)
    made = descriptions.change(
        session,
        testimony,
        edit.metadata,
        edit.fields,
        agent=agent,
        now=now,
        part_of=batch,
        exact_names=True,
    )
    stated = None
    if edit.taken_back or edit.stated:
        stated = access.exchange(
            session, testimony, edit.taken_back, edit.stated, said_by=agent, now=now, part_of=batch
        )
    said = effects(before, openness(testimony, moments))
    by_field = {"access": said} if stated is not None else {"collection": said}
    changed = [*made, *([stated] if stated is not None else [])]
    return [(change, by_field.get(change.field, ())) for change in changed], any(
        effect.startswith("closes") for effect in said
    )


def _told(testimony: Testimony, change: DescriptionChange, said: tuple[str, ...]) -> Changed:
    before, after = history.told(testimony, change)
    return Changed(testimony.public_id, testimony.accession_number, change.field, before, after, said)


def _net(changes: Sequence[DescriptionChange]) -> dict[str, tuple[Any, Any]]:
    """Each field as it was before all of the changes and after them: a person whom testimonies share may have
    changed one of them more than once."""
    net: dict[str, tuple[Any, Any]] = {}
    for change in changes:
        before = net[change.field][0] if change.field in net else change.before
        net[change.field] = (before, change.after)
    return net


def _changed_since(session: Session, testimony: Testimony, changes: Sequence[DescriptionChange]) -> list[str]:
    now = described.describe(testimony)
    newer = [
        change
        for change in history.changes(session, [testimony.id])
        if change.number > max(each.number for each in changes)
    ]
    label = testimony.accession_number or testimony.public_id
    conflicts = []
    for field, (before, after) in _net(changes).items():
        by = [change for change in newer if change.field == field]
        if field == "access":
            places = _places(testimony, before, after)
            by = [change for change in by if places & _places(testimony, change.before, change.after)]
            if not by:
                continue
        elif now[field] == after:
            continue
        who = f" by {by[-1].agent} on {by[-1].created_at:%Y-%m-%d}" if by else ""
        value = "" if field == "access" else f"; it is {quoted(write_value(field, now[field]))} now"
        conflicts.append(f"{label}: {field}: changed again since{who}{value}")
    return conflicts


def _places(testimony: Testimony, *named: Sequence[str] | None) -> set[object]:
    """What statements are about."""
    return {row.place for public_ids in named for row in history.named(testimony, public_ids)}


def _reverse(testimony: Testimony, changes: Sequence[DescriptionChange]) -> Edit:
    net = _net(changes)
    went, came = net.pop("access", (None, None))
    values = {field: before for field, (before, _) in net.items() if before is not None}
    try:
        metadata = TestimonyMetadata.read(values | {"recordings": described.numbered(testimony)})
    except ValidationError as error:
        sentences = "; ".join(problem.sentence for problem in problems_in(error))
        raise WrongInput(
            f"{testimony.public_id}: what it was before cannot be read as a description: {sentences}"
        ) from error
    return Edit(
        testimony,
        metadata,
        frozenset(net),
        taken_back=tuple(history.named(testimony, came)),
        stated=tuple(_again(row) for row in history.named(testimony, went)),
    )


def _again(row: AccessStatement) -> NewStatement:
    stretch = None
    if row.stretch_recording is not None:
        stretch = (row.stretch_recording, row.start_ms or 0, row.end_ms)
    return NewStatement(
        level=row.level,
        subject=row.subject,
        subject_id=row.subject_id,
        stretch=stretch,
        begins_at=row.begins_at,
        ends_at=row.ends_at,
        reason=row.reason,
        notice=row.notice,
        said_by=row.said_by,
        described=row.described,
    )
