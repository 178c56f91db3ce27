"""From text to tokens: one analysis for both engines, for documents and for what people type.

A token is a word of Unicode's default segmentation (UAX #29), cut further where the languages of this archive
want it. Every token knows its stretch of the text, in code points, so that a hit knows its word and its
millisecond. Tokens depend on nothing but the text between two white spaces and its language, so they are
remembered.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import regex
import Stemmer

from search.forms import APOSTROPHES, GERSHAYIM, REMEMBERED, exact, stem, stem_languages

ANALYSIS_VERSION = f"1-{Stemmer.version()}"
"""Ours and PyStemmer's: part of an index's name, since tokens of another version are not found."""


class Token(NamedTuple):
    """One word: its normalized form, its stems, and where it stands ([start, end), code points).

    Words of a language without a stemmer have no stem; those of a text in one of several languages have a
    stem in each. A leaning word is tied to the next by an apostrophe: the l of `l'hiver`.
    """

    exact: str
    stems: tuple[str, ...]
    start: int
    end: int
    leaning: bool = False


def tokens(text: str, *languages: str) -> list[Token]:
    """The words of a text in any of these languages (BCP 47 tags), in order; none where there is no word."""
    codes = stem_languages(*languages)
    found: list[Token] = []
    offset = 0
    new = tuple.__new__  # a third of the time of Token(...), which matters for 30,000 words
    for chunk in text.split():
        # Splitting is several times as fast as a pattern that tells where it matched. Nothing but white space
        # lies between the chunk before and this one, so the first place where it stands is where it is.
        offset = text.index(chunk, offset)
        for form, roots, start, end, leaning in _chunk(chunk, codes):
            found.append(new(Token, (form, roots, offset + start, offset + end, leaning)))
        offset += len(chunk)
    return found


@lru_cache(REMEMBERED)
def _chunk(chunk: str, codes: tuple[str, ...]) -> tuple[Token, ...]:
    found = []
    for start, end, leaning in _pieces(chunk):
        word = chunk[start:end]
        if form := exact(word):
            roots = tuple(root for code in codes if (root := stem(word, code)))
            found.append(Token(form, roots, start, end, leaning))
    return tuple(found)


# Most chunks are one word and perhaps a sign behind it: letters of which each joins the next, in all of these
# scripts. What follows here would say the same of them, and takes ten times as long.
_PLAIN = re.compile(r"\(?([0-9A-Za-zÀ-ÖØ-öø-ʓΑ-ΡΣ-Ωα-ωЀ-ҁҊ-ԯא-תװ-ײ]+)[.,;:!?)]*")
_BOUNDARY = regex.compile(r"\b", regex.WORD | regex.VERSION1)
_WORDLIKE = regex.compile(r"[\p{L}\p{N}]")
# UAX #29 keeps `Berlin.Then` and `27.01.1945` whole: where a transcript lacks a space after a full stop two
# words would be hidden, and nobody would find the year. So a word holds letters, marks, digits, invisible
# characters, apostrophes, gershayim and the Catalan middle dot, and is cut at all else ...
_PIECE = regex.compile(
    rf"[\p{{L}}\p{{N}}](?:[\p{{L}}\p{{M}}\p{{N}}\p{{Cf}}]|[{APOSTROPHES}·](?=\p{{L}})"
    rf"|(?<=\p{{Hebrew}}\p{{M}}*)[{APOSTROPHES}{GERSHAYIM}](?=\p{{Hebrew}}|$))*"
)
# ... but initials are one word: U.S.A., z.B.
_INITIALS = regex.compile(r"(?:\p{L}\p{M}*\.)+\p{L}\p{M}*")
# Short words that lean on the next one. French, Italian and Catalan: l'hiver is found by hiver. Yiddish: the
# samekh of ס'איז; the geresh of Hebrew stands behind other letters, and ג'ורג' stays one word.
_LEANING = regex.compile(
    r"(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|presqu|un|all|dall|dell|nell|sull|coll|quell|quest|bell|gl"
    rf"|[סמכר])[{APOSTROPHES}](?=\p{{L}}\p{{M}}*\p{{L}})",
    regex.IGNORECASE,
)
# Other signs that stand for gershayim and apostrophes, replaced one for one, so that offsets hold.
_TYPED_GERSHAYIM = regex.compile(rf"(?<=\p{{Hebrew}}\p{{M}}*)[{GERSHAYIM}](?=\p{{Hebrew}})")
_TYPED_APOSTROPHE = regex.compile(rf"(?<=\p{{L}}\p{{M}}*)[{APOSTROPHES}](?=\p{{L}})")
_TRAILING = "\u200b\u200c\u200d\u200e\u200f\u2060\u00ad\ufeff" + APOSTROPHES + GERSHAYIM


def _pieces(chunk: str) -> Iterator[tuple[int, int, bool]]:
    """Where the words of a chunk without white space stand, and which of them lean on the next."""
    if plain := _PLAIN.fullmatch(chunk):
        yield *plain.span(1), False
        return
    yield from _segmented(chunk)


def _segmented(chunk: str) -> Iterator[tuple[int, int, bool]]:
    """As `_pieces`, by Unicode's segmentation."""
    chunk = _TYPED_APOSTROPHE.sub("'", _TYPED_GERSHAYIM.sub('"', chunk))
    edges = [0, *(match.start() for match in _BOUNDARY.finditer(chunk)), len(chunk)]
    for start, end in pairwise(edges):
        if start == end or not _WORDLIKE.search(chunk, start, end):
            continue
        if _INITIALS.fullmatch(chunk, start, end):
            yield start, end, False
            continue
        for piece in _PIECE.finditer(chunk, start, end):
            begin = piece.start()
            if leaning := _LEANING.match(chunk, begin, piece.end()):
                yield begin, leaning.end() - 1, True
                begin = leaning.end()
            yield begin, begin + len(chunk[begin : piece.end()].rstrip(_TRAILING)), False
