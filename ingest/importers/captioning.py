"""Which captions belong to which medium, and whether they are what is said in it or a translation."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from archive.errors import MetadataError
from ingest.importers.deposited import DepositedRecording, DepositedTestimony, DepositedTranslation
from ingest.importers.errors import MetadataErrors
from ingest.importers.names import MediaNames, plain, told
from ingest.importers.webvtt import read_captions
from schemas.languages import same_language, standard_tag


@dataclass(frozen=True, slots=True)
class CaptionFile:
    """Captions beside one medium. `language` is the one in its name: `NAME.en.vtt`."""

    path: Path
    medium: Path
    language: str | None


def pair_captions(
    captions: Iterable[Path], names: MediaNames, asked: set[Path], errors: list[MetadataError]
) -> Iterator[CaptionFile]:
    """The medium of each caption file: `NAME.vtt`, `NAME.wav.vtt`, `NAME.en.vtt` go with `NAME.wav`.

    Captions that were `asked` for and go with no medium, or with several, are errors.
    """
    for path in captions:
        stem = plain(path.stem)
        partners, language = names.partners(stem), None
        if not partners:
            base, _, ending = stem.rpartition(".")
            language = standard_tag(ending) if base else None
            partners = names.partners(base) if language else []
        if len(partners) == 1:
            yield CaptionFile(path, partners[0], language)
        elif path in asked:
            if partners:
                one = f"{partners[0].name}.vtt"
                sentence = f"expected one medium of this name, found {told(partners)}; say which, as in {one}"
            else:
                sentence = f"expected a medium of the same name beside it{names.hint(stem)}"
            errors.append(MetadataError(path, "", sentence))


def attach_captions(
    testimony: DepositedTestimony, captions: Sequence[CaptionFile], errors: list[MetadataError]
) -> DepositedTestimony:
    """`testimony` with its captions, all of them read once; what is wrong with them joins `errors`."""
    by_medium: dict[Path, list[CaptionFile]] = defaultdict(list)
    for file in captions:
        by_medium[file.medium].append(file)
    recordings = []
    for recording in testimony.recordings:
        files = sorted(by_medium[recording.path], key=lambda file: (file.language is not None, file.path))
        described = testimony.metadata.languages if testimony.metadata else ()
        spoken = (recording.language,) if recording.language else described
        recordings.append(_attached(recording, files, spoken, errors))
    return replace(testimony, recordings=tuple(recordings))


def _attached(
    recording: DepositedRecording,
    files: Sequence[CaptionFile],
    spoken: Sequence[str],
    errors: list[MetadataError],
) -> DepositedRecording:
    original: Path | None = None
    translations: dict[str, Path] = {}
    for file in files:
        try:
            read_captions(file.path)
        except MetadataErrors as error:
            errors += error.errors
            continue
        translated = _is_translation(file, spoken, has_original=original is not None)
        if translated is None:
            sentence = (
                "expected a description that tells from its languages whether this is what is said or a "
                f"translation; if it is what is said, name it {recording.path.stem}.vtt"
            )
            errors.append(MetadataError(file.path, "", sentence))
        elif not translated and original:
            errors.append(
                MetadataError(
                    file.path, "", f"expected one WebVTT of what is said, found {original.name} too"
                )
            )
        elif not translated:
            original = file.path
        elif file.language in translations:
            other = translations[file.language].name
            errors.append(
                MetadataError(file.path, "", f"expected one translation in a language, found {other} too")
            )
        elif file.language:
            translations[file.language] = file.path
    return replace(
        recording,
        captions=original,
        translations=tuple(DepositedTranslation(language, path) for language, path in translations.items()),
    )


def _is_translation(file: CaptionFile, spoken: Sequence[str], *, has_original: bool) -> bool | None:
    """Whether captions are a translation; None where it cannot be told.

    Without a language in their name they are what is said. With the only language that is spoken, too; with
    another, they are a translation. Where none or several are described, a `NAME.vtt` beside them settles it.
    """
    if file.language is None:
        return False
    same = any(same_language(file.language, language) for language in spoken)
    if same and len(spoken) == 1:
        return False
    if spoken and not same:
        return True
    return True if has_original else None
