"""Plain text as somebody typed it: paragraphs, and who speaks where the description knows the label.

A label is a guess until a description says that it is somebody's: `Note: it rained` is a sentence. So only
labels that are known there are taken for one (docs/decisions/speaker-labels.md); all else stays text.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from archive.errors import MetadataError
from ingest.importers.errors import MetadataErrors

_LINES = re.compile(r"\r\n|[\n\r\v\x85\u2028]")
_BREAKS = re.compile(r"[\f\u2029]")
_LABEL = re.compile(r"\s*([^\s:：][^:：]{0,79})[:：](?=\s|\Z)\s*")
_MOST_ERRORS = 50


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, or what one speaker says of it; `speaker` is the label as it was written."""

    speaker: str | None
    text: str


def read_paragraphs(text: str, file: Path | str, knows: Callable[[str], bool]) -> tuple[Paragraph, ...]:
    """The paragraphs of `text` in order: what empty lines part, or where there are none each line.

    A line that begins with a label which `knows` begins a paragraph of its own, and the label goes. Raises
    MetadataErrors with the line of each control character, and where there is no text.
    """
    lines = _LINES.split(_BREAKS.sub("\n\n", text))
    errors = [
        MetadataError(
            file, f"line {number}", f"expected text without control characters, found U+{ord(char):04X}"
        )
        for number, line in enumerate(lines, start=1)
        for char in line
        if unicodedata.category(char) == "Cc" and char != "\t"
    ]
    paragraphs = tuple(_paragraphs(lines, knows)) if not errors else ()
    if not errors and not paragraphs:
        errors.append(MetadataError(file, "", "expected text, found nothing"))
    if errors:
        raise MetadataErrors(file, errors[:_MOST_ERRORS])
    return paragraphs


def _paragraphs(lines: list[str], knows: Callable[[str], bool]) -> Iterator[Paragraph]:
    written = [line.strip() for line in lines]
    while written and not written[-1]:
        written.pop()
    while written and not written[0]:
        written.pop(0)
    each_line = "" not in written
    speaker: str | None = None
    open_lines: list[str] = []
    for line in [*written, ""]:
        label = _LABEL.match(line)
        known = label is not None and knows(label[1].strip())
        if open_lines and (each_line or not line or known):
            yield Paragraph(speaker, _joined(open_lines))
            open_lines, speaker = [], None
        if label is not None and known:
            speaker, line = label[1].strip(), line[label.end() :]
        if line:
            open_lines.append(line)


def _joined(lines: list[str]) -> str:
    return " ".join(" ".join(lines).split())
