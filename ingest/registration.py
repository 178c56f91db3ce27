"""Setting what was received against what the archive holds: new, changed, unchanged, or refused.

One transaction a testimony: its rows and the jobs that make it whole come into being together.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from archive.changes import access, collections, events
from archive.changes import testimonies as testimony_changes
from archive.changes.access import NewStatement
from archive.jobs import Queue
from archive.models import Captions, File, Recording, Testimony
from archive.queries.progress import progress
from ingest.identification import check_description, find_recording, find_testimony
from ingest.importers.deposited import DepositedTestimony
from ingest.importers.text import read_text
from ingest.importers.webvtt import SIZE_LIMIT
from ingest.receiving import Received
from schemas.metadata import TestimonyMetadata

DESCRIPTION = "the description"
"""Who said what a sidecar says, where it does not say."""

DEPOSITOR = "the depositor"
"""Author of captions whose description names none."""

DEFAULT_COLLECTION = "Testimonies"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asks for, where the descriptions say nothing."""

    collection: str | None = None
    access: str | None = None
    language: str | None = None
    allow_duplicate: bool = False


@dataclass(slots=True)
class Registered:
    """What became of one deposited testimony. `status`: new, updated, unchanged, or resumed (known, but not
    finished). `recordings` are row ids that work was deferred for, `changes` what was updated, `notes`
    sentences for the archivist."""

    testimony: str
    status: str
    recordings: list[int] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def register(
    session: Session,
    queue: Queue,
    deposited: DepositedTestimony,
    received: Sequence[Received],
    wishes: Wishes,
    now: datetime,
) -> Registered:
    """Take a testimony into the archive's rows. Raises Conflict, DuplicateFile; nothing is changed then."""
    metadata = deposited.metadata or TestimonyMetadata.read({})
    testimony = find_testimony(
        session, metadata.accession_number, received, allow_duplicate=wishes.allow_duplicate
    )
    if testimony is None:
        return _add(session, queue, deposited, metadata, received, wishes, now)
    return _update(session, queue, testimony, deposited, received, wishes, now)


def _add(
    session: Session,
    queue: Queue,
    deposited: DepositedTestimony,
    metadata: TestimonyMetadata,
    received: Sequence[Received],
    wishes: Wishes,
    now: datetime,
) -> Registered:
    name = metadata.collection or wishes.collection or DEFAULT_COLLECTION
    collection, made = collections.find_or_make(session, name)
    testimony = testimony_changes.add(session, collection, metadata)
    outcome = Registered(testimony.public_id, "new")
    if made:
        outcome.notes.append(f"collection {name} made")
    for each in received:
        _add_recording(session, queue, testimony, each, metadata, wishes, outcome)
    testimony_changes.describe(session, testimony, metadata, said_by=DESCRIPTION, now=now)
    if not metadata.says_level and wishes.access is not None:
        access.state(session, testimony, [NewStatement(wishes.access)], said_by="testimony ingest", now=now)
    elif not metadata.says_level:
        label = metadata.accession_number or received[0].recording.path.name
        outcome.notes.append(
            f"{label}: closed, since nobody said who may see it (access in its description, or --access)"
        )
    return outcome


def _update(
    session: Session,
    queue: Queue,
    testimony: Testimony,
    deposited: DepositedTestimony,
    received: Sequence[Received],
    wishes: Wishes,
    now: datetime,
) -> Registered:
    outcome = Registered(testimony.public_id, "unchanged")
    metadata = deposited.metadata
    given = testimony_changes.as_given(metadata) if metadata is not None else testimony.sidecar
    if metadata is not None and given != testimony.sidecar:
        check_description(testimony, metadata, received)
    unfinished = {
        each.recording_id
        for each in progress(session, [recording.id for recording in testimony.recordings])
        if each.step != "done"
    }
    added: list[int] = []
    for each in received:
        recording = find_recording(testimony, each, described=metadata is not None)
        if recording is None:
            _add_recording(session, queue, testimony, each, metadata, wishes, outcome)
            outcome.status = "updated"
            outcome.changes.append(f"recording {each.recording.number} added")
            added.append(each.recording.number)
            continue
        captioned = _take_captions(session, recording, each, metadata)
        if recording.id in unfinished:
            recording.current_file.source = str(each.recording.path.absolute())
        if captioned or recording.id in unfinished:
            _defer(session, queue, recording, outcome)
        if captioned:
            outcome.status = "updated"
            outcome.changes.append(f"captions of recording {recording.number}")
        elif recording.id in unfinished and outcome.status == "unchanged":
            outcome.status = "resumed"
    if metadata is not None and (given != testimony.sidecar or added):
        _apply_language_and_collection(session, testimony, metadata, received, outcome)
        outcome.changes += testimony_changes.describe(
            session, testimony, metadata, said_by=DESCRIPTION, now=now, come_since=added
        )
        outcome.status = "updated"
    _apply_wished_access(session, testimony, metadata, wishes, outcome, now)
    return outcome


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
    languages = {each.recording.number: each.recording.language for each in received}
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
    outcome.changes.append("access")
    if outcome.status == "unchanged":
        outcome.status = "updated"


def _add_recording(
    session: Session,
    queue: Queue,
    testimony: Testimony,
    received: Received,
    metadata: TestimonyMetadata | None,
    wishes: Wishes,
    outcome: Registered,
) -> None:
    deposited = received.recording
    recording = Recording(
        number=deposited.number,
        language=deposited.language or wishes.language,
        captions=[],
        files=[
            File(
                sha512=received.sha512,
                sha256=received.sha256,
                size=received.size,
                media_type=received.probe.media_type,
                duration_ms=received.probe.duration_ms,
                video=received.probe.has_video,
                probe=received.probe.model_dump(mode="json"),
                offset_ms=deposited.offset_ms,
                original_name=deposited.path.name,
                source=str(deposited.path.absolute()),
                derivatives=[],
            )
        ],
    )
    testimony.recordings.append(recording)
    testimony.recordings.sort(key=lambda each: each.number)
    session.flush()
    _take_captions(session, recording, received, metadata)
    events.record(
        session,
        "message digest calculation",
        testimony_id=testimony.id,
        recording_id=recording.id,
        detail={
            "sha512": received.sha512,
            "sha256": received.sha256,
            "promised": deposited.checksum.algorithm if deposited.checksum else None,
        },
    )
    events.record(
        session,
        "format identification",
        testimony_id=testimony.id,
        recording_id=recording.id,
        detail={"container": received.probe.container, "duration_ms": received.probe.duration_ms},
    )
    if received.probe.cut_short:
        outcome.notes.append(
            f"{deposited.path}: ends before its header says it does; it may have been cut off while copied"
        )
    _defer(session, queue, recording, outcome)


def _take_captions(
    session: Session, recording: Recording, received: Received, metadata: TestimonyMetadata | None
) -> bool:
    """Keep captions that differ from the last ones, to be published; whether there were any."""
    author = (metadata.transcript_author if metadata else None) or DEPOSITOR
    beside = [(translation.language, translation.path) for translation in received.recording.translations]
    taken = False
    for language, path in [(None, received.recording.captions), *beside]:
        if path is None:
            continue
        text = read_text(path, SIZE_LIMIT)
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        last = [captions for captions in recording.captions if captions.language == language][-1:]
        if last and last[0].sha256 == sha256:
            continue
        recording.captions.append(Captions(language=language, author=author, text=text, sha256=sha256))
        taken = True
    session.flush()
    return taken


def _defer(session: Session, queue: Queue, recording: Recording, outcome: Registered) -> None:
    queue.defer(session.connection(), recording.id)
    outcome.recordings.append(recording.id)
