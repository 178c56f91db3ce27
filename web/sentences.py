"""A query in words, for the sentence that heads its results: "12 testimonies speak of lodz and bread"."""

import unicodedata
from collections.abc import Sequence
from typing import Literal

from babel.lists import format_list
from babel.numbers import format_decimal
from markupsafe import Markup

from schemas.query import And, Node, Not, Or, Phrase, Term
from web.wording import Wording


def results_sentence(tree: Node | None, count: int, wording: Wording, *, spoken: bool = True) -> Markup:
    """How many testimonies were found, and for what. `spoken` is whether all of them are known to speak of
    it; what stands in a description alone nobody has said."""
    ngettext = wording.ngettext
    wanted, unwanted = _sides(tree)
    said = {
        "count": format_decimal(count, locale=wording.locale),
        "words": _join(wanted, "standard", wording),
        "unwanted": _join(unwanted, "or", wording),
    }
    if wanted and unwanted and not spoken:
        sentence = ngettext(
            "Found in %(count)s testimony: %(words)s, without %(unwanted)s",
            "Found in %(count)s testimonies: %(words)s, without %(unwanted)s",
            count,
        )
    elif wanted and not spoken:
        sentence = ngettext(
            "Found in %(count)s testimony: %(words)s", "Found in %(count)s testimonies: %(words)s", count
        )
    elif wanted and unwanted:
        sentence = ngettext(
            "%(count)s testimony speaks of %(words)s but not of %(unwanted)s",
            "%(count)s testimonies speak of %(words)s but not of %(unwanted)s",
            count,
        )
    elif wanted:
        sentence = ngettext(
            "%(count)s testimony speaks of %(words)s", "%(count)s testimonies speak of %(words)s", count
        )
    elif unwanted:
        sentence = ngettext(
            "%(count)s testimony does not speak of %(unwanted)s",
            "%(count)s testimonies do not speak of %(unwanted)s",
            count,
        )
    else:
        sentence = ngettext("%(count)s testimony", "%(count)s testimonies", count)
    return Markup(sentence) % said  # noqa: S704 - a sentence of ours; what goes into it is escaped


def nothing_sentence(tree: Node | None, wording: Wording) -> Markup:
    """That nothing was found, and for what."""
    wanted, unwanted = _sides(tree)
    words = wanted or unwanted
    if not words:
        return Markup.escape(wording.gettext("There is no testimony here yet."))
    sentence = Markup(wording.gettext("Nothing was found for %(words)s."))  # noqa: S704 - a sentence of ours
    return sentence % {"words": _join(words, "standard", wording)}


def query_words(tree: Node | None, wording: Wording) -> Markup:
    """What is asked for, without what is excluded."""
    return _join(_sides(tree)[0], "standard", wording)


def plain_words(tree: Node | None) -> tuple[str, ...]:
    """The words that are asked for, as they were typed."""
    match tree:
        case Term():
            return (tree.word,)
        case Phrase():
            return tree.words
        case And() | Or():
            return tuple(word for part in tree.parts for word in plain_words(part))
        case _:
            return ()


def _sides(tree: Node | None) -> tuple[list[Node], list[Node]]:
    """What is asked for and what is excluded, each as a list of parts."""
    if tree is None:
        return [], []
    parts = tree.parts if isinstance(tree, And) else (tree,)
    wanted: list[Node] = [part for part in parts if not isinstance(part, Not)]
    return wanted, [part.part for part in parts if isinstance(part, Not)]


def _words(node: Node, wording: Wording) -> Markup:
    match node:
        case Term():
            return _sought(node.word)
        case Phrase():
            return _sought("“{}”".format(" ".join(node.words)))
        case And():
            return _join(node.parts, "standard", wording)
        case Or():
            return _join(node.parts, "or", wording)
        case Not():
            return Markup(wording.gettext("not %(words)s")) % {"words": _words(node.part, wording)}  # noqa: S704


def _sought(words: str) -> Markup:
    """Typed words, kept apart from the sentence in look and in direction. Hebrew has no italics."""
    upright = any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in words)
    style = "sought upright" if upright else "sought"
    return Markup('<em class="{}" dir="auto">{}</em>').format(style, words)


def _join(nodes: Sequence[Node], style: Literal["standard", "or"], wording: Wording) -> Markup:
    if not nodes:
        return Markup()
    parts = [_words(node, wording) for node in nodes]
    # Babel's patterns are text of its own; the parts are escaped already.
    return Markup(format_list(parts, style=style, locale=wording.locale))  # noqa: S704
