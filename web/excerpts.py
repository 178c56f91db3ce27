"""The part of a found passage that a list of results shows: the marked words and enough round them to be
understood, cut between words."""

from collections.abc import Sequence

from markupsafe import Markup

from web.words import Mark, marked_html

BEFORE, AFTER = 90, 130
"""Code points kept before the first mark and after the last that is shown; about a line and two."""

LONGEST = 320


def excerpt_html(text: str, marks: Sequence[Mark]) -> Markup:
    """The excerpt with its marks, an ellipsis where something was left out."""
    start, end = _bounds(text, marks)
    shown = [(max(0, first - start), last - start) for first, last in marks if first >= start and last <= end]
    before = "… " if start > 0 else ""
    after = " …" if end < len(text) else ""
    return Markup("{}{}{}").format(before, marked_html(text[start:end], shown), after)


def shorten(text: str, length: int = 220) -> str:
    """The beginning of a text, cut between words."""
    if len(text) <= length:
        return text
    return text[: _word_end(text, length)].rstrip() + " …"


def _bounds(text: str, marks: Sequence[Mark]) -> Mark:
    if not marks:
        return 0, _word_end(text, LONGEST) if len(text) > LONGEST else len(text)
    first = marks[0][0]
    last = max((mark[1] for mark in marks if mark[1] <= first + LONGEST - BEFORE), default=marks[0][1])
    start = 0 if first <= BEFORE else _word_start(text, first - BEFORE)
    end = len(text) if last + AFTER >= len(text) else _word_end(text, last + AFTER)
    return start, end


def _word_start(text: str, position: int) -> int:
    """The first beginning of a word at or after a position."""
    space = text.find(" ", position)
    return position if space < 0 else space + 1


def _word_end(text: str, position: int) -> int:
    """The last end of a word at or before a position."""
    space = text.rfind(" ", 0, position + 1)
    return position if space <= 0 else space
