"""Within one folder: which sidecar describes which media and texts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from archive.errors import MetadataError
from ingest.importers.captioning import pair_captions
from ingest.importers.deposited import DepositedRecording, DepositedTestimony
from ingest.importers.errors import MetadataErrors
from ingest.importers.gathering import MEDIA_ENDINGS
from ingest.importers.names import MediaNames, plain, told
from ingest.importers.sidecar import ENDINGS as SIDECAR_ENDINGS
from ingest.importers.sidecar import read_sidecar
from ingest.importers.texts import CAPTION_ENDING, TEXT_ENDING, attach_texts, find_named
from schemas.metadata import TestimonyMetadata


@dataclass(slots=True)
class FolderPlan:
    """What the files of one folder come to. `left` are texts that no description names."""

    testimonies: list[DepositedTestimony] = field(default_factory=list)
    left: list[Path] = field(default_factory=list)
    errors: list[MetadataError] = field(default_factory=list)


@dataclass(slots=True)
class _Folder:
    """The files of a folder while they are paired. `claimed` are those that a sidecar describes, by which;
    `texts` those that a description may name, by name; `described` what the descriptions came to, each with
    the texts that it names and the one that it is for."""

    names: MediaNames
    texts: dict[str, Path]
    errors: list[MetadataError]
    claimed: dict[Path, Path] = field(default_factory=dict)
    described: list[tuple[DepositedTestimony, dict[str, Path], Path | None]] = field(default_factory=list)


def plan_folder(files: Sequence[Path], asked: set[Path], description: Path | None = None) -> FolderPlan:
    """The testimonies that `files`, all of one folder, make up, as far as they have to do with those `asked`.

    `description` is a sidecar that may lie elsewhere: it describes what was asked, all of it.
    """
    plan = FolderPlan()
    media = [path for path in files if _is(path, MEDIA_ENDINGS)]
    plain_texts = [path for path in files if _is(path, (TEXT_ENDING,))]
    names = MediaNames(media)
    astray: list[MetadataError] = []
    subtitles = [path for path in files if _is(path, (CAPTION_ENDING,))]
    captions = list(pair_captions(subtitles, names, asked, astray))
    texts = {plain(path.name): path for path in (*subtitles, *plain_texts)}
    folder = _Folder(names, texts, plan.errors)
    wanted = {path for path in media if path in asked}
    unsure = False
    if description is not None:
        lone = [path for path in plain_texts if path in asked] if not wanted else []
        folder.names = MediaNames(wanted)
        unsure = not _describe(folder, description, sorted(wanted), lone)
        folder.names = names
        for path in sorted(wanted - folder.claimed.keys() if not unsure else ()):
            sentence = (
                f"expected {path.name} among recordings, since this description is for all that was given"
            )
            plan.errors.append(MetadataError(description, "recordings", sentence))
    wanted |= {caption.medium for caption in captions if caption.path in asked}
    wanted |= {path for path in texts.values() if path in asked}
    waiting = [path for path in files if _is(path, SIDECAR_ENDINGS) and path != description]
    # A sidecar that was not asked for counts where it concerns what was, and may bring more.
    while concerned := [path for path in waiting if path in asked or _concerns(path, names, wanted)]:
        for path in concerned:
            waiting.remove(path)
            stem = plain(path.stem)
            lone = [text for text in plain_texts if plain(text.stem) == stem]
            unsure = not _describe(folder, path, names.partners(stem), lone) or unsure
        wanted |= folder.claimed.keys()
    if not unsure and description is None:
        alone = (path for path in media if path not in folder.claimed)
        folder.described += [(DepositedTestimony((DepositedRecording(path, 1),)), {}, None) for path in alone]
    # Where one description cannot be used, no other medium of the folder goes in undescribed: it may be the
    # very one whose access that description restricts.
    beside = [caption for caption in captions if caption.path not in folder.claimed]
    with_texts = [
        attach_texts(testimony, beside, named, lone_text, plan.errors)
        for testimony, named, lone_text in folder.described
        if wanted.intersection((*testimony.paths, *named.values(), *([lone_text] if lone_text else ())))
    ]
    plan.testimonies = [testimony for testimony in with_texts if testimony.paths]  # its only text may be none
    claimed = {str(path) for path in folder.claimed}
    plan.errors += [error for error in astray if error.file not in claimed]
    plan.left = [path for path in plain_texts if path in asked and path not in folder.claimed]
    return plan


def _describe(folder: _Folder, path: Path, partners: Sequence[Path], lone: Sequence[Path]) -> bool:
    """Add the testimony that the sidecar at `path` describes; False where it cannot be used. `partners` are
    the media and `lone` the plain texts that it is for by its name."""
    try:
        metadata = read_sidecar(path)
    except MetadataErrors as error:
        folder.errors += error.errors
        return False
    errors: list[MetadataError] = []
    text: Path | None = None
    recordings: list[DepositedRecording] = []
    if metadata.recordings:
        recordings = list(_grouped(path, metadata, folder.names, errors))
    elif not partners and len(lone) == 1 and not metadata.texts:
        text = lone[0]
    elif partners or not metadata.texts:
        recordings = list(_single(path, metadata, folder.names, partners, errors))
    named = find_named(metadata.texts, folder.texts, path, errors)
    if not recordings and not errors:
        errors += find_misplaced(path, metadata)
    for file in (*(recording.path for recording in recordings), *named.values(), *([text] if text else ())):
        other = folder.claimed.setdefault(file, path)
        if other != path:
            errors.append(
                MetadataError(path, "", f"expected {file.name} to be described once; {other.name} does too")
            )
    folder.errors += errors
    if errors:
        return False
    recordings.sort(key=lambda recording: recording.number)
    folder.described.append((DepositedTestimony(tuple(recordings), metadata, path), named, text))
    return True


def find_misplaced(path: Path, metadata: TestimonyMetadata) -> Iterator[MetadataError]:
    """What a description cannot say of a text that no recording is there for."""
    sentence = "expected none, since there is no recording"
    if metadata.checksum:
        yield MetadataError(path, "checksum", sentence)
    for place, _ in enumerate(metadata.chapters, start=1):
        yield MetadataError(path, f"chapters.{place}", sentence)
    for place, statement in enumerate(metadata.access, start=1):
        if not statement.whole:
            yield MetadataError(
                path,
                f"access.{place}",
                "expected a level for the whole testimony, since there is no recording that has stretches",
            )


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
            medium,
            number,
            entry.checksum,
            entry.language or _only_language(metadata),
            entry.offset_ms,
            entry.transfer,
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
        sentence = (
            f"expected a medium or a text (txt) of the same name beside it{hint}, or recordings or texts "
            "that name its files"
        )
        errors.append(MetadataError(path, "", sentence))


def _concerns(path: Path, names: MediaNames, wanted: Iterable[Path]) -> bool:
    """Whether the sidecar at `path` describes one of `wanted`, or may do so as far as a quick look tells."""
    stem = plain(path.stem)
    if set(names.partners(stem)) & set(wanted) or any(
        _is(each, (TEXT_ENDING,)) and plain(each.stem) == stem for each in wanted
    ):
        return True
    try:
        content = path.read_bytes()
    except OSError:
        return True  # reading it in earnest tells what is wrong
    if b"\\" in content or b"\x00" in content:
        return True  # names may be written with escapes, or in UTF-16
    text = plain(content.decode("utf-8", "replace"))
    return any(plain(each.name) in text for each in wanted)


def _only_language(metadata: TestimonyMetadata) -> str | None:
    return metadata.languages[0] if len(metadata.languages) == 1 else None


def _is(path: Path, endings: Sequence[str]) -> bool:
    return path.suffix.casefold() in endings
