"""From a reading to what an index keeps of it: one document for the testimony, one for each passage.

Neutral values: no engine's field or query stands here. The testimony's document decides what matches, the
passages' tell which of them to show.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from archive.reading import Passage, Reading, Stream
from search.analysis import Token, tokens
from search.description import described, description_languages

NEIGHBOURS = 8
"""Words before and after a passage that its document knows, so that a phrase is found over its borders.
Phrases of up to one word more are found there exactly."""


@dataclass(frozen=True, slots=True)
class Run:
    """Tokens that stand one after another; between two runs lies a gap that no phrase runs over."""

    exacts: tuple[str, ...]
    stems: tuple[tuple[str, ...], ...]
    """Those of each token: none, one, or several where its language isn't known for sure."""


@dataclass(frozen=True, slots=True)
class TestimonyDocument:
    """All the words of a testimony that are open, and what it is filtered and counted by."""

    __test__ = False  # not a test, whatever its name begins with

    id: str
    added: int
    """When the testimony came in (any unit that grows): what lists the newest first."""
    change: int
    """Number of the change that these are the words as of: how an index tells what it holds from newer."""
    collection: str
    kind: str
    languages: tuple[str, ...]
    places: tuple[str, ...]
    years: tuple[str, ...]
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class PassageDocument:
    """The words of one passage. `before` and `after` are those around it in its run, in spoken order, exact
    forms, at most NEIGHBOURS each."""

    id: str
    testimony: str
    run: Run
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Documents:
    """Everything that an index keeps of one testimony."""

    testimony: TestimonyDocument
    passages: tuple[PassageDocument, ...]

    @property
    def ids(self) -> frozenset[str]:
        """Ids of all the documents, to be remembered once they are written."""
        return frozenset((self.testimony.id, *(passage.id for passage in self.passages)))


def make_documents(reading: Reading, *, added: int, change: int = 0) -> Documents:
    """The documents of what one viewer (for the public index: the public) may search of a testimony, as of
    change number `change`."""
    languages = description_languages(reading)
    runs = [_run(tokens(text, *languages)) for _, text in described(reading)]
    passages: list[PassageDocument] = []
    for _, stretch in stretches(reading):
        analysed = [(passage.id, tokens(passage.text, passage.language)) for passage in stretch]
        runs.append(_run([token for _, found in analysed for token in found]))
        passages.extend(_passages(reading.id, analysed))
    testimony = TestimonyDocument(
        id=reading.id,
        added=added,
        change=change,
        collection=reading.collection_slug,
        kind=reading.kind,
        languages=_distinct(reading.languages),
        places=_distinct(reading.places),
        years=_distinct(str(year) for year in reading.years),
        runs=tuple(run for run in runs if run.exacts),
    )
    return Documents(testimony, tuple(passages))


def stretches(reading: Reading) -> Iterator[tuple[Stream, list[Passage]]]:
    """Passages that follow one another without a gap, and the stream that they are in."""
    for stream in reading.streams:
        together: list[Passage] = []
        for passage in stream.passages:
            if passage.gap_before and together:
                yield stream, together
                together = []
            together.append(passage)
        if together:
            yield stream, together


def encodable(text: str) -> str:
    """A text that UTF-8 can carry: what a lone surrogate stood for is lost."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _passages(testimony: str, analysed: Sequence[tuple[str, list[Token]]]) -> Iterator[PassageDocument]:
    words = [token.exact for _, found in analysed for token in found]
    start = 0
    for passage, found in analysed:
        end = start + len(found)
        if found:
            before = tuple(words[max(0, start - NEIGHBOURS) : start])
            after = tuple(words[end : end + NEIGHBOURS])
            yield PassageDocument(passage, testimony, _run(found), before, after)
        start = end


def _run(found: Sequence[Token]) -> Run:
    return Run(tuple(token.exact for token in found), tuple(token.stems for token in found))


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))
