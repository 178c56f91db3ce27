"""A passage as HTML: every word that has a time of its own in a `<span data-m data-d>` (start and length in
ms), found words in `<mark>`. Text is escaped here, and this is the one place that makes markup of it.

A transcript of three hours has 25,000 words; they are written in plain Python, since a template's loop
takes five times as long.
"""

from collections.abc import Iterator, Sequence

from markupsafe import Markup, escape

from archive.reading import Passage, Word
from web.moments import Moment

Mark = tuple[int, int]
"""[from, to) in the passage's text, in code points."""

DOUBTFUL_BELOW = 0.4
"""Probability under which the machine's own doubt about a word is shown. Of 431 words of recordings with
reference texts (Whisper base, beam 5) ten lay below it, and three of those were wrong; of all words one in
eleven was."""


def passage_html(passage: Passage, marks: Sequence[Mark] = (), stretch: Moment | None = None) -> Markup:
    """The text of a passage, its words ready to be lit, sought and quoted."""
    if not passage.words or not passage.words[0].timed:
        return Markup(_marked(passage.text, 0, marks))  # noqa: S704 - escaped piece by piece
    parts: list[str] = []
    position = 0
    for word in passage.words:
        if word.offset > position:
            parts.append(_marked(passage.text[position : word.offset], position, marks))
        parts.append(_word(word, marks, stretch))
        position = word.offset + len(word.text)
    parts.append(_marked(passage.text[position:], position, marks))
    return Markup("".join(parts))  # noqa: S704 - escaped piece by piece


def marked_html(text: str, marks: Sequence[Mark]) -> Markup:
    """Any text with its found words in `<mark>`."""
    return Markup(_marked(text, 0, marks))  # noqa: S704 - escaped piece by piece


def is_doubtful(word: Word) -> bool:
    """Whether the machine was unsure of a word, so that it is marked."""
    return word.probability is not None and word.probability < DOUBTFUL_BELOW


def _word(word: Word, marks: Sequence[Mark], stretch: Moment | None) -> str:
    start = word.start_ms or 0
    length = (word.end_ms or start) - start
    classes = []
    if stretch is not None and stretch.holds(word.start_ms, word.end_ms):
        classes.append("within")
    if is_doubtful(word):
        classes.append("doubtful")
    attribute = f' class="{" ".join(classes)}"' if classes else ""
    return f"<span{attribute} data-m={start} data-d={length}>{_marked(word.text, word.offset, marks)}</span>"


def _marked(text: str, offset: int, marks: Sequence[Mark]) -> str:
    if not marks:
        return str(escape(text))
    parts = []
    for piece, marked in _pieces(text, offset, marks):
        escaped = str(escape(piece))
        parts.append(f"<mark>{escaped}</mark>" if marked else escaped)
    return "".join(parts)


def _pieces(text: str, offset: int, marks: Sequence[Mark]) -> Iterator[tuple[str, bool]]:
    """`text`, which stands at `offset`, cut where marks begin and end."""
    position = offset
    end = offset + len(text)
    for mark_start, mark_end in marks:
        start, stop = max(mark_start, position), min(mark_end, end)
        if start >= stop:
            continue
        if start > position:
            yield text[position - offset : start - offset], False
        yield text[start - offset : stop - offset], True
        position = stop
    if position < end:
        yield text[position - offset :], False
