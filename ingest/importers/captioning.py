"""Which captions belong to which medium, and whether a text is what is said or a translation."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from archive.errors import MetadataError
from ingest.importers.names import MediaNames, plain, told
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


def is_translation(language: str | None, spoken: Sequence[str], *, has_original: bool) -> bool | None:
    """Whether a text in `language` is a translation; None where it cannot be told.

    Without a language it is what is said. With the only language that is spoken, too; with another, it is a
    translation. Where none or several are described, an original beside it settles it.
    """
    if language is None:
        return False
    same = any(same_language(language, each) for each in spoken)
    if same and len(spoken) == 1:
        return False
    if spoken and not same:
        return True
    return True if has_original else None
