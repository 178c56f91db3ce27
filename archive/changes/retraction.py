"""Taking an access statement back: what it superseded holds again, as far as anybody still says so."""

from datetime import datetime

from sqlalchemy.orm import Session

from archive.changes import access
from archive.changes.descriptions import new_statements
from archive.errors import NotFound
from archive.models import AccessStatement, Testimony
from schemas.metadata import TestimonyMetadata


def take_back(
    session: Session,
    testimony: Testimony,
    statement_id: str,
    *,
    said_by: str,
    now: datetime,
    reason: str | None = None,
) -> AccessStatement:
    """Take back the statement of a public id on a loaded testimony; returns it.

    What it superseded counts again. What a description said counts again only where the description says it
    still: it may have changed while another word held. Raises NotFound, and WrongInput where the statement
    doesn't count any more; nothing is changed then.
    """
    found = [each for each in testimony.statements if each.public_id == statement_id]
    if not found:
        raise NotFound(f"testimony {testimony.public_id} has no access statement {statement_id}")
    (statement,) = found
    revived = [
        each
        for each in testimony.statements
        if each.superseded_by == statement.id and (not each.described or _says_still(testimony, each))
    ]
    access.take_back(session, testimony, statement, said_by=said_by, now=now, reason=reason, revived=revived)
    return statement


def _says_still(testimony: Testimony, row: AccessStatement) -> bool:
    given = testimony.sidecar or {}
    parts = {name: given[name] for name in ("access", "embargo", "recordings") if name in given}
    said = new_statements(testimony, TestimonyMetadata.read(parts))
    return any(
        (each.level, each.subject, each.subject_id, each.begins_at, each.ends_at)
        == (row.level, row.subject, row.subject_id, row.begins_at, row.ends_at)
        and (each.stretch or (None, None, None)) == (row.stretch_recording, row.start_ms, row.end_ms)
        for each in said
    )
