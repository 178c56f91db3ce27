"""Readings for tests of the search, about weather, bread and libraries; and a strategy for random ones."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from archive.reading import Passage, PersonInRole, Reading, Stream, Word
from schemas.query import And, Node, Not, Or, Phrase, Term


def make_passage(name: str, text: str, language: str = "en", **rest: Any) -> Passage:
    """A passage whose words start at each 1,000 ms."""
    words, offset = [], 0
    for count, word in enumerate(text.split()):
        offset = text.index(word, offset)
        words.append(Word(word, offset, count * 1000, count * 1000 + 900))
        offset += len(word)
    passage = Passage(
        id=name,
        recording=1,
        start_ms=0,
        end_ms=len(words) * 1000,
        speaker=None,
        language=language,
        text=text,
        words=tuple(words),
        machine=True,
    )
    return replace(passage, **rest)


def make_stream(
    name: str, passages: Sequence[Passage], kind: str = "original", language: str = "en"
) -> Stream:
    return Stream(name, kind, language, 1, "machine", None, "Whisper base", tuple(passages))


def make_reading(name: str, *texts: str, language: str = "en", **rest: Any) -> Reading:
    """A reading whose only stream has these texts as passages `{name}.1`, `{name}.2`, ..."""
    passages = [make_passage(f"{name}.{n}", text, language) for n, text in enumerate(texts, 1)]
    reading = Reading(
        id=name,
        title="Untitled testimony",
        accession_number=None,
        kind="interview",
        collection_slug="weather",
        collection_name="Weather station",
        date=None,
        years=(),
        languages=(language,),
        places=(),
        subjects=(),
        summary=None,
        rights=None,
        people=(),
        recordings=(),
        streams=(make_stream(f"{name}.s", passages, language=language),) if passages else (),
    )
    return replace(reading, **rest)


# Words that meet in their stems, in other scripts and languages, and such as fall into several tokens.
WORDS = re.findall(
    r"\S+",
    "bread breads Bread baker bakery Mutter Mütter Brot Brote Łódź lodz שָׁלוֹם שלום ייִדיש יידיש "
    "rain rains l'hiver hiver well-known known 1945 27.01.1945 שטעטל שטעטלעך the",
)
LANGUAGES = ("en", "de", "pl", "yi", "he", "fr")

_words = st.sampled_from(WORDS)
_texts = st.lists(_words, max_size=6).map(" ".join)


@st.composite
def corpora(draw: st.DrawFn) -> list[Reading]:
    """Small archives: a testimony has an original and often a translation, gaps where something is closed,
    and a description."""
    readings = []
    for count in range(draw(st.integers(1, 6))):
        streams = []
        for kind in draw(st.sampled_from([("original",), ("original", "translation")])):
            passages = [
                make_passage(
                    f"t{count}.{kind}.{place}",
                    draw(_texts),
                    draw(st.sampled_from(LANGUAGES)),
                    gap_before=draw(st.sampled_from([False, False, True])),
                )
                for place in range(draw(st.integers(0, 5)))
            ]
            streams.append(make_stream(f"t{count}.{kind}", passages, kind))
        readings.append(
            make_reading(
                f"t{count}",
                title=draw(_texts),
                summary=draw(st.none() | _texts),
                subjects=tuple(draw(st.lists(_texts, max_size=2))),
                people=tuple(
                    PersonInRole("interviewer", name) for name in draw(st.lists(_words, max_size=1))
                ),
                streams=tuple(streams),
                languages=tuple(draw(st.lists(st.sampled_from(LANGUAGES), max_size=2))),
                places=tuple(draw(st.lists(st.sampled_from(["Łódź", "Brno", "Hamburg"]), max_size=3))),
                years=tuple(draw(st.lists(st.integers(1944, 1947), max_size=2, unique=True))),
                kind=draw(st.sampled_from(["interview", "statement"])),
                collection_slug=draw(st.sampled_from(["weather", "bread"])),
            )
        )
    return readings


def trees(readings: Sequence[Reading]) -> st.SearchStrategy[Node]:
    """Query trees of any shape, such as no typed text gives too. Phrases are mostly taken from the streams,
    over borders and gaps too, so that some of them are found."""
    spoken = [
        [word for passage in stream.passages for word in passage.text.split()]
        for reading in readings
        for stream in reading.streams
    ]
    runs = st.sampled_from([words for words in spoken if words] or [list(WORDS)])
    starts, lengths = st.integers(0, 30), st.integers(1, 12)
    phrases = st.builds(
        lambda run, start, length: run[start % len(run) :][:length], runs, starts, lengths
    ) | st.lists(_words, min_size=1, max_size=3)
    leaves: st.SearchStrategy[Node] = st.builds(Term, word=_words) | st.builds(
        Phrase, words=phrases.map(tuple)
    )
    return st.recursive(
        leaves,
        lambda nodes: (
            st.builds(And, parts=st.lists(nodes, max_size=3).map(tuple))
            | st.builds(Or, parts=st.lists(nodes, max_size=3).map(tuple))
            | st.builds(Not, part=nodes)
        ),
        max_leaves=5,
    )
