"""Captions that came with a medium, as WebVTT: read to plain cues, or refused with the line.

Players drop silently what they cannot read, and so does webvtt-py; text that a person wrote may not vanish
here. So each block of the file goes to webvtt-py by itself, and a block that is nothing is an error.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import webvtt

from archive.errors import MetadataError
from ingest.importers.cuetext import Piece, UnreadableCue, milliseconds, read_cue_text
from ingest.importers.errors import MetadataErrors
from ingest.importers.text import read_text
from schemas.described import printable
from schemas.languages import standard_tag

SIZE_LIMIT = 16 * 1_048_576

LONGEST_MS = 1_000 * 3_600_000
"""Later than this no recording lasts; such a time is a slip."""

_MOST_ERRORS = 50
_TIMES = "expected times such as 00:01:02.500 --> 00:01:04.000"
_SHIFT = re.compile(
    r"X-TIMESTAMP-MAP=(?=.*\bMPEGTS:(?P<ticks>\d{1,15})\b)(?=.*\bLOCAL:(?P<local>(?:\d+:)?\d\d:\d\d\.\d{3}))"
)


@dataclass(frozen=True, slots=True)
class CaptionWord:
    """One word of a cue's text. `timed` is false where it has the times of its whole cue."""

    text: str
    offset: int
    start_ms: int
    end_ms: int
    timed: bool = False


@dataclass(frozen=True, slots=True)
class Cue:
    """What one voice says in one cue. `speaker` is the label as written; `line` is where the cue begins."""

    start_ms: int
    end_ms: int
    speaker: str | None
    language: str | None
    text: str
    words: tuple[CaptionWord, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Captions:
    """A caption file: cues in the order of their start, the language that its header names, and its notes,
    which are no part of the transcript."""

    cues: tuple[Cue, ...]
    language: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Block:
    line: int
    lines: tuple[str, ...]


def read_captions(path: Path) -> Captions:
    """The captions in `path`. Raises MetadataErrors: each error names the line."""
    try:
        text = read_text(path, SIZE_LIMIT)
    except MetadataError as error:
        raise MetadataErrors(path, [error]) from error
    return parse_captions(text, path)


def parse_captions(text: str, file: Path | str) -> Captions:
    """As `read_captions`, from text that was read already."""
    lines = re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff").replace("\x00", "\N{REPLACEMENT CHARACTER}"))
    errors: list[MetadataError] = []
    if not re.fullmatch(r"WEBVTT(?:[ \t].*)?", lines[0]):
        errors.append(_error(file, 1, "expected WEBVTT at the beginning of the file"))
        raise MetadataErrors(file, errors)
    header_end = next((i for i, line in enumerate(lines) if not line or "-->" in line), len(lines))
    header = lines[1:header_end]
    cues: list[Cue] = []
    notes: list[str] = []
    try:
        _check_header(header)
    except UnreadableCue as error:
        errors.append(_error(file, 1, str(error)))
    for block in _blocks(lines, header_end):
        try:
            if re.match(r"NOTE(?:[ \t]|\Z)", block.lines[0]) and not _arrows(block.lines[1:]):
                notes.append("\n".join(block.lines).removeprefix("NOTE").strip())
            elif not (re.fullmatch(r"(?:STYLE|REGION)[ \t]*", block.lines[0]) and not _arrows(block.lines)):
                cues.extend(_read_cue(block))
        except UnreadableCue as error:
            errors.append(_error(file, block.line, str(error)))
    if not cues and not errors:
        errors.append(_error(file, len(lines), "expected at least one cue with text"))
    if len(errors) > _MOST_ERRORS:
        more = len(errors) - _MOST_ERRORS
        errors[_MOST_ERRORS:] = [MetadataError(file, "", f"expected WebVTT; {more} more such errors")]
    if errors:
        raise MetadataErrors(file, errors)
    return Captions(tuple(sorted(cues, key=lambda cue: cue.start_ms)), _header_language(header), tuple(notes))


def _blocks(lines: list[str], start: int) -> Iterator[_Block]:
    """Runs of lines between empty lines, each with the number of its first line."""
    begin = start
    for number in range(start, len(lines) + 1):
        if number == len(lines) or not lines[number]:
            yield from _cut(begin, lines[begin:number])
            begin = number + 1


def _cut(begin: int, lines: list[str]) -> Iterator[_Block]:
    """One run of lines, cut where a new cue begins without an empty line before it.

    A number before its times could be the new cue's or the last word of the old one's text: such a run stays
    uncut, and is refused.
    """
    start = next((place for place, line in enumerate(lines) if line.strip()), len(lines))
    for place in range(start + 1, len(lines)):
        named = place - start == 1 and "-->" not in lines[start]
        if "-->" not in lines[place] or named or lines[start].startswith("NOTE"):
            continue
        cut = place
        if place - start > 2 and not lines[place - 2].strip():
            cut = place - 1
        elif lines[place - 1].strip().isdecimal():
            continue
        yield _Block(begin + start + 1, tuple(lines[start:cut]))
        start = cut
    if start < len(lines):
        yield _Block(begin + start + 1, tuple(lines[start:]))


def _read_cue(block: _Block) -> Iterator[Cue]:
    arrows = _arrows(block.lines)
    if not arrows:
        raise UnreadableCue(f"expected a line of times before the text {_quoted(block.lines[0])}")
    if block.lines[0].startswith("NOTE") and arrows[0] > 0:
        raise UnreadableCue("expected a NOTE without --> in it")
    if arrows[0] > 1 or len(arrows) > 1:
        place = arrows[0] if arrows[0] > 1 else arrows[1]
        raise UnreadableCue(f"expected an empty line before the cue of line {block.line + place}")
    captions = webvtt.from_string("WEBVTT\n\n" + "\n".join(block.lines)).captions
    if len(captions) != 1:
        raise UnreadableCue(f"{_TIMES}, found {_quoted(block.lines[arrows[0]])}")
    [caption] = captions
    start, end = milliseconds(str(caption.start)), milliseconds(str(caption.end))
    if end > LONGEST_MS:
        raise UnreadableCue(f"{_TIMES}, found {caption.end}")
    if end <= start:
        raise UnreadableCue(
            f"expected a cue that begins before it ends, found {caption.start} --> {caption.end}"
        )
    for piece in read_cue_text(caption.raw_text):
        words = tuple(_words(piece, start, end))
        language = standard_tag(piece.language) if piece.language else None
        yield Cue(start, end, piece.speaker, language, piece.text, words, block.line)


def _words(piece: Piece, start: int, end: int) -> Iterator[CaptionWord]:
    """The words of a piece, with the times that stand between them or else those of the cue."""
    times = [time for _, time in piece.times]
    if times != sorted(times) or any(not start <= time <= end for time in times):
        raise UnreadableCue("expected times within the text that grow, from the cue's start to its end")
    for found in re.finditer(r"\S+", piece.text):
        begun = [time for offset, time in piece.times if offset <= found.start()]
        ahead = [time for offset, time in piece.times if offset > found.start()]
        yield CaptionWord(
            found[0],
            found.start(),
            begun[-1] if begun else start,
            ahead[0] if ahead else end,
            timed=bool(times),
        )


def _check_header(header: list[str]) -> None:
    """Refuse what would make the cues mean something else than what is said, when."""
    for line in header:
        if re.match(r"kind:\s*(?:chapters|metadata|descriptions)\b", line, re.IGNORECASE):
            raise UnreadableCue(f"expected captions, found {_quoted(line)}")
        if line.startswith("X-TIMESTAMP-MAP") and not _unmoved(line):
            raise UnreadableCue(f"expected times from the beginning of the medium, without {_quoted(line)}")


def _unmoved(line: str) -> bool:
    """Whether an HLS map of cue time to the stream's clock (90,000 ticks a second) moves nothing."""
    shift = _SHIFT.match(line)
    return bool(shift and milliseconds(shift["local"]) * 90 == int(shift["ticks"]))


def _header_language(header: list[str]) -> str | None:
    for line in header:
        named = re.match(r"language:\s*([A-Za-z0-9-]+)\s*\Z", line, re.IGNORECASE)
        if named:
            return standard_tag(named[1])
    return None


def _arrows(lines: tuple[str, ...]) -> list[int]:
    return [place for place, line in enumerate(lines) if "-->" in line]


def _quoted(line: str) -> str:
    return f"'{printable(line, 60)}'"


def _error(file: Path | str, line: int, sentence: str) -> MetadataError:
    return MetadataError(file, f"line {line}", sentence)
