"""A search from what a person typed to a page of results: the one function behind the page, the API and the
command line. The backend says which testimonies and passages; their text comes from readings alone, which
hold what this viewer may see and nothing else; `match` marks the words."""

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from archive.reading import Passage, Reading
from schemas.query import Filters, IndexName, SearchQuery
from schemas.results import CollectionName, FoundTestimony, Hit, SearchPage, SegmentHit, Total
from search import leaves
from search.backend import FoundIds, SearchBackend
from search.match import MarkedPassage, mark
from search.parse import parse

ReadMany = Callable[[Mapping[str, Collection[str]]], Mapping[str, Reading]]
"""Testimony ids, with the ids of the passages that will be shown -> what the viewer may search of each.

Whole readings are right in any case; one with those passages and as many around them as a phrase could run
over is enough. A testimony that isn't to be seen is left out of the answer.
"""


def ask(
    text: str,
    *,
    filters: Filters = Filters(),
    page: int = 1,
    size: int = 20,
    index: IndexName = "public",
    without: Iterable[str] = (),
) -> SearchQuery:
    """The query for what a person typed and chose. Never raises for any text; page and size are checked by
    the model. `without` are the testimonies whose closing waits in the outbox."""
    return SearchQuery(
        text=text,
        tree=parse(text),
        filters=filters,
        page=page,
        size=size,
        index=index,
        without=frozenset(without),
    )


def words_around(query: SearchQuery) -> int:
    """How many words beside a passage a phrase of the query may take in: what a `ReadMany` needs to know to
    give no more than is needed."""
    return max((leaf.weight for leaf in leaves.positive(query.tree)), default=1) - 1


def find(query: SearchQuery, backend: SearchBackend, read: ReadMany) -> SearchPage:
    """One page of what was found. Raises SearchUnavailable.

    A hit whose reading is not given is left out, and so is a passage that the reading no longer holds: the
    index may be a moment behind.
    """
    found = backend.search(query)
    readings = read({hit.testimony: hit.best for hit in found.hits}) if found.hits else {}
    return SearchPage(
        query=query.text,
        page=query.page,
        size=query.size,
        total=Total(testimonies=found.total),
        hits=tuple(
            _hit(query, hit, readings[hit.testimony]) for hit in found.hits if hit.testimony in readings
        ),
        facets=found.facets,
    )


def _hit(query: SearchQuery, hit: FoundIds, reading: Reading) -> Hit:
    marked = mark(query.tree, reading, hit.best)
    return Hit(
        testimony=describe(reading),
        passages=hit.passages,
        matched=marked.fields,
        segments=tuple(_segment(one) for one in _best_first(hit.best, marked.passages)),
    )


def describe(reading: Reading) -> FoundTestimony:
    """What a list of testimonies says of one."""
    return FoundTestimony(
        id=reading.id,
        title=reading.title,
        identifier=reading.accession_number,
        kind=reading.kind,
        collection=CollectionName(slug=reading.collection_slug, name=reading.collection_name),
        date=reading.date,
        languages=reading.languages,
        places=reading.places,
        subjects=reading.subjects,
        people=reading.published_names,
        summary=reading.summary,
        recordings=len(reading.recordings),
        duration_ms=reading.duration_ms,
    )


def _best_first(best: Sequence[str], marked: Iterable[MarkedPassage]) -> list[MarkedPassage]:
    """Passages in the backend's order; those that a phrase runs over stay together, as they were spoken."""
    ranks = {passage: rank for rank, passage in enumerate(best)}
    groups: list[list[MarkedPassage]] = []
    for one in marked:
        if groups and one.passage.id in groups[-1][-1].joined:
            groups[-1].append(one)
        else:
            groups.append([one])
    groups.sort(key=lambda group: min(ranks.get(one.passage.id, len(ranks)) for one in group))
    return [one for group in groups for one in group]


def _segment(marked: MarkedPassage) -> SegmentHit:
    passage = marked.passage
    return SegmentHit(
        id=passage.id,
        recording=passage.recording,
        start_ms=passage.start_ms,
        end_ms=passage.end_ms,
        play_ms=_start_of(passage, marked.marks[0][0]),
        speaker=passage.speaker,
        language=passage.language,
        text=passage.text,
        marks=marked.marks,
        machine=passage.machine,
        stream=marked.stream,
    )


def _start_of(passage: Passage, offset: int) -> int | None:
    """When the word that holds this place of the text is spoken; the passage's start where nobody knows."""
    place = bisect_right(passage.words, offset, key=lambda word: word.offset) - 1
    start = passage.words[place].start_ms if place >= 0 else None
    return passage.start_ms if start is None else start
