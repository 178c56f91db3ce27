"""Deposits described in a table: a manifest, and the media and texts that it is about.

All that is wrong is found at once; nothing is changed here.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from archive.errors import MetadataError
from ingest.importers.captioning import CaptionFile, pair_captions
from ingest.importers.deposited import DepositedTestimony
from ingest.importers.errors import MetadataErrors
from ingest.importers.gathering import MEDIA_ENDINGS, Gathered
from ingest.importers.manifest import ManifestReading, ReadTestimony, grouped
from ingest.importers.names import GivenMedia, MediaNames, plain
from ingest.importers.pairing import FolderPlan, find_misplaced
from ingest.importers.sidecar import ENDINGS as SIDECAR_ENDINGS
from ingest.importers.table import Row, Table, read_table
from ingest.importers.texts import CAPTION_ENDING, TEXT_ENDING, attach_texts, find_named
from schemas.columns import MANIFEST_COLUMNS
from schemas.described import found


def plan_manifest(gathered: Gathered, path: Path) -> FolderPlan:
    """The testimonies that the manifest at `path` makes of what was gathered, and all that is wrong."""
    files = [file for some in gathered.folders.values() for file in some]
    media = [file for file in files if _is(file, MEDIA_ENDINGS)]
    plan = FolderPlan(errors=list(_other_descriptions(gathered, path)))
    try:
        table = read_table(path, MANIFEST_COLUMNS, ("file",))
    except MetadataErrors as error:
        plan.errors += error.errors
        return plan
    reading = ManifestReading(table, GivenMedia(media), plan.errors)
    described = [each for rows in grouped(table) if (each := reading.testimony(rows)) is not None]
    unnamed = {file for file in media if file in gathered.asked} - reading.claimed.keys()
    plan.errors += _unnamed(table, unnamed)
    plan.errors += _differing_people(table, reading)
    texts = [file for file in files if _is(file, (CAPTION_ENDING, TEXT_ENDING)) and file != path]
    claimed: dict[Path, Row] = {}
    named = [_name_texts(each, table, texts, claimed, plan.errors) for each in described]
    captions = [each for each in _captions(gathered, claimed, plan.errors) if each.path not in claimed]
    for each, its in zip(described, named, strict=True):
        if gathered.asked.intersection((*each.deposited.paths, *its.values())):
            plan.testimonies.append(_with_texts(each, table, captions, its, plan.errors))
    plan.left = [
        file for file in texts if _is(file, (TEXT_ENDING,)) and file in gathered.asked and file not in claimed
    ]
    return plan


def _name_texts(
    read: ReadTestimony,
    table: Table,
    texts: Iterable[Path],
    claimed: dict[Path, Row],
    errors: list[MetadataError],
) -> dict[str, Path]:
    """The files that a testimony names in texts: of the folders where its media lie, or of any."""
    folders = {path.parent for path in read.deposited.paths}
    files = {plain(path.name): path for path in texts if not folders or path.parent in folders}
    wrong: list[MetadataError] = []
    named = find_named(read.metadata.texts, files, table.path, wrong)
    errors += (_in_row(error, read, table) for error in wrong)
    row = read.row_of("texts")
    for path in named.values():
        other = claimed.setdefault(path, row)
        if other is not row:
            sentence = f"expected each file once, found {found(path.name)} in row {other.number} too"
            errors.append(table.error(row, "texts", sentence))
    return named


def _with_texts(
    read: ReadTestimony,
    table: Table,
    captions: Sequence[CaptionFile],
    named: dict[str, Path],
    errors: list[MetadataError],
) -> DepositedTestimony:
    wrong = list(find_misplaced(table.path, read.metadata)) if not read.deposited.recordings else []
    testimony = attach_texts(read.deposited, captions, named, None, wrong)
    errors += (_in_row(error, read, table) for error in wrong)
    return testimony


def _in_row(error: MetadataError, read: ReadTestimony, table: Table) -> MetadataError:
    """What is wrong with a description as a whole, said where a table has it."""
    if error.file != str(table.path):
        return error
    return table.error(read.row_of(error.field.split(".")[0]), error.field, error.expected)


def _other_descriptions(gathered: Gathered, manifest: Path) -> Iterator[MetadataError]:
    """A sidecar for a medium of the manifest would say a second thing of it, and neither may win unseen."""
    for files in gathered.folders.values():
        media = [path for path in files if _is(path, MEDIA_ENDINGS) and path in gathered.asked]
        names = MediaNames(media)
        for path in files:
            if _is(path, SIDECAR_ENDINGS) and (path in gathered.asked or names.partners(plain(path.stem))):
                sentence = f"expected each medium to be described once, here or in {manifest.name}"
                yield MetadataError(path, "", sentence)


def _unnamed(table: Table, media: Iterable[Path]) -> Iterator[MetadataError]:
    for path in sorted(media):
        yield MetadataError(
            path, "", f"expected a row for it in {table.path.name}, which describes all that is given"
        )


def _differing_people(table: Table, reading: ManifestReading) -> Iterator[MetadataError]:
    """One person has one published name: where two rows differ, showing either would be a guess."""
    first: dict[str, tuple[str | None, Row]] = {}
    for metadata, said in reading.read:
        for at, person in enumerate(metadata.people):
            if person.id is None:
                continue
            row, column = said.places["people", at]
            name, other = first.setdefault(person.id, (person.published_name, row))
            if name != person.published_name:
                sentence = (
                    f"expected {found(name)}, as {person.id} has it in row {other.number}, "
                    f"found {found(person.published_name)}"
                )
                yield table.error(row, column, sentence)


def _captions(
    gathered: Gathered, claimed: Iterable[Path], errors: list[MetadataError]
) -> Iterator[CaptionFile]:
    """The captions beside media; those that a testimony names need no medium of their name."""
    wrong: list[MetadataError] = []
    for files in gathered.folders.values():
        names = MediaNames(path for path in files if _is(path, MEDIA_ENDINGS))
        captions = [path for path in files if _is(path, (CAPTION_ENDING,))]
        yield from pair_captions(captions, names, gathered.asked, wrong)
    named = {str(path) for path in claimed}
    errors += (error for error in wrong if error.file not in named)


def _is(path: Path, endings: Sequence[str]) -> bool:
    return path.suffix.casefold() in endings
