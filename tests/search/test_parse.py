"""What people type, and what they mean by it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.query import And, Node, Not, Or, Phrase, Term
from search import leaves
from search.analysis import tokens
from search.parse import LONGEST_QUERY, MOST_WORDS, parse


def show(node: Node | None) -> str:
    """A tree on one line: `(bread & (cake | "warm bun") & -rain)`."""
    if node is None:
        return ""
    if isinstance(node, Term):
        return node.word
    if isinstance(node, Phrase):
        return f'"{" ".join(node.words)}"'
    if isinstance(node, Not):
        return f"-{show(node.part)}"
    return f"({(' & ' if isinstance(node, And) else ' | ').join(map(show, node.parts))})"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", ""),
        ("bread", "bread"),
        ("  bread\tbakery ", "(bread & bakery)"),
        ("bread bread", "bread"),
        ('"warm bread"', '"warm bread"'),
        ('"bread"', '"bread"'),
        ("„warm bread“ rain", '("warm bread" & rain)'),
        ("„warm bread” rain", '("warm bread" & rain)'),
        ("“warm bread”", '"warm bread"'),
        ("«warm bread»", '"warm bread"'),
        ("« warm bread »", '"warm bread"'),
        ("»warm bread«", '"warm bread"'),
        ("「日本」", '"日 本"'),
        ("״לחם חם״", '"לחם חם"'),
        ('"a" "b c"d', '("a" & "b c" & d)'),
        # Exclusions.
        ("bread -cake", "(bread & -cake)"),
        ('bread -"sweet cake"', '(bread & -"sweet cake")'),
        ("-cake", "-cake"),
        ("--cake −rain", "(-cake & -rain)"),
        ("well-known", '"well known"'),
        ("-well-known", '-"well known"'),
        ("bread - cake", "(bread & cake)"),
        ("bread – cake", "(bread & cake)"),
        ('"-bread"', '"bread"'),
        ("bread NOT cake", "(bread & -cake)"),
        ('bread NOT "warm cake"', '(bread & -"warm cake")'),
        # Or.
        ("bread OR cake", "(bread | cake)"),
        ("bread OR cake OR bun rain", "((bread | cake | bun) & rain)"),
        ('rain bread OR "warm cake"', '(rain & (bread | "warm cake"))'),
        ("bread or cake", "(bread & or & cake)"),
        ("bread OR bread", "bread"),
        ("bread OR -cake", "(bread & -cake)"),
        ("(bread OR cake) rain", "((bread | cake) & rain)"),
        ("bread AND cake", "(bread & cake)"),
        # Operators that lack what they would join, and capitals throughout.
        ("OR", "OR"),
        ("AND", "AND"),
        ("NOT", "NOT"),
        ("OR OR", "OR"),
        ("bread OR", "bread"),
        ("OR bread", "bread"),
        ("bread OR OR cake", "(bread | cake)"),
        ("bread NOT", "bread"),
        ("BREAD AND CAKE", "(BREAD & AND & CAKE)"),
        ("BREAD OR CAKE", "(BREAD | CAKE)"),
        ("לחם NOT עוגה", "(לחם & -עוגה)"),
        # Quotation marks that are never closed, or are none.
        ('"', ""),
        ('""', ""),
        ('"warm bread', '"warm bread"'),
        ('rain -"warm bread', '(rain & -"warm bread")'),
        ('bread" cake', "(bread & cake)"),
        ('5" nails', "(5 & nails)"),
        ('צה"ל', 'צה"ל'),
        ('"צה"ל חם"', '"צה"ל חם"'),
        # Chunks of several words.
        ("27.01.1945", '"27 01 1945"'),
        ("bread,cake/bun", "(bread & cake & bun)"),
        ("1,000", '"1 000"'),
        ("l'hiver", "hiver"),
        ('"l\'hiver"', '"l hiver"'),
        ("-d'hiver", "-hiver"),
        ("ס'איז", "איז"),
        ("O'Brien", "O'Brien"),
        ("!!! ...", ""),
        ("- -", ""),
        ("🌧️ rain", "rain"),
    ],
)
def test_reads_what_was_meant(typed: str, meant: str) -> None:
    assert show(parse(typed)) == meant


_signs = [*"\"“”„«»-(, '״א\u0301", "OR", "NOT", "AND", "bread"]
_typed = st.lists(st.sampled_from(_signs) | st.text(max_size=4), max_size=14).map("".join)


@given(_typed | st.text())
@example('"' * 1001)
@example("\ud800")
def test_never_raises_and_gives_leaves_that_hold_words(typed: str) -> None:
    tree = parse(typed)

    def check(node: Node) -> int:
        if isinstance(node, And | Or):
            assert len(node.parts) > 1
            return sum(check(part) for part in node.parts)
        if isinstance(node, Not):
            return check(node.part)
        words = (node.word,) if isinstance(node, Term) else node.words
        assert all(len(tokens(word)) == 1 for word in words)
        assert leaves.leaf(node) is not None
        return len(words)

    if tree is not None:
        assert check(tree) <= MOST_WORDS
    assert tree is not None or not tokens(typed)


@given(st.lists(st.sampled_from(["bread", "cake", "rain", "fog"]), min_size=1, max_size=6, unique=True))
def test_plain_words_are_all_wanted(words: list[str]) -> None:
    meant = words[0] if len(words) == 1 else f"({' & '.join(words)})"
    assert show(parse(" ".join(words))) == meant


def test_reads_no_more_than_it_can_ask_for() -> None:
    many = parse(" ".join(f"word{n}" for n in range(200)))
    assert isinstance(many, And)
    assert len(many.parts) == MOST_WORDS
    assert show(parse("bread " + "x" * 2 * LONGEST_QUERY)) == "bread"
    assert isinstance(parse("x" * 2 * LONGEST_QUERY), Term)
