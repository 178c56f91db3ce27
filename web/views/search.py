"""The page of results: a sentence with the count, testimonies with their best passages, facets as links."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from archive.reading import Reading
from schemas.query import FACETS, MAX_VALUES, FacetName, Filters, SearchQuery
from schemas.results import Hit, SearchPage, SegmentHit
from search.find import describe
from web import urls
from web.excerpts import excerpt_html
from web.languages import direction, language_name
from web.moments import clock_time
from web.sentences import nothing_sentence, plain_words, results_sentence
from web.terms import facet_name, field_name, kind_name, text_name
from web.views.cards import Card, make_card
from web.wording import Wording

SHOWN_VALUES = 8
"""Values of a facet that stand open; the others are one click away."""


@dataclass(frozen=True, slots=True)
class ShownPassage:
    """A found passage as a line of results."""

    html: Markup
    address: str
    time: str | None
    recording: int | None
    """Only where the testimony has several."""
    speaker: str | None
    language: str
    direction: str
    note: str
    """Whose words these are if not the speaker's own as a person wrote them down; said here where the
    passages of a testimony differ in it."""


@dataclass(frozen=True, slots=True)
class ShownHit:
    """A testimony that was found."""

    card: Card
    passages: tuple[ShownPassage, ...]
    more: int
    fields: str
    """Where it was found if in no passage: "title and places"."""
    note: str
    """The same, of all its passages."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet: a link that adds it, or takes it away where it is chosen."""

    name: str
    count: int | None
    address: str
    facet: str


@dataclass(frozen=True, slots=True)
class Facet:
    """One facet: what can be chosen, at once and when it is opened."""

    title: str
    values: tuple[Choice, ...]
    further: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class SearchView:
    """All that the template needs."""

    query: str
    filters: Filters
    heading: Markup
    title: str
    """The heading for a browser's tab."""
    listing: bool
    """Nothing was asked for: the newest are listed."""
    hits: tuple[ShownHit, ...]
    facets: tuple[Facet, ...]
    chosen: tuple[Choice, ...]
    """Everything chosen, each to be taken away."""
    page: int
    pages: int
    previous: str | None
    next: str | None
    without_filters: str
    wordless: bool
    """Something was typed, and there is no word in it."""
    numbered: Card | None
    """The testimony whose accession number was typed, where nothing was found."""
    words: tuple[str, ...]
    """The single words asked for, to be tried alone where together they found nothing."""


def view_search(
    query: SearchQuery,
    found: SearchPage,
    collections: Mapping[str, str],
    wording: Wording,
    *,
    numbered: Reading | None = None,
) -> SearchView:
    """The page. `collections` gives collections' names by slug; `numbered` is the testimony of the accession
    number that was typed."""
    total = found.total.testimonies
    # Of testimonies on other pages nobody knows here where they were found.
    spoken = total == len(found.hits) and all(hit.passages for hit in found.hits)
    heading = (
        results_sentence(query.tree, total, wording, spoken=spoken)
        if total
        else nothing_sentence(query.tree, wording)
    )
    size = _size(query)
    beyond = found.page > found.pages
    if not total and query.filters.active and query.tree is None:
        heading = Markup.escape(wording.gettext("No testimony has all of this."))
    names = _Names(collections, wording)
    last = max(found.pages, 1)
    return SearchView(
        query=query.text,
        filters=query.filters,
        heading=heading,
        title=heading.striptags(),
        listing=query.tree is None,
        wordless=bool(query.text) and query.tree is None,
        numbered=make_card(describe(numbered), wording) if numbered else None,
        hits=tuple(_hit(hit, query, wording) for hit in found.hits),
        facets=tuple(_facets(query, found, names)),
        chosen=tuple(_chosen(query, names)),
        page=found.page,
        pages=found.pages,
        previous=urls.search(query.text, query.filters, page=min(found.page - 1, last), size=size)
        if found.page > 1
        else None,
        next=urls.search(query.text, query.filters, page=found.page + 1, size=size)
        if found.page < found.pages and not beyond
        else None,
        without_filters=urls.search(query.text, size=size),
        words=plain_words(query.tree),
    )


def _hit(hit: Hit, query: SearchQuery, wording: Wording) -> ShownHit:
    fields = [field_name(field, wording) for field in hit.matched]
    notes = [_note(segment, wording) for segment in hit.segments]
    texts = [_text(segment) for segment in hit.segments]
    alike = len(set(notes)) == 1
    return ShownHit(
        # Where all that is shown stands in one translation, its page opens in that.
        card=make_card(
            hit.testimony, wording, query=query.text, text=texts[0] if len(set(texts)) == 1 else None
        ),
        passages=tuple(
            _passage(segment, hit, query, "" if alike else note)
            for segment, note in zip(hit.segments, notes, strict=True)
        ),
        more=hit.more,
        fields=", ".join(fields) if not hit.segments else "",
        note=notes[0] if alike else "",
    )


def _note(segment: SegmentHit, wording: Wording) -> str:
    """`English translation`, `machine transcript`: what a reader must know before taking the words for those
    that were spoken."""
    _ = wording.gettext
    text = _text(segment)
    if text is None:
        return _("machine transcript") if segment.machine else ""
    name = text_name(text, True, wording)
    return _("%(text)s by a machine") % {"text": name} if segment.machine else name


def _text(segment: SegmentHit) -> str | None:
    return segment.language if segment.stream == "translation" else None


def _passage(segment: SegmentHit, hit: Hit, query: SearchQuery, note: str) -> ShownPassage:
    start = segment.play_ms if segment.play_ms is not None else segment.start_ms
    text = _text(segment)
    return ShownPassage(
        html=excerpt_html(segment.text, segment.marks),
        address=urls.testimony(
            hit.testimony.id, recording=segment.recording, start_ms=start, query=query.text, text=text
        ),
        time=None if start is None else clock_time(start, hours=hit.testimony.duration_ms >= 3_600_000),
        recording=segment.recording if hit.testimony.recordings > 1 else None,
        speaker=segment.speaker,
        language=segment.language,
        direction=direction(segment.language),
        note=note,
    )


def _chosen(query: SearchQuery, names: "_Names") -> Iterator[Choice]:
    """Everything that is chosen, as links that take it away."""
    for name in FACETS:
        for value in query.filters.chosen(name):
            filters = urls.without_value(query.filters, name, value)
            yield Choice(names.of(name, value), None, _address(query, filters), names.facet(name))


def _facets(query: SearchQuery, found: SearchPage, names: "_Names") -> Iterator[Facet]:
    """The facets of which a value would leave something out; one that cannot is only noise."""
    for name in FACETS:
        values = found.facets.get(name, ())
        chosen = query.filters.chosen(name)
        if not chosen and not any(0 < value.count < found.total.testimonies for value in values):
            continue
        offered = tuple(
            Choice(
                names.of(name, value.value),
                value.count,
                _address(query, urls.with_value(query.filters, name, value.value)),
                names.facet(name),
            )
            for value in values
            if value.count and value.value not in chosen and len(chosen) < MAX_VALUES
        )
        if offered:
            yield Facet(names.facet(name), offered[:SHOWN_VALUES], offered[SHOWN_VALUES:])


def _address(query: SearchQuery, filters: Filters) -> str:
    return urls.search(query.text, filters, size=_size(query))


def _size(query: SearchQuery) -> int | None:
    """The size of a page where it is not the usual one."""
    return query.size if query.size != 20 else None


@dataclass(frozen=True, slots=True)
class _Names:
    """What facets and their values are called. Collections' names by slug."""

    collections: Mapping[str, str]
    wording: Wording

    def facet(self, name: FacetName) -> str:
        return facet_name(name, self.wording)

    def of(self, name: FacetName, value: str) -> str:
        match name:
            case "collection":
                return self.collections.get(value, value)
            case "language":
                return language_name(value, self.wording.language)
            case "kind":
                return kind_name(value, self.wording)
            case _:
                return value
