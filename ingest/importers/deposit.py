"""What is in the files and folders that somebody brings: which media make up which testimonies, and which
descriptions and texts belong to them. Nothing is changed here, and all that is wrong is found at once.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from archive.errors import MetadataError
from ingest.importers.deposited import (
    Deposit,
    DepositedRecording,
    DepositedTestimony,
    TextFile,
)
from ingest.importers.gathering import MEDIA_ENDINGS, gather
from ingest.importers.pairing import plan_folder
from ingest.importers.table import is_table
from ingest.importers.tabled import plan_manifest
from schemas.described import found

__all__ = ["Deposit", "DepositedRecording", "DepositedTestimony", "TextFile", "plan_deposit"]


_UNNAMED = "a text that no description names; it may be notes"
_UNDESCRIBED = (
    "expected a description beside it: a sidecar of the same name, or one that names it in texts; a text by "
    "itself may be notes"
)


def plan_deposit(paths: Sequence[Path], metadata: Path | None = None) -> Deposit:
    """The testimonies in `paths`: files, and folders with all that is below them.

    A medium that is given by itself brings the sidecar and captions that lie beside it, and a sidecar the
    media and texts that it describes. `metadata` is a sidecar that may lie elsewhere and describes the one
    testimony that `paths` hold, or a manifest: a table that describes all media in them. Nothing is raised
    for what is wrong with them: it stands in the deposit's errors.
    """
    gathered = gather(paths)
    errors = list(gathered.errors)
    testimonies: list[DepositedTestimony] = []
    passed_over = list(gathered.passed_over)
    folders = gathered.folders
    if metadata is not None and is_table(metadata):
        manifested = plan_manifest(gathered, metadata)
        testimonies += manifested.testimonies
        errors += manifested.errors
        passed_over += [(path, _UNNAMED) for path in manifested.left]
        folders = {}
    elif metadata is not None and len(folders) != 1:
        where = "none" if not folders else f"files in {len(folders)} folders"
        errors.append(
            MetadataError(metadata, "", f"expected the files of one testimony in one folder, found {where}")
        )
        folders = {}
    for files in folders.values():
        plan = plan_folder(files, gathered.asked, metadata)
        testimonies += plan.testimonies
        errors += plan.errors
        for path in plan.left:
            if path in gathered.alone:
                errors.append(MetadataError(path, "", _UNDESCRIBED))
            else:
                passed_over.append((path, _UNNAMED))
    testimonies.sort(key=lambda testimony: testimony.paths[0])
    errors += _repeated_numbers(testimonies)
    if metadata is None or not is_table(metadata):  # a manifest tells by rows
        errors += _differing_people(testimonies)
    return Deposit(
        testimonies=tuple(testimonies),
        passed_over=tuple(sorted(each for each in passed_over if not _is_same(each[0], metadata))),
        errors=tuple(errors),
        debris=gathered.debris,
    )


def plan_transfer(path: Path, testimony: str, number: int, *, offset_ms: int) -> Deposit:
    """`path` as a better transfer of a recording of the archive, whatever lies beside it."""
    if not path.is_file() or path.suffix.casefold() not in MEDIA_ENDINGS:
        return Deposit(errors=(MetadataError(path, "", "expected a medium that exists"),))
    recording = DepositedRecording(path, number, offset_ms=offset_ms, transfer=True)
    return Deposit(testimonies=(DepositedTestimony((recording,), belongs_to=testimony),))


def _is_same(path: Path, metadata: Path | None) -> bool:
    return metadata is not None and path.absolute() == metadata.absolute()


def _repeated_numbers(testimonies: Iterable[DepositedTestimony]) -> Iterator[MetadataError]:
    first: dict[str, Path] = {}
    for testimony in testimonies:
        if testimony.metadata and testimony.sidecar and testimony.metadata.accession_number:
            number = unicodedata.normalize("NFC", testimony.metadata.accession_number)
            other = first.setdefault(number, testimony.sidecar)
            if other != testimony.sidecar:
                sentence = f"expected a number of its own, found {found(number)} in {other} too"
                yield MetadataError(testimony.sidecar, "accession_number", sentence)


def _differing_people(testimonies: Iterable[DepositedTestimony]) -> Iterator[MetadataError]:
    """One person has one published name: where two descriptions differ, showing either would be a guess."""
    first: dict[str, tuple[str | None, Path]] = {}
    for testimony in testimonies:
        if not testimony.metadata or not testimony.sidecar:
            continue
        for place, person in enumerate(testimony.metadata.people, start=1):
            if person.id is None:
                continue
            name, other = first.setdefault(person.id, (person.published_name, testimony.sidecar))
            if name != person.published_name:
                field = f"people.{place}.published_name"
                sentence = f"expected {found(name)}, as {person.id} has it in {other}"
                yield MetadataError(
                    testimony.sidecar, field, f"{sentence}, found {found(person.published_name)}"
                )
