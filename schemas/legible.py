"""Text from strangers, made fit for a terminal, a log and a line of JSON.

A file name may hold anything but a slash and a zero: line breaks, escape sequences that repaint the screen,
and marks that turn the reading direction over, so that `gpj.mp4` is read where `4pm.jpg` stands. Nothing is
taken out: what would act is written as its escape, e.g. `\\u202e`. Letters of every script stay as they are.
"""

import re
import unicodedata
from pathlib import PurePath

_ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufff9-\ufffb]")
"""Control characters but tab and line feed, line and paragraph separators, embeddings, overrides and isolates
of the reading direction, halves of surrogate pairs, interlinear marks."""
_JOINERS = "\u200c\u200d"  # letters of Persian and emoji are written with them, and nothing is hidden by them


def legible(text: str) -> str:
    """A sentence or several lines as they may be printed."""
    return _ACTING.sub(lambda found: _escape(found[0]), text)


def legible_name(name: str | PurePath) -> str:
    """A file's name or path within a sentence: on one line, whatever is in it, every invisible mark shown."""
    return "".join(char if _is_plain(char) else _escape(char) for char in str(name))


def legible_json(document: str) -> str:
    """A JSON document as it may be printed: the same values, with escapes in place of what would act."""
    return _ACTING.sub(lambda found: f"\\u{ord(found[0]):04x}", document)


def _is_plain(char: str) -> bool:
    return char.isprintable() or char in _JOINERS or unicodedata.category(char) == "Zs"


def _escape(char: str) -> str:
    return char.encode("unicode_escape", "surrogatepass").decode("ascii")
