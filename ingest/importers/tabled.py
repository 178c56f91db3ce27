"""Deposits described in a table: a manifest, and the media that it is about.

All that is wrong is found at once; nothing is changed here.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from archive.errors import MetadataError
from ingest.importers.captioning import CaptionFile, pair_captions
from ingest.importers.deposited import DepositedTestimony
from ingest.importers.errors import MetadataErrors
from ingest.importers.gathering import MEDIA_ENDINGS, Gathered
from ingest.importers.manifest import ManifestReading, grouped
from ingest.importers.names import GivenMedia, MediaNames, plain
from ingest.importers.sidecar import ENDINGS as SIDECAR_ENDINGS
from ingest.importers.table import Row, Table, read_table
from ingest.importers.texts import CAPTION_ENDING, attach_texts
from schemas.columns import MANIFEST_COLUMNS
from schemas.described import found


def plan_manifest(gathered: Gathered, path: Path) -> tuple[list[DepositedTestimony], list[MetadataError]]:
    """The testimonies that the manifest at `path` makes of what was gathered, and all that is wrong."""
    media = [file for files in gathered.folders.values() for file in files if _is(file, MEDIA_ENDINGS)]
    asked = {file for file in media if file in gathered.asked}
    errors = list(_other_descriptions(gathered, path))
    try:
        table = read_table(path, MANIFEST_COLUMNS, ("file",))
    except MetadataErrors as error:
        return [], [*errors, *error.errors]
    reading = ManifestReading(table, GivenMedia(media), errors)
    testimonies = [testimony for rows in grouped(table) if (testimony := reading.testimony(rows)) is not None]
    errors += _unnamed(table, asked - reading.claimed.keys())
    errors += _differing_people(reading)
    captioned = _captions(gathered, errors)
    return [
        attach_texts(testimony, captioned, {}, None, errors)
        for testimony in testimonies
        if any(recording.path in asked for recording in testimony.recordings)
    ], errors


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


def _differing_people(reading: ManifestReading) -> Iterator[MetadataError]:
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
                yield reading.table.error(row, column, sentence)


def _captions(gathered: Gathered, errors: list[MetadataError]) -> list[CaptionFile]:
    return [
        captions
        for files in gathered.folders.values()
        for captions in pair_captions(
            [path for path in files if _is(path, (CAPTION_ENDING,))],
            MediaNames(path for path in files if _is(path, MEDIA_ENDINGS)),
            gathered.asked,
            errors,
        )
    ]


def _is(path: Path, endings: Sequence[str]) -> bool:
    return path.suffix.casefold() in endings
