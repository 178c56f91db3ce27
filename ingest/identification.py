"""Which testimony and recording of the archive a deposit means, and what it cannot change in them."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.errors import Conflict, DuplicateFile
from archive.models import File, Recording, Testimony
from archive.queries import testimonies
from ingest.receiving import Received
from schemas.metadata import TestimonyMetadata


def find_testimony(
    session: Session, accession_number: str | None, received: Sequence[Received], *, allow_duplicate: bool
) -> Testimony | None:
    """The testimony that a deposit means: by accession number, else the one that has its files; None: a new
    one. Raises DuplicateFile where its files are in others."""
    owners = {owner for each in received for owner in _owners(session, each.sha512)}
    loaded = testimonies.load(session, owners)
    if accession_number is not None:
        known = testimonies.find_by_accession(session, accession_number)
        if known is None and len(loaded) == 1 and _may_be_called(loaded[0], accession_number):
            return loaded[0]
        if not allow_duplicate:
            _refuse_files_of_others(session, known, received)
        return known
    if len(loaded) <= 1:
        return loaded[0] if loaded else None
    # Several testimonies hold these files: the one that has all of them is meant, if there is just one.
    digests = {each.sha512 for each in received}
    whole = [row for row in loaded if digests <= {f.sha512 for r in row.recordings for f in r.files}]
    if len(whole) == 1 or (whole and len(received) == 1):
        return min(whole, key=lambda row: row.id)
    raise DuplicateFile(received[0].recording.path, ", ".join(sorted(row.public_id for row in loaded)))


def find_recording(testimony: Testimony, received: Received, *, described: bool) -> Recording | None:
    """The recording that holds a file, or None where its number is free. Raises Conflict where it is not."""
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


def check_description(
    testimony: Testimony, metadata: TestimonyMetadata, received: Sequence[Received]
) -> None:
    """Refuse what a changed description cannot change. Raises Conflict."""
    where = received[0].recording.path
    if testimony.accession_number is not None and metadata.accession_number is None:
        raise Conflict(
            f"{where}: it is in testimony {testimony.accession_number}; its description has to give that "
            "accession_number to change it"
        )
    offsets = {recording.number: recording.current_file.offset_ms for recording in testimony.recordings}
    for each in received:
        number, offset = each.recording.number, each.recording.offset_ms
        if number in offsets and offsets[number] != offset:
            raise Conflict(
                f"{each.recording.path}: offset of recording {number}: expected "
                f"{offsets[number] / 1000:g} s as before, since cited times rest on it"
            )


def _may_be_called(testimony: Testimony, accession_number: str) -> bool:
    """Whether it has no number yet, or its description gave it this one before it was corrected here."""
    given = (testimony.sidecar or {}).get("accession_number")
    return testimony.accession_number is None or given == accession_number


def _refuse_files_of_others(session: Session, known: Testimony | None, received: Sequence[Received]) -> None:
    for each in received:
        others = _owners(session, each.sha512) - ({known.id} if known else set())
        if others:
            (other, *_) = testimonies.load(session, others)
            raise DuplicateFile(each.recording.path, other.accession_number or other.public_id)


def _owners(session: Session, sha512: str) -> set[int]:
    statement = select(Recording.testimony_id).join(File, File.recording_id == Recording.id)
    return set(session.scalars(statement.where(File.sha512 == sha512)))
