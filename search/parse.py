"""From what a person typed to a query tree. Never raises: whatever is typed is read as it was meant.

    bread bakery            both words, anywhere in the testimony
    "warm bread"            these words, one after another; quotation marks of all languages serve
    -cake  -"sweet cake"    not in the testimony (a hyphen within a word excludes nothing)
    bread OR cake           one of the two; binds closer than the space: `a b OR c` is a and (b or c)
    bread NOT cake, AND     as library catalogues have them, in capitals

A quotation mark that is never closed opens a phrase up to the end where it stands before a word, and is
nothing elsewhere. An operator that lacks what it would join is left out; alone it is a word. A chunk that is
several words (`well-known`, `27.01.1945`) is a phrase. An exclusion holds for the whole query.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

from schemas.query import And, Node, Not, Or, Phrase, Term
from search.analysis import tokens
from search.forms import GERSHAYIM

LONGEST_QUERY = 1_000
"""Code points that are read; what follows is cut off at a white space where there is one."""

MOST_WORDS = 50
"""Words that are read; each costs the engine some thirty look-ups."""

# Between Hebrew letters a quotation mark is gershayim.
_QUOTE = regex.compile(
    rf"(?:(?<!\p{{Hebrew}}\p{{M}}*)|(?![{GERSHAYIM}]\p{{Hebrew}}))[{GERSHAYIM}«»‹›＂〝〞〟「」『』]"
)
_HYPHENS = "-−"
# A comma or slash between two words makes them no phrase; in 1,000 it belongs to the number.
_SEPARATOR = regex.compile(r"(?<!\p{N})[,;]|[,;](?!\p{N})|[/\\|+&()\[\]{}<>…!?=*~]")


@dataclass(frozen=True, slots=True)
class _Piece:
    """What lies between white spaces or quotation marks, as it was typed."""

    text: str
    quoted: bool
    excluded: bool

    @property
    def operator(self) -> str | None:
        return self.text if not self.quoted and not self.excluded and self.text in _OPERATORS else None


_OPERATORS = ("OR", "AND", "NOT")


def parse(text: str) -> Node | None:
    """The tree of a typed query, or None where nothing was typed that could be searched for."""
    pieces = list(_split(_shorten(text)))
    if _shouted(pieces):
        # Who types in capitals throughout means AND and NOT as words (and OR, oftener than not, as OR).
        operators: tuple[str, ...] = ("OR",)
    else:
        operators = _OPERATORS
    return _tree(pieces, operators) or _tree(pieces, ())


def _shorten(text: str) -> str:
    if len(text) <= LONGEST_QUERY:
        return text
    head, space, _ = text[: LONGEST_QUERY + 1].rpartition(" ")
    return head if space else text[:LONGEST_QUERY]


def _split(text: str) -> Iterator[_Piece]:
    """Cut a text at quotation marks and white space."""
    quotes = [match.start() for match in _QUOTE.finditer(text)]
    at = 0
    while quotes:
        opening = quotes.pop(0)
        before = text[at:opening]
        free = not before or before[-1].isspace() or before[-1] in _HYPHENS + "("
        if not quotes and not free:
            # Never closed, and at the end or in the middle of a word: a slip, or inches.
            text = text[:opening] + " " + text[opening + 1 :]
            break
        bare = before.rstrip(_HYPHENS)
        excluded = bare != before and (not bare or bare[-1].isspace() or bare[-1] == "(")
        yield from _chunks(bare if excluded else before)
        closing = quotes.pop(0) if quotes else len(text)
        yield _Piece(text[opening + 1 : closing], quoted=True, excluded=excluded)
        at = closing + 1
    yield from _chunks(text[at:])


def _chunks(text: str) -> Iterator[_Piece]:
    for chunk in text.split():
        bare = chunk.lstrip("(").lstrip(_HYPHENS)
        excluded = bare != chunk.lstrip("(")
        for part in _SEPARATOR.sub(" ", bare).split():
            yield _Piece(part, quoted=False, excluded=excluded)


def _shouted(pieces: Sequence[_Piece]) -> bool:
    words = [piece.text for piece in pieces if not piece.operator]
    cased = [word for word in words if word.upper() != word.lower()]
    return bool(cased) and all(word == word.upper() for word in cased)


def _tree(pieces: Sequence[_Piece], operators: tuple[str, ...]) -> Node | None:
    wanted: list[list[Node]] = []
    unwanted: list[Node] = []
    joined = negated = False
    left = MOST_WORDS
    for piece in pieces:
        if piece.operator in operators:
            joined = joined or piece.operator == "OR"
            negated = negated or piece.operator == "NOT"
            continue
        node, words = _leaf(piece, left)
        if node is None:
            continue
        left -= words
        if piece.excluded or negated:
            unwanted.append(node)
        elif joined and wanted:
            wanted[-1].append(node)
        else:
            wanted.append([node])
        joined = negated = False
    parts = [_either(options) for options in wanted]
    parts.extend(Not(part=node) for node in unwanted)
    parts = _distinct(parts)
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else And(parts=tuple(parts))


def _leaf(piece: _Piece, left: int) -> tuple[Node | None, int]:
    """What a piece asks for, and how many words that is, at most `left`."""
    found = tokens(piece.text)
    if not piece.quoted and len(found) > 1 and found[0].leaning:
        # Whoever types l'hiver looks for hiver.
        found = [token for token in found if not token.leaning]
    words = tuple(piece.text[token.start : token.end] for token in found[:left])
    if not words:
        return None, 0
    if len(words) > 1 or piece.quoted:
        return Phrase(words=words), len(words)
    return Term(word=words[0]), 1


def _either(options: Sequence[Node]) -> Node:
    options = _distinct(options)
    return options[0] if len(options) == 1 else Or(parts=tuple(options))


def _distinct(nodes: Sequence[Node]) -> list[Node]:
    return list(dict.fromkeys(nodes))
