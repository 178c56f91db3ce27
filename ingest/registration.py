"""Setting what was received against what the archive holds: new, changed, unchanged, or refused.

One transaction a testimony: its rows and the jobs that make it whole come into being together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from archive.changes import access, collections, events
from archive.changes import testimonies as testimony_changes
from archive.changes.access import NewStatement
from archive.jobs import Deferring
from archive.models import Testimony
from archive.queries.progress import progress
from ingest.additions import Registered, Taking
from ingest.identification import check_description, find_testimony
from ingest.importers.deposited import DepositedTestimony
from ingest.publication import publish_texts
from ingest.receiving import Received, ReceivedText, receive_text
from schemas.legible import legible_name
from schemas.metadata import TestimonyMetadata

__all__ = ["Registered", "Wishes", "register"]

DESCRIPTION = "the description"
"""Who said what a sidecar says, where it does not say."""

DEFAULT_COLLECTION = "Testimonies"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asks for, where the descriptions say nothing."""

    collection: str | None = None
    access: str | None = None
    language: str | None = None
    allow_duplicate: bool = False


def register(
    session: Session,
    queue: Deferring,
    deposited: DepositedTestimony,
    received: Sequence[Received],
    wishes: Wishes,
    now: datetime,
) -> Registered:
    """Take a testimony into the archive's rows, with the texts that it brings and those of its media that
    could be `received`. Raises Conflict, DuplicateFile, MetadataErrors; nothing is changed then."""
    texts = [receive_text(text) for text in deposited.texts]
    testimony = find_testimony(session, deposited, received, texts, allow_duplicate=wishes.allow_duplicate)
    if testimony is None:
        return _add(session, queue, deposited, received, texts, wishes, now)
    return _update(session, queue, testimony, deposited, received, texts, wishes, now)


def _add(
    session: Session,
    queue: Deferring,
    deposited: DepositedTestimony,
    received: Sequence[Received],
    texts: Sequence[ReceivedText],
    wishes: Wishes,
    now: datetime,
) -> Registered:
    metadata = deposited.metadata or TestimonyMetadata.read({})
    name = metadata.collection or wishes.collection or DEFAULT_COLLECTION
    collection, made = collections.find_or_make(session, name)
    testimony = testimony_changes.add(session, collection, metadata)
    outcome = Registered(testimony.public_id, "new")
    if made:
        outcome.notes.append(f"collection {name} made")
    taking = Taking(
        session,
        queue,
        testimony,
        outcome,
        now,
        described=True,
        anew=True,
        language=wishes.language,
        author=metadata.transcript_author,
    )
    taking.take_recordings(received, set())
    taking.take_texts(texts)
    testimony_changes.describe(session, testimony, metadata, said_by=DESCRIPTION, now=now)
    label = metadata.accession_number or legible_name(deposited.paths[0].name)
    if not metadata.says_level and wishes.access is not None:
        access.state(session, testimony, [NewStatement(wishes.access)], said_by="testimony ingest", now=now)
    elif not metadata.says_level:
        outcome.notes.append(
            f"{label}: closed, since nobody said who may see it (access in its description, or --access)"
        )
    if not deposited.recordings:
        outcome.notes.append(f"{label}: a text, without a recording")
        if metadata.accession_number is None:
            outcome.notes.append(
                f"{label}: it has no accession_number; once its text is corrected, it would be taken for "
                "another testimony"
            )
    _publish_texts(session, testimony, outcome, now)
    return outcome


def _update(
    session: Session,
    queue: Deferring,
    testimony: Testimony,
    deposited: DepositedTestimony,
    received: Sequence[Received],
    texts: Sequence[ReceivedText],
    wishes: Wishes,
    now: datetime,
) -> Registered:
    outcome = Registered(testimony.public_id, "unchanged")
    metadata = deposited.metadata
    before = testimony.sidecar
    given = testimony_changes.as_given(metadata) if metadata is not None else before
    if metadata is not None and given != before:
        check_description(testimony, metadata, received, deposited.paths[0])
    unfinished = {
        each.recording_id
        for each in progress(session, [recording.id for recording in testimony.recordings])
        if each.step != "done"
    }
    taking = Taking(
        session,
        queue,
        testimony,
        outcome,
        now,
        described=metadata is not None,
        anew=deposited.belongs_to is not None or _files_of(given) != _files_of(before),
        language=wishes.language,
        author=metadata.transcript_author if metadata is not None else None,
    )
    added = taking.take_recordings(received, unfinished)
    taking.take_texts(texts)
    if metadata is not None and (given != before or added):
        _apply_language_and_collection(session, testimony, metadata, received, outcome)
        outcome.update(
            *testimony_changes.describe(
                session, testimony, metadata, said_by=DESCRIPTION, now=now, come_since=added
            )
        )
    _apply_wished_access(session, testimony, metadata, wishes, outcome, now)
    _publish_texts(session, testimony, outcome, now)
    return outcome


def _files_of(given: dict[str, Any] | None) -> Any:
    return (given or {}).get("recordings")


def _publish_texts(session: Session, testimony: Testimony, outcome: Registered, now: datetime) -> None:
    """What waits for no recording is published with the rows that it comes with."""
    published = publish_texts(session, testimony, now)
    if published:
        outcome.update(*(f"text {text.original_name} published" for text in published))
        events.record(
            session,
            "publication",
            testimony_id=testimony.id,
            detail={"published": [f"text {text.public_id}" for text in published]},
        )


def _apply_language_and_collection(
    session: Session,
    testimony: Testimony,
    metadata: TestimonyMetadata,
    received: Sequence[Received],
    outcome: Registered,
) -> None:
    if metadata.collection and metadata.collection != (testimony.sidecar or {}).get("collection"):
        _, made = collections.find_or_make(session, metadata.collection)
        if made:
            outcome.notes.append(f"collection {metadata.collection} made")
    said = [each.recording for each in received]
    languages = {each.number: each.language for each in said if each.language is not None}
    for recording in testimony.recordings:
        language = languages.get(recording.number)
        if language is not None and language != recording.language:
            recording.language = language
            outcome.notes.append(
                f"{testimony.accession_number or testimony.public_id}: recording {recording.number} is "
                f"described as {language} now; what was transcribed before stays as it is"
            )


def _apply_wished_access(
    session: Session,
    testimony: Testimony,
    metadata: TestimonyMetadata | None,
    wishes: Wishes,
    outcome: Registered,
    now: datetime,
) -> None:
    """`--access` counts where nobody has ever said who may see the testimony, and opens nothing else."""
    if wishes.access is None or (metadata is not None and metadata.says_level):
        return
    if any(statement.whole for statement in testimony.statements):
        return
    if testimony.unconfirmed_since is not None:
        outcome.notes.append(
            f"{testimony.accession_number or testimony.public_id}: came back from the store and is closed "
            "until `testimony access` says who may see it; --access was passed over"
        )
        return
    access.state(session, testimony, [NewStatement(wishes.access)], said_by="testimony ingest", now=now)
    outcome.update("access")
