"""Taking in a testimony's description, the first time and when it changed."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from archive.changes import access, descriptions, events, outbox
from archive.models import Collection as CollectionRow
from archive.models import Testimony
from schemas.metadata import TestimonyMetadata


def add(session: Session, collection: CollectionRow, metadata: TestimonyMetadata) -> Testimony:
    """A new testimony with nothing but its accession number and collection: `describe` does the rest, once
    its recordings are there."""
    testimony = Testimony(
        collection=collection,
        accession_number=metadata.accession_number,
        kind=metadata.kind,
        years=[],
        languages=[],
        places=[],
        subjects=[],
        description={},
        roles=[],
        recordings=[],
        texts=[],
        transcripts=[],
        chapters=[],
        statements=[],
    )
    session.add(testimony)
    session.flush()
    return testimony


def describe(
    session: Session,
    testimony: Testimony,
    metadata: TestimonyMetadata,
    *,
    said_by: str,
    now: datetime,
    come_since: Collection[int] = (),
) -> tuple[str, ...]:
    """Take in a loaded testimony's description, the first or a later one; returns the fields that say
    something else than last time.

    Only those change: what was edited in the archive since stays where the description says what it said
    before, and so a corrected title never undoes what was decided meanwhile. `come_since`: numbers of
    recordings that were not there last time, which what it says on access may be about.
    """
    before, given = testimony.sidecar or {}, as_given(metadata)
    first = testimony.sidecar is None
    fields = tuple(sorted(key for key in {*given, *before} if before.get(key) != given.get(key)))
    testimony.sidecar = given
    # A description that does not say the number of a testimony that has one is another's: it takes none away.
    apply = [field for field in fields if field != "accession_number" or metadata.accession_number]
    changed = descriptions.change(session, testimony, metadata, apply, agent=said_by, now=now)
    if not changed:
        outbox.announce(session, testimony)
    _state_access(session, testimony, metadata, fields, come_since, said_by=said_by, now=now, first=first)
    events.record(
        session,
        "description" if first else "metadata modification",
        testimony_id=testimony.id,
        agent=said_by,
        detail={"fields": list(fields)},
    )
    return fields


def _state_access(
    session: Session,
    testimony: Testimony,
    metadata: TestimonyMetadata,
    fields: Collection[str],
    come_since: Collection[int],
    *,
    said_by: str,
    now: datetime,
    first: bool,
) -> None:
    if {"access", "embargo"} & set(fields):
        statements = descriptions.new_statements(testimony, metadata)
        if statements or not first:
            access.describe(session, testimony, statements, said_by=said_by, now=now)
        return
    about = {recording.id for recording in testimony.recordings if recording.number in come_since}
    more = [
        statement
        for statement in descriptions.new_statements(testimony, metadata)
        if statement.subject_id in about or (statement.stretch and statement.stretch[0] in come_since)
    ]
    if more:
        # What was said of them before they were there.
        ahead = [
            row
            for row in testimony.statements
            if row.described and row.superseded_at is None and row.stretch_recording in come_since
        ]
        access.describe(session, testimony, more, said_by=said_by, now=now, instead_of=ahead)


def as_given(metadata: TestimonyMetadata) -> dict[str, Any]:
    """A description as plain values, what was not said left out: two are the same when these are."""
    return metadata.model_dump(mode="json", by_alias=True, exclude_defaults=True)
