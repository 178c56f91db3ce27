"""Which testimony and recording of the archive a deposit means, and what it cannot change in them."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from archive.errors import Conflict, DuplicateFile
from archive.models import DepositedText, File, Recording, Testimony
from archive.queries import testimonies
from ingest.importers.deposited import DepositedTestimony
from ingest.receiving import Received, ReceivedText
from schemas.legible import legible_name
from schemas.metadata import TestimonyMetadata


def find_testimony(
    session: Session,
    deposited: DepositedTestimony,
    received: Sequence[Received],
    texts: Sequence[ReceivedText],
    *,
    allow_duplicate: bool,
) -> Testimony | None:
    """The testimony that a deposit means: the one that it is said to belong to, else by accession number,
    else the one that has its files (of a deposit without recordings, its texts); None: a new one.

    Raises DuplicateFile where its files are in others, Conflict where what it belongs to is not there.
    """
    accession_number = deposited.metadata.accession_number if deposited.metadata else None
    owners = _owners_of(session, received, texts)
    if deposited.belongs_to is not None:
        named = find_by_name(session, deposited.belongs_to)
        if named is None:
            raise Conflict(
                f"{legible_name(deposited.paths[0])}: there is no testimony {deposited.belongs_to}"
            )
        if not allow_duplicate:
            _refuse_files_of_others(session, named, received)
        return named
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
    raise DuplicateFile(deposited.paths[0], ", ".join(sorted(row.public_id for row in loaded)))


def find_by_name(session: Session, name: str) -> Testimony | None:
    """The testimony of a public id, or else of an accession number."""
    return testimonies.find(session, name) or testimonies.find_by_accession(session, name)


def find_recording(testimony: Testimony, received: Received, *, described: bool) -> Recording | None:
    """The recording that a file is of: the one that holds it or waits for it, or for a better transfer the
    one of its number; None where the number is free. Raises Conflict where the two do not go together."""
    number = received.recording.number
    holding = [
        recording
        for recording in testimony.recordings
        if any(file.sha512 == received.sha512 or is_awaited(file, received) for file in recording.files)
    ]
    for recording in holding:
        if recording.number == number or not (described or received.recording.transfer):
            return recording
    label = testimony.accession_number or testimony.public_id
    path = legible_name(received.recording.path)
    if holding:
        raise Conflict(
            f"{path}: it is recording {holding[0].number} of testimony {label}, and a recording keeps its "
            f"number; the description gives it number {number}"
        )
    numbered = [recording for recording in testimony.recordings if recording.number == number]
    if received.recording.transfer:
        if not numbered:
            raise Conflict(
                f"{path}: expected a transfer of a recording that is there; testimony {label} has no "
                f"recording {number}"
            )
        return numbered[0]
    if numbered:
        raise Conflict(
            f"{path}: recording {number} of testimony {label} is another file. A better transfer of that "
            f"recording says so: transfer: yes in recordings, or --transfer-of {label}/{number}; another "
            "tape needs a number of its own"
        )
    return None


def is_awaited(file: File, received: Received) -> bool:
    """Whether a file of the archive never came into the store, since what was received from the same place
    was changed or taken away before: what lies there now is that file."""
    return file.stored_path is None and file.source == str(received.recording.path.absolute())


def check_description(
    testimony: Testimony, metadata: TestimonyMetadata, received: Sequence[Received], where: Path
) -> None:
    """Refuse what a changed description cannot change. Raises Conflict."""
    if testimony.accession_number is not None and metadata.accession_number is None:
        raise Conflict(
            f"{legible_name(where)}: it is in testimony {testimony.accession_number}; its description has to "
            "give that accession_number to change it"
        )
    files = {file.sha512: file for recording in testimony.recordings for file in recording.files}
    for each in received:
        file = files.get(each.sha512)
        if file is None or file.offset_ms == each.recording.offset_ms or each.recording.transfer:
            continue
        raise Conflict(
            f"{legible_name(each.recording.path)}: offset of recording {each.recording.number}: expected "
            f"{file.offset_ms / 1000:g} s as before, since cited times rest on it; only that of a later "
            "transfer (transfer: yes) can be corrected"
        )


def _owners_of(session: Session, received: Sequence[Received], texts: Sequence[ReceivedText]) -> set[int]:
    owners = {owner for each in received for owner in _owners(session, each.sha512)}
    if received:
        return owners or {owner for each in received for owner in _waiting_for(session, each)}
    digests = [each.sha256 for each in texts]
    statement = select(DepositedText.testimony_id).where(
        DepositedText.sha256.in_(digests),
        ~exists().where(Recording.testimony_id == DepositedText.testimony_id),
    )
    return set(session.scalars(statement))


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


def _waiting_for(session: Session, received: Received) -> set[int]:
    source = str(received.recording.path.absolute())
    statement = select(Recording.testimony_id).join(File, File.recording_id == Recording.id)
    return set(session.scalars(statement.where(File.stored_path.is_(None), File.source == source)))


def _owners(session: Session, sha512: str) -> set[int]:
    statement = select(Recording.testimony_id).join(File, File.recording_id == Recording.id)
    return set(session.scalars(statement.where(File.sha512 == sha512)))
