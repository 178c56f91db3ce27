"""Within one folder: which sidecar describes which media."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from archive.errors import MetadataError
from ingest.importers.captioning import attach_captions, pair_captions
from ingest.importers.deposited import DepositedRecording, DepositedTestimony
from ingest.importers.errors import MetadataErrors
from ingest.importers.gathering import CAPTION_ENDING, MEDIA_ENDINGS
from ingest.importers.names import MediaNames, plain, told
from ingest.importers.sidecar import ENDINGS as SIDECAR_ENDINGS
from ingest.importers.sidecar import read_sidecar
from schemas.metadata import TestimonyMetadata


@dataclass(slots=True)
class FolderPlan:
    """What the files of one folder come to."""

    testimonies: list[DepositedTestimony] = field(default_factory=list)
    errors: list[MetadataError] = field(default_factory=list)


def plan_folder(files: Sequence[Path], asked: set[Path], description: Path | None = None) -> FolderPlan:
    """The testimonies that `files`, all of one folder, make up, as far as they have to do with those `asked`.

    `description` is a sidecar that may lie elsewhere: it describes the media that were asked, all of them.
    """
    plan = FolderPlan()
    media = [path for path in files if _is(path, MEDIA_ENDINGS)]
    names = MediaNames(media)
    captions = list(
        pair_captions([path for path in files if _is(path, (CAPTION_ENDING,))], names, asked, plan.errors)
    )
    wanted = {path for path in media if path in asked}
    claimed: dict[Path, Path] = {}
    unsure = False
    if description is not None:
        unsure = not _describe(plan, claimed, description, MediaNames(wanted), sorted(wanted))
        for path in sorted(wanted - claimed.keys() if not unsure else ()):
            sentence = (
                f"expected {path.name} among recordings, since this description is for all that was given"
            )
            plan.errors.append(MetadataError(description, "recordings", sentence))
    wanted |= {caption.medium for caption in captions if caption.path in asked}
    waiting = [path for path in files if _is(path, SIDECAR_ENDINGS) and path != description]
    # A sidecar that was not asked for counts where it concerns a medium that was, and may bring more.
    while concerned := [path for path in waiting if path in asked or _concerns(path, names, wanted)]:
        for path in concerned:
            waiting.remove(path)
            unsure = not _describe(plan, claimed, path, names, names.partners(plain(path.stem))) or unsure
        wanted |= claimed.keys()
    if not unsure and description is None:
        alone = (path for path in media if path not in claimed)
        plan.testimonies += [DepositedTestimony((DepositedRecording(path, 1),)) for path in alone]
    # Where one description cannot be used, no other medium of the folder goes in undescribed: it may be the
    # very one whose access that description restricts.
    plan.testimonies = [
        attach_captions(testimony, captions, plan.errors)
        for testimony in plan.testimonies
        if any(recording.path in wanted for recording in testimony.recordings)
    ]
    return plan


def _describe(
    plan: FolderPlan, claimed: dict[Path, Path], path: Path, names: MediaNames, partners: Sequence[Path]
) -> bool:
    """Add the testimony that the sidecar at `path` describes; False where it cannot be used."""
    try:
        metadata = read_sidecar(path)
    except MetadataErrors as error:
        plan.errors += error.errors
        return False
    errors: list[MetadataError] = []
    if metadata.recordings:
        recordings = list(_grouped(path, metadata, names, errors))
    else:
        recordings = list(_single(path, metadata, names, partners, errors))
    for recording in recordings:
        other = claimed.setdefault(recording.path, path)
        if other != path:
            errors.append(
                MetadataError(
                    path, "", f"expected {recording.path.name} to be described once; {other.name} does too"
                )
            )
    plan.errors += errors
    if errors:
        return False
    recordings.sort(key=lambda recording: recording.number)
    plan.testimonies.append(DepositedTestimony(tuple(recordings), metadata, path))
    return True


def _grouped(
    path: Path, metadata: TestimonyMetadata, names: MediaNames, errors: list[MetadataError]
) -> Iterator[DepositedRecording]:
    """The files that a sidecar names."""
    pairs = zip(metadata.recordings, metadata.numbers, strict=True)
    for place, (entry, number) in enumerate(pairs, start=1):
        medium = names.by_name.get(entry.file)
        if medium is None:
            sentence = (
                f"expected the name of a medium beside it{names.hint(entry.file)}, found '{entry.file}'"
            )
            errors.append(MetadataError(path, f"recordings.{place}.file", sentence))
            continue
        yield DepositedRecording(
            medium, number, entry.checksum, entry.language or _only_language(metadata), entry.offset_ms
        )


def _single(
    path: Path,
    metadata: TestimonyMetadata,
    names: MediaNames,
    partners: Sequence[Path],
    errors: list[MetadataError],
) -> Iterator[DepositedRecording]:
    """The only file of a testimony: the one of the sidecar's name."""
    if len(partners) == 1:
        yield DepositedRecording(partners[0], 1, metadata.checksum, _only_language(metadata))
    elif partners:
        sentence = f"expected it to say which file is which recording, since there are {told(partners)}"
        errors.append(MetadataError(path, "recordings", sentence))
    else:
        hint = names.hint(plain(path.stem))
        sentence = f"expected a medium of the same name beside it{hint}, or recordings that names its files"
        errors.append(MetadataError(path, "", sentence))


def _concerns(path: Path, names: MediaNames, wanted: Iterable[Path]) -> bool:
    """Whether the sidecar at `path` describes one of `wanted`, or may do so as far as a quick look tells."""
    if set(names.partners(plain(path.stem))) & set(wanted):
        return True
    try:
        content = path.read_bytes()
    except OSError:
        return True  # reading it in earnest tells what is wrong
    if b"\\" in content or b"\x00" in content:
        return True  # names may be written with escapes, or in UTF-16
    text = plain(content.decode("utf-8", "replace"))
    return any(plain(medium.name) in text for medium in wanted)


def _only_language(metadata: TestimonyMetadata) -> str | None:
    return metadata.languages[0] if len(metadata.languages) == 1 else None


def _is(path: Path, endings: Sequence[str]) -> bool:
    return path.suffix.casefold() in endings
