"""The text of one cue."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.importers.cuetext import Piece, UnreadableCue, milliseconds, read_cue_text


def pieces(raw: str) -> list[tuple[str | None, str]]:
    return [(piece.speaker, piece.text) for piece in read_cue_text(raw)]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Fresh bread", [(None, "Fresh bread")]),
        ("Fresh\nbread  every\tday ", [(None, "Fresh bread every day")]),
        ("<v Baker>Fresh bread", [("Baker", "Fresh bread")]),
        ("<v Baker>Fresh <i>bread</i></v>", [("Baker", "Fresh bread")]),
        ("<v.loud.far  Old \n Baker >Bread", [("Old Baker", "Bread")]),
        ("<v A &amp; B>Bread", [("A & B", "Bread")]),
        ("<v>Bread", [(None, "Bread")]),
        ("<v A>One\n<v B>Two", [("A", "One"), ("B", "Two")]),
        ("<v A>One</v> and <v B>two</v>", [("A", "One"), (None, "and"), ("B", "two")]),
        ("<v A>One</v> <v A>two</v>", [("A", "One two")]),
        ("<v A>One <v B>two</v> three", [("A", "One"), ("B", "two"), ("A", "three")]),
        ("- <v A>One", [(None, "-"), ("A", "One")]),
        ("<c.yellow>Yellow</c> <b>bold</b><u>er</u>", [(None, "Yellow bolder")]),
        ("<font color='#fff'>Bread</FONT><br/>and<BR>salt", [(None, "Bread and salt")]),
        ("<ruby>bread<rt>brot</rt></ruby>", [(None, "bread brot")]),
        ("<laughs> 5 < 6 > 4 <3 <unclear>", [(None, "<laughs> 5 < 6 > 4 <3 <unclear>")]),
        ("Tom &amp; Jerry &lt;3 &#8212; AT&T &bogus; &amp", [(None, "Tom & Jerry <3 — AT&T &bogus; &amp")]),
        ("a&nbsp;b &rlm;", [(None, "a\xa0b \u200f")]),
        ("<i></i> \n ", []),
        ("&nbsp;", []),
        ("</v></v></lang>Bread", [(None, "Bread")]),
    ],
)
def test_pieces(raw: str, expected: list[tuple[str | None, str]]) -> None:
    assert pieces(raw) == expected


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ("<v Baker Fresh bread", "expected > at the end of the tag '<v Baker Fresh bread'"),
        ("<v Baker <i>Bread</i>", "expected > at the end of the tag '<v Baker '"),
        ("<i>bread</i ", "expected > at the end of the tag '</i '"),
        ("br\x07ead", "expected text without control characters, found U+0007"),
    ],
)
def test_what_is_unsure_is_refused(raw: str, sentence: str) -> None:
    with pytest.raises(UnreadableCue) as caught:
        read_cue_text(raw)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("raw", "language"),
    [
        ("<lang pl>Dzień dobry</lang>", "pl"),
        ("<v A><lang pl>Dzień <b>dobry</b></lang></v>", "pl"),
        ("He said <lang pl>dzień dobry</lang>.", None),
        ("Good day", None),
    ],
)
def test_a_language_counts_where_all_is_in_it(raw: str, language: str | None) -> None:
    assert [piece.language for piece in read_cue_text(raw)] == [language]


def test_times_within_the_text() -> None:
    assert read_cue_text(" Fresh <00:01.500><c> bread</c> <00:00:02.250>daily") == [
        Piece(None, None, "Fresh bread daily", ((6, 1_500), (12, 2_250)))
    ]


def test_a_clock_time_in_milliseconds() -> None:
    assert (milliseconds("01:02.345"), milliseconds("100:00:00.001")) == (62_345, 360_000_001)


@given(
    st.lists(
        st.sampled_from(
            ["<v A>", "</v>", "<i>", "</i>", "<v B>", "<lang pl>", "</lang>", "one", "two ", "\n", "<x>"]
        )
    )
)
def test_no_word_is_lost_or_doubled(parts: list[str]) -> None:
    spoken = "".join(part if part in ("one", "two ", "\n", "<x>") else "" for part in parts)
    read = "".join(piece.text for piece in read_cue_text("".join(parts)))
    assert "".join(read.split()) == "".join(spoken.split())
