"""The text of one WebVTT cue: tags out, voices and languages apart, nothing that was said lost.

webvtt-py gives a cue's raw text; of voices it knows one at the start of the first line, and entities and
inline times it leaves as they are.
"""

import html
import re
import unicodedata
from dataclasses import dataclass, field

from schemas.described import printable

_TAG = r"/?(?:c|i|b|u|v|lang|ruby|rt|font|span|em|strong|s|br|p)(?=[\s./>])"
_TOKEN = re.compile(
    rf"<(?P<tag>{_TAG}[^<>]*)>|<(?P<time>(?:\d{{2,}}:)?[0-5]\d:[0-5]\d\.\d{{3}})>", re.IGNORECASE
)
_UNCLOSED = re.compile(rf"<{_TAG}[^>]*(?:<|\Z)", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_WHITE = re.compile(r"[ \t\n\f\r\v]+")


class UnreadableCue(ValueError):
    """What is wrong with the text of a cue, as a sentence."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What one voice says in a cue. `times` are (offset in the text, ms): from there on, from then on."""

    speaker: str | None
    language: str | None
    text: str
    times: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True)
class _Draft:
    """A piece that is still growing."""

    speaker: str | None
    text: str = ""
    languages: set[str | None] = field(default_factory=set)
    times: list[tuple[int, int]] = field(default_factory=list)

    def add(self, text: str, language: str | None) -> None:
        text = _WHITE.sub(" ", text)
        if not self.text or self.text.endswith(" "):
            text = text.removeprefix(" ")
        if text.strip():
            self.languages.add(language)
        self.text += text

    def piece(self) -> Piece:
        cut = len(self.text) - len(self.text.lstrip())
        return Piece(
            self.speaker,
            # A language counts where all of the piece is in it: a foreign word makes no foreign passage.
            next(iter(self.languages)) if len(self.languages) == 1 else None,
            self.text.strip(),
            tuple((max(0, offset - cut), time) for offset, time in self.times),
        )


def read_cue_text(raw: str) -> list[Piece]:
    """The pieces of a cue in order, one for each change of voice; none where there is no text.

    WebVTT's tags and the HTML formatting that converters leave go; any other angle brackets (`<laughs>`,
    `5 < 6`) are text and stay. Raises UnreadableCue where a tag is never closed with `>`, so that it is
    unsure what is text.
    """
    drafts = [_Draft(None)]
    voices: list[str | None] = []
    languages: list[str | None] = []
    position = 0
    for token in _TOKEN.finditer(raw):
        _add_text(drafts[-1], raw[position : token.start()], languages)
        position = token.end()
        if token["time"]:
            drafts[-1].times.append((len(drafts[-1].text), milliseconds(token["time"])))
            continue
        name, annotation = _split_tag(token["tag"])
        match name:
            case "v" | "lang":
                (voices if name == "v" else languages).append(annotation)
            case "/v" | "/lang":
                stack = voices if name == "/v" else languages
                stack[-1:] = []
            case "br" | "br/" | "rt" | "/rt" | "p" | "/p":
                drafts[-1].add(" ", None)
        speaker = voices[-1] if voices else None
        if speaker != drafts[-1].speaker:
            drafts.append(_Draft(speaker))
    _add_text(drafts[-1], raw[position:], languages)
    return _joined([draft for draft in drafts if draft.text.strip()])


def milliseconds(time: str) -> int:
    """`00:01:02.345` or `01:02.345` in milliseconds."""
    clock, thousandths = time.split(".")
    seconds = 0
    for part in clock.split(":"):
        seconds = seconds * 60 + int(part)
    return seconds * 1000 + int(thousandths)


def _add_text(draft: _Draft, text: str, languages: list[str | None]) -> None:
    unclosed = _UNCLOSED.search(text)
    if unclosed:
        raise UnreadableCue(f"expected > at the end of the tag '{printable(unclosed[0], 40)}'")
    text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    for char in text:
        if unicodedata.category(char) == "Cc" and not char.isspace():
            raise UnreadableCue(f"expected text without control characters, found U+{ord(char):04X}")
    draft.add(text, languages[-1] if languages else None)


def _split_tag(tag: str) -> tuple[str, str | None]:
    """A tag's name, and what is written behind it (a voice's name, a language)."""
    name, _, annotation = _WHITE.sub(" ", tag).partition(" ")
    annotation = html.unescape(annotation.strip())
    return name.split(".")[0].casefold(), annotation or None


def _joined(drafts: list[_Draft]) -> list[Piece]:
    """Neighbours of one voice as one piece: `<v A>one</v> <v A>two</v>`."""
    joined: list[_Draft] = []
    for draft in drafts:
        if joined and joined[-1].speaker == draft.speaker:
            last = joined[-1]
            last.add(" ", None)
            start = len(last.text)
            last.text += draft.text
            last.languages |= draft.languages
            last.times += [(start + offset, time) for offset, time in draft.times]
        else:
            joined.append(draft)
    return [draft.piece() for draft in joined]
