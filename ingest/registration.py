"""Setting what was received against what the archive holds: new, changed, unchanged, or refused.

One transaction a testimony: its rows and the jobs that make it whole come into being together.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.changes import access, collections, events
from archive.changes import testimonies as testimony_changes
from archive.changes.access import NewStatement
from archive.errors import Conflict, DuplicateFile
from archive.jobs import Queue
from archive.models import Captions, File, Recording, Testimony
from archive.queries import testimonies
from archive.queries.progress import progress
from ingest.importers.deposited import DepositedTestimony
from ingest.receiving import Received
from schemas.metadata import TestimonyMetadata

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


@dataclass(slots=True)
class Registered:
    """What became of one deposited testimony. `status`: new, updated, unchanged, or resumed (known, but not
    finished). `recordings` are row ids that work was deferred for, `notes` sentences for the archivist."""

    testimony: str
    status: str
    recordings: list[int] = field(default_factory=list)
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
    testimony = _existing(session, metadata.accession_number, received, wishes)
    if testimony is None:
        return _add(session, queue, deposited, metadata, received, wishes, now)
    return _update(session, queue, testimony, deposited, received, wishes, now)


def _existing(
    session: Session, accession_number: str | None, received: Sequence[Received], wishes: Wishes
) -> Testimony | None:
    """The testimony that this deposit means: by accession number, else the one that has its files."""
    if accession_number is not None:
        known = testimonies.find_by_accession(session, accession_number)
        if not wishes.allow_duplicate:
            _refuse_files_of_others(session, known, received)
        return known
    owners = {owner for each in received for owner in _owners(session, each.sha512)}
    if not owners:
        return None
    loaded = testimonies.load(session, owners)
    if len(loaded) == 1:
        return loaded[0]
    # Several testimonies hold these files: the one that has all of them is meant, if there is just one.
    digests = {each.sha512 for each in received}
    whole = [row for row in loaded if digests <= {f.sha512 for r in row.recordings for f in r.files}]
    if len(whole) == 1 or (whole and len(received) == 1):
        return min(whole, key=lambda row: row.id)
    raise DuplicateFile(received[0].recording.path, ", ".join(sorted(row.public_id for row in loaded)))


def _refuse_files_of_others(session: Session, known: Testimony | None, received: Sequence[Received]) -> None:
    for each in received:
        others = _owners(session, each.sha512) - ({known.id} if known else set())
        if others:
            (other, *_) = testimonies.load(session, others)
            raise DuplicateFile(each.recording.path, other.accession_number or other.public_id)


def _owners(session: Session, sha512: str) -> set[int]:
    statement = select(Recording.testimony_id).join(File, File.recording_id == Recording.id)
    return set(session.scalars(statement.where(File.sha512 == sha512)))


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
    metadata = deposited.metadata or TestimonyMetadata.read(testimony.sidecar or {})
    unfinished = {
        each.recording_id
        for each in progress(session, [recording.id for recording in testimony.recordings])
        if each.step != "done"
    }
    for each in received:
        recording = _recording_of(testimony, each, described=deposited.metadata is not None)
        if recording is None:
            _add_recording(session, queue, testimony, each, metadata, wishes, outcome)
            outcome.status = "updated"
        elif _take_captions(session, recording, each, metadata):
            _defer(session, queue, recording, outcome)
            outcome.status = "updated"
        elif recording.id in unfinished:
            recording.current_file.source = str(each.recording.path.absolute())
            _defer(session, queue, recording, outcome)
            if outcome.status == "unchanged":
                outcome.status = "resumed"
    given = testimony_changes.as_given(metadata)
    if deposited.metadata is not None and given != testimony.sidecar:
        testimony_changes.describe(session, testimony, metadata, said_by=DESCRIPTION, now=now)
        outcome.status = "updated"
    return outcome


def _recording_of(testimony: Testimony, received: Received, *, described: bool) -> Recording | None:
    """The recording that holds this file, or None where its number is free."""
    number = received.recording.number
    holding = [
        recording
        for recording in testimony.recordings
        if any(file.sha512 == received.sha512 for file in recording.files)
    ]
    for recording in holding:
        if recording.number == number or not described:
            return recording
    label = testimony.accession_number or testimony.public_id
    if holding:
        raise Conflict(
            f"{received.recording.path}: it is recording {holding[0].number} of testimony {label}, and a "
            f"recording keeps its number; the description gives it number {number}"
        )
    if any(recording.number == number for recording in testimony.recordings):
        raise Conflict(
            f"{received.recording.path}: recording {number} of testimony {label} is another file; give it a "
            "number of its own in recordings"
        )
    return None


def _add_recording(
    session: Session,
    queue: Queue,
    testimony: Testimony,
    received: Received,
    metadata: TestimonyMetadata,
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
    session: Session, recording: Recording, received: Received, metadata: TestimonyMetadata
) -> bool:
    """Keep captions that are not there yet, to be published; whether there were any."""
    author = metadata.transcript_author or "the depositor"
    beside = [(translation.language, translation.path) for translation in received.recording.translations]
    taken = False
    for language, path in [(None, received.recording.captions), *beside]:
        if path is None:
            continue
        text = path.read_bytes().decode("utf-8-sig")
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        if any((c.language, c.sha256) == (language, sha256) for c in recording.captions):
            continue
        recording.captions.append(Captions(language=language, author=author, text=text, sha256=sha256))
        taken = True
    session.flush()
    return taken


def _defer(session: Session, queue: Queue, recording: Recording, outcome: Registered) -> None:
    queue.defer(session.connection(), recording.id)
    outcome.recordings.append(recording.id)
