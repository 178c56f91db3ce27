"""Readings for the format tests: made by hand, and made by Hypothesis."""

import re
from dataclasses import replace

from hypothesis import strategies as st

from archive.reading import OpenRecording, Passage, PersonInRole, Reading, Stream, Word

ADDRESS = "https://archive.example/testimonies/bcdfgh2345"


def passage(
    text: str,
    start_ms: int | None = 0,
    end_ms: int | None = 4_000,
    *,
    number: int = 1,
    recording: int | None = 1,
    speaker: str | None = None,
    language: str = "en",
    machine: bool = False,
    gap_before: bool = False,
    timed: bool = True,
) -> Passage:
    """A passage whose words share its time evenly; `number` makes its id."""
    found = list(re.finditer(r"\S+", text))
    words = []
    for index, match in enumerate(found):
        if start_ms is None or end_ms is None or not timed:
            times = (start_ms, end_ms)
        else:
            step = (end_ms - start_ms) / len(found)
            times = (int(start_ms + step * index), int(start_ms + step * (index + 1)))
        words.append(
            Word(match.group(), match.start(), *times, probability=0.9 if machine else None, timed=timed)
        )
    return Passage(
        id=f"p{number}",
        recording=recording,
        start_ms=start_ms,
        end_ms=end_ms,
        speaker=speaker,
        language=language,
        text=text,
        words=tuple(words),
        machine=machine,
        gap_before=gap_before,
    )


def stream(*passages: Passage, status: str = "reviewed", **fields: str | int | None) -> Stream:
    made = any(each.machine for each in passages)
    numbered = tuple(replace(each, id=f"p{number}") for number, each in enumerate(passages))
    return replace(
        Stream(
            id="s1",
            kind="original",
            language="en",
            revision=3,
            status=status,
            author=None if made else "A. Writer",
            engine="Whisper base (faster-whisper 1.2.1)" if made else None,
            passages=numbered,
        ),
        **fields,  # type: ignore[arg-type] # a test's own affair
    )


def reading(
    *shown: Stream, durations: tuple[int, ...] = (60_000,), title: str = "How bread is baked"
) -> Reading:
    return Reading(
        id="bcdfgh2345",
        title=title,
        accession_number="2024-17",
        kind="interview",
        collection_slug="bakery",
        collection_name="The bakery talks",
        date="1998-05",
        years=(1998,),
        languages=("en",),
        places=(),
        subjects=(),
        summary=None,
        rights="CC0",
        people=(PersonInRole("interviewee", None),),
        recordings=tuple(
            OpenRecording(number, f"r{number}", duration, False, "audio/mpeg", "open")
            for number, duration in enumerate(durations, start=1)
        ),
        streams=shown,
    )


# Words that are hard on one format or another, among plain ones.
_HARD = """
the bread rises, slowly. <b> </v> & &amp; --> - 1945 [machine] {\\an8} NOTE WEBVTT STYLE 3‏ שלום, Łódź.
00:00:01.000 <00:00:01.000> a>b -- > é 🍞
"""
tokens = st.one_of(
    st.sampled_from([*_HARD.split(), "x\0y"]),
    st.text(st.characters(exclude_categories=["Z", "Cc", "Cs"]), min_size=1, max_size=12),
    st.just("Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen"),
).filter(lambda token: bool(token.strip()))

spaces = st.sampled_from([" ", " ", " ", "  ", "\n", "\u00a0", "\u2028", "\r\n\r\n"])


@st.composite
def passages(draw: st.DrawFn, *, ordered: bool = True) -> Passage:
    """A passage with any text and words; with `ordered` its word times are in order, else any within it."""
    words = draw(st.lists(tokens, min_size=1, max_size=60))
    text, placed = draw(st.sampled_from(["", " "])), []
    for word in words:
        placed.append((word, len(text)))
        text += word + draw(spaces)
    start = draw(st.integers(0, 50_000))
    length = draw(st.integers(1, 30_000))
    bounds = draw(
        st.lists(st.integers(start, start + length), min_size=2 * len(words), max_size=2 * len(words))
    )
    if ordered:
        bounds.sort()
    probability = draw(st.one_of(st.none(), st.floats(0, 1)))
    timed = draw(st.sampled_from([True, True, False]))
    return Passage(
        id="p",
        recording=1,
        start_ms=start,
        end_ms=start + length,
        speaker=draw(st.sampled_from([None, "A. Baker", "<script> & Sons -->", "  "])),
        language=draw(st.sampled_from(["en", "pl", "x y>"])),
        text=text,
        words=tuple(
            Word(word, offset, bounds[2 * index], bounds[2 * index + 1], probability, timed)
            for index, (word, offset) in enumerate(placed)
        ),
        machine=draw(st.booleans()),
        gap_before=draw(st.booleans()),
    )


@st.composite
def streams(draw: st.DrawFn, *, ordered: bool = True) -> Stream:
    """Passages of up to three recordings; with `ordered`, one after the other."""
    made = []
    for recording in draw(st.sampled_from([[1], [1, 2], [1, 3]])):
        begin = 0
        for each in draw(st.lists(passages(ordered=ordered), max_size=4)):
            assert each.start_ms is not None
            assert each.end_ms is not None
            later = begin if ordered else 0
            words = tuple(
                replace(word, start_ms=(word.start_ms or 0) + later, end_ms=(word.end_ms or 0) + later)
                for word in each.words
            )
            each = replace(
                each,
                recording=recording,
                start_ms=each.start_ms + later,
                end_ms=each.end_ms + later,
                words=words,
            )
            begin = each.end_ms or 0
            made.append(each)
    return stream(*made, status=draw(st.sampled_from(["machine", "in review", "reviewed"])))


def spoken(passages: tuple[Passage, ...]) -> list[str]:
    """All words as white space parts them, in order."""
    return [word for each in passages for word in each.text.split()]
