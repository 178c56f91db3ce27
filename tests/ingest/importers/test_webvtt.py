"""Caption files: what is read, and what is refused at which line."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.importers.errors import MetadataErrors
from ingest.importers.webvtt import Captions, CaptionWord, parse_captions, read_captions

CUE = "00:00.000 --> 00:02.000\n"
ORDER = "expected a cue that begins before it ends"
TIMES = "expected times such as 00:01:02.500 --> 00:01:04.000"


def read(text: str) -> Captions:
    return parse_captions(text, "a.vtt")


def cues(text: str) -> list[tuple[int, int, str | None, str]]:
    return [(cue.start_ms, cue.end_ms, cue.speaker, cue.text) for cue in read(text).cues]


def refused(text: str) -> list[str]:
    with pytest.raises(MetadataErrors) as caught:
        read(text)
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"WEBVTT\n\n{CUE}Bread", [(0, 2000, None, "Bread")]),
        (
            f"\ufeffWEBVTT - a title\r\n\r\n{CUE}Bread\r\n".replace("\n", "\r\n").replace("\r\r", "\r"),
            [(0, 2000, None, "Bread")],
        ),
        (f"WEBVTT\r\r{CUE}Bread\rand salt".replace("\n", "\r"), [(0, 2000, None, "Bread and salt")]),
        (f"WEBVTT\n{CUE}Bread", [(0, 2000, None, "Bread")]),
        (
            "WEBVTT\n\nintro\n00:00:01.5-->01:00:00.000 align:start line:0 what:ever\n<v A>Bread",
            [(1500, 3_600_000, "A", "Bread")],
        ),
        (
            f"WEBVTT\n\nSTYLE\n::cue {{ color: red }}\n\nREGION\nid:a\n\nNOTE a note\n\n{CUE}Bread",
            [(0, 2000, None, "Bread")],
        ),
        (f"WEBVTT\n\n{CUE}<v A>One</v> <v B>Two</v>", [(0, 2000, "A", "One"), (0, 2000, "B", "Two")]),
        (
            f"WEBVTT\n\n00:05.000 --> 00:06.000\nThird\n\n{CUE}First\n\n00:00.000 --> 00:01.000\nSecond",
            [(0, 2000, None, "First"), (0, 1000, None, "Second"), (5000, 6000, None, "Third")],
        ),
        (
            f"WEBVTT\n\n{CUE}One\n00:02.000 --> 00:03.000\nTwo",
            [(0, 2000, None, "One"), (2000, 3000, None, "Two")],
        ),
        (
            f"WEBVTT\n\n   \n1\n{CUE}One\n \n2\n00:02.000 --> 00:03.000\nTwo",
            [(0, 2000, None, "One"), (2000, 3000, None, "Two")],
        ),
        (f"WEBVTT\n\n{CUE}\n\n00:02.000 --> 00:03.000\nTwo", [(2000, 3000, None, "Two")]),
        (
            "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:10.000\n\n" + CUE + "Bread",
            [(0, 2000, None, "Bread")],
        ),
    ],
)
def test_what_is_read(text: str, expected: list[tuple[int, int, str | None, str]]) -> None:
    assert cues(text) == expected


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ["a.vtt: line 1: expected WEBVTT at the beginning of the file"]),
        (
            "1\n00:00:00,000 --> 00:00:02,000\nBread",
            ["a.vtt: line 1: expected WEBVTT at the beginning of the file"],
        ),
        ("WEBVTTX\n\n" + CUE + "x", ["a.vtt: line 1: expected WEBVTT at the beginning of the file"]),
        ("WEBVTT\n\nNOTE nothing\n", ["a.vtt: line 4: expected at least one cue with text"]),
        (
            "WEBVTT\nKind: chapters\n\n" + CUE + "x",
            ["a.vtt: line 1: expected captions, found 'Kind: chapters'"],
        ),
        (
            "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000\n\n" + CUE + "x",
            [
                "a.vtt: line 1: expected times from the beginning of the medium, without "
                "'X-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000'"
            ],
        ),
        (
            "WEBVTT\n\n00:00:00,000 --> 00:00:02,000\nBread",
            [f"a.vtt: line 3: {TIMES}, found '00:00:00,000 --> 00:00:02,000'"],
        ),
        (
            "WEBVTT\n\n00:00.000 --> 00:61.000\nx",
            [f"a.vtt: line 3: {TIMES}, found '00:00.000 --> 00:61.000'"],
        ),
        ("WEBVTT\n\n00:00.000 --> 1001:00:00.000\nx", [f"a.vtt: line 3: {TIMES}, found 1001:00:00.000"]),
        (
            f"WEBVTT\n\n{CUE}One\n\nand another paragraph",
            ["a.vtt: line 6: expected a line of times before the text 'and another paragraph'"],
        ),
        (
            "WEBVTT\n\n1\n00:03.000 --> 00:02.000\nx\n\n00:03.000 --> 00:03.000\ny",
            [
                f"a.vtt: line 3: {ORDER}, found 00:00:03.000 --> 00:00:02.000",
                f"a.vtt: line 7: {ORDER}, found 00:00:03.000 --> 00:00:03.000",
            ],
        ),
        (
            f"WEBVTT\n\n{CUE}We counted to\n2\n00:02.000 --> 00:03.000\nTwo",
            ["a.vtt: line 3: expected an empty line before the cue of line 6"],
        ),
        (f"WEBVTT\n\nNOTE left out\n{CUE}One", ["a.vtt: line 3: expected a NOTE without --> in it"]),
        (f"WEBVTT\n\nNOTE left\nout\n{CUE}One", ["a.vtt: line 3: expected a NOTE without --> in it"]),
        (
            f"WEBVTT\n\n{CUE}<v Baker Bread",
            ["a.vtt: line 3: expected > at the end of the tag '<v Baker Bread'"],
        ),
        (
            f"WEBVTT\n\n{CUE}a <00:05.000>b",
            ["a.vtt: line 3: expected times within the text that grow, from the cue's start to its end"],
        ),
    ],
)
def test_what_is_refused(text: str, lines: list[str]) -> None:
    assert refused(text) == lines


def test_many_errors_are_cut_short() -> None:
    lines = refused("WEBVTT\n\n" + "stray\n\n" * 80)
    assert len(lines) == 51
    assert lines[-1] == "a.vtt: expected WebVTT; 30 more such errors"


def test_words_have_the_times_of_their_cue_or_their_own() -> None:
    text = f"WEBVTT\n\n{CUE}Fresh bread\n\n00:02.000 --> 00:04.000\nall <00:02.500>day <00:03.000>long now"
    first, second = read(text).cues
    assert first.words == (CaptionWord("Fresh", 0, 0, 2000), CaptionWord("bread", 6, 0, 2000))
    assert second.words == (
        CaptionWord("all", 0, 2000, 2500, timed=True),
        CaptionWord("day", 4, 2500, 3000, timed=True),
        CaptionWord("long", 8, 3000, 4000, timed=True),
        CaptionWord("now", 13, 3000, 4000, timed=True),
    )
    assert (first.line, second.line) == (3, 6)


def test_the_header_names_a_language_and_notes_are_kept() -> None:
    captions = read(
        f"WEBVTT\nKind: captions\nLanguage: ger\n\nNOTE checked\ntwice\n\n{CUE}<lang iw>לחם</lang>\n\nNOTE"
    )
    assert (captions.language, captions.notes, captions.cues[0].language) == (
        "de",
        ("checked\ntwice", ""),
        "he",
    )


def test_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.vtt"
    path.write_bytes(f"WEBVTT\n\n{CUE}Brötchen".encode("latin-1"))
    with pytest.raises(MetadataErrors, match="expected text in UTF-8; line 4 is not"):
        read_captions(path)


words = st.text("abc é", min_size=1, max_size=12).map(str.strip).filter(bool)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 5_000_000), st.integers(1, 60_000), st.sampled_from([None, "A", "B"]), words
        ),
        min_size=1,
    )
)
def test_every_cue_comes_back(given_cues: list[tuple[int, int, str | None, str]]) -> None:
    def clock(milliseconds: int) -> str:
        minutes, rest = divmod(milliseconds, 60_000)
        return f"{minutes // 60:02}:{minutes % 60:02}:{rest / 1000:06.3f}"

    blocks = [
        f"{clock(start)} --> {clock(start + length)}\n{f'<v {voice}>' if voice else ''}{text}"
        for start, length, voice, text in given_cues
    ]
    ordered = sorted(given_cues, key=lambda cue: cue[0])
    assert cues("WEBVTT\n\n" + "\n\n".join(blocks)) == [
        (start, start + length, voice, " ".join(text.split())) for start, length, voice, text in ordered
    ]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["WEBVTT", "", "NOTE", "1", CUE.strip(), "x --> y", "Bread <i", "STYLE", "<v A>b", " "]
        ),
        max_size=12,
    )
)
def test_whatever_is_in_a_file_is_read_or_refused(lines: list[str]) -> None:
    told = ["a.vtt"]
    try:
        read("\n".join(["WEBVTT", *lines]))
    except MetadataErrors as error:
        told = str(error).splitlines()
    assert all(line.startswith("a.vtt") for line in told)
