"""The texts of a testimony: captions that lie beside its media, and what its description names."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from archive.errors import MetadataError
from ingest.importers.captioning import CaptionFile, is_translation
from ingest.importers.deposited import DepositedTestimony, TextFile
from ingest.importers.errors import MetadataErrors
from ingest.importers.names import told
from ingest.importers.plaintext import read_paragraphs
from ingest.importers.runs import part_cues
from ingest.importers.text import decode, read_bytes
from ingest.importers.webvtt import SIZE_LIMIT, parse_captions
from schemas.described import found
from schemas.parts import DescribedText

TEXT_ENDING = ".txt"
CAPTION_ENDING = ".vtt"


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A text, with what is still to be found out: whether it is a translation (`said`: somebody said so), and
    where an error of it stands."""

    text: TextFile
    said: bool | None
    file: Path
    field: str
    hint: str


def read_text_file(text: TextFile) -> bytes:
    """The content of a text, as it is. Raises MetadataErrors where it could not become a transcript."""
    try:
        content = read_bytes(text.path, SIZE_LIMIT)
        written = decode(content, text.path)
    except MetadataError as error:
        raise MetadataErrors(text.path, [error]) from error
    if format_of(text.path) == "txt":
        read_paragraphs(written, text.path, lambda _label: False)
    else:
        captions = parse_captions(written, text.path)
        if text.runs_over:
            part_cues(captions.cues, text.runs_over, text.path)
    return content


def format_of(path: Path) -> str:
    """`vtt` or `txt`."""
    return path.suffix.casefold().removeprefix(".")


def attach_texts(
    testimony: DepositedTestimony,
    captions: Sequence[CaptionFile],
    named: Mapping[str, Path],
    lone: Path | None,
    errors: list[MetadataError],
) -> DepositedTestimony:
    """`testimony` with its texts, all of them read once; what is wrong with them joins `errors`.

    `captions` lie beside media; `named` are the files that the description names in texts, `lone` the one
    that it is for where there is no medium.
    """
    candidates = [*_described(testimony, named, errors), *_beside(testimony, captions)]
    if lone is not None:
        candidates.append(_candidate(testimony, DescribedText(file=lone.name), lone, "", errors, file=lone))
    texts: list[TextFile] = []
    for candidate in _originals_first(candidates):
        try:
            read_text_file(candidate.text)
        except MetadataErrors as error:
            errors += error.errors
            continue
        text = _placed(testimony, candidate, texts, errors)
        if text is not None:
            texts.append(text)
    return replace(testimony, texts=tuple(texts))


def _beside(testimony: DepositedTestimony, captions: Sequence[CaptionFile]) -> Iterator[_Candidate]:
    for recording in testimony.recordings:
        hint = f"if it is what is said, name it {recording.path.stem}.vtt"
        for file in captions:
            if file.medium == recording.path:
                text = TextFile(file.path, ((recording.number, 0),), file.language)
                yield _Candidate(text, None, file.path, "", hint)


def _described(
    testimony: DepositedTestimony, named: Mapping[str, Path], errors: list[MetadataError]
) -> Iterator[_Candidate]:
    for place, entry in enumerate(testimony.metadata.texts if testimony.metadata else (), start=1):
        path = named.get(entry.file)
        if path is not None:
            yield _candidate(testimony, entry, path, f"texts.{place}", errors)


def _candidate(
    testimony: DepositedTestimony,
    entry: DescribedText,
    path: Path,
    field: str,
    errors: list[MetadataError],
    file: Path | None = None,
) -> _Candidate:
    sidecar = file or testimony.sidecar or path
    there = tuple(dict.fromkeys(recording.number for recording in testimony.recordings))
    if entry.recordings and not there:
        errors.append(
            MetadataError(sidecar, f"{field}.recordings", "expected none, since there is no recording")
        )
    begins = {part.number: part.from_ms for part in entry.recordings} or dict.fromkeys(there)
    unsaid = [number for number, begin in list(begins.items())[1:] if begin is None]
    if unsaid and format_of(path) == "vtt":
        told_numbers = ", ".join(str(number) for number in begins)
        sentence = (
            f"expected where on its time line each recording begins (from), since it runs over {told_numbers}"
        )
        errors.append(MetadataError(sidecar, f"{field}.recordings", sentence))
        begins = {}
    text = TextFile(
        path,
        tuple((number, begin or 0) for number, begin in begins.items()) if there else (),
        entry.language,
        author=entry.author,
    )
    said = entry.translation
    where = f"{field}.translation" if field else ""
    return _Candidate(text, said, sidecar, where, "say translation: yes or no")


def _originals_first(candidates: Iterable[_Candidate]) -> list[_Candidate]:
    """Those without a language first: they are what is said, and tell what others are."""
    return sorted(candidates, key=lambda each: (each.text.language is not None, each.text.path))


def _placed(
    testimony: DepositedTestimony,
    candidate: _Candidate,
    before: Sequence[TextFile],
    errors: list[MetadataError],
) -> TextFile | None:
    """The text with whether it is a translation, where it is the only such one of its recordings."""
    text = candidate.text
    same = [other for other in before if _meet(other, text)]
    original = next((other for other in same if not other.translation), None)
    translation = candidate.said
    if translation is None:
        spoken = _spoken(testimony, text)
        translation = is_translation(text.language, spoken, has_original=original is not None)
    if translation is None:
        sentence = (
            "expected a description that tells from its languages whether this is what is said or a "
            f"translation; {candidate.hint}"
        )
        errors.append(MetadataError(candidate.file, candidate.field, sentence))
        return None
    if not translation:
        if original is not None:
            kind = "WebVTT" if format_of(text.path) == format_of(original.path) == "vtt" else "text"
            sentence = f"expected one {kind} of what is said, found {original.path.name} too"
            errors.append(MetadataError(text.path, "", sentence))
            return None
        return text
    for other in same:
        if other.translation and other.language == text.language:
            sentence = f"expected one translation in a language, found {other.path.name} too"
            errors.append(MetadataError(text.path, "", sentence))
            return None
    return replace(text, translation=True)


def _meet(one: TextFile, other: TextFile) -> bool:
    return bool(one.numbers & other.numbers) or not (one.numbers or other.numbers)


def _spoken(testimony: DepositedTestimony, text: TextFile) -> Sequence[str]:
    """The languages that are spoken in what a text runs over, as far as they are described."""
    described = testimony.metadata.languages if testimony.metadata else ()
    own = [each.language for each in testimony.recordings if each.number in text.numbers]
    known = tuple(dict.fromkeys(language for language in own if language is not None))
    return known if known and None not in own else described


def find_named(
    metadata_texts: Sequence[DescribedText],
    files: Mapping[str, Path],
    sidecar: Path,
    errors: list[MetadataError],
) -> dict[str, Path]:
    """The files that a description names in texts, by the names that it has for them."""
    named = {}
    for place, entry in enumerate(metadata_texts, start=1):
        path = files.get(entry.file)
        if path is not None:
            named[entry.file] = path
            continue
        sentence = f"expected the name of a text (vtt, txt) beside it, found {found(entry.file)}"
        if files:
            sentence += f"; there are {told(files.values())}" if len(files) <= 5 else ""
        errors.append(MetadataError(sidecar, f"texts.{place}.file", sentence))
    return named
