"""The testimony page: who, when and how long; players; the text; what is known of it; how to cite it."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from archive.reading import Reading, Stream
from schemas.query import Node
from search.find import describe
from search.match import Match, match
from web import urls
from web.languages import language_name
from web.moments import Moment, clock_time
from web.opening import Opened
from web.pages import Page
from web.places import AskedPlace
from web.sentences import query_words
from web.terms import origin_of, text_name, title_of
from web.views.about import Fact, Link, view_citation, view_downloads, view_facts
from web.views.addresses import Address, Addresses, locate
from web.views.beside import find_other, name_of
from web.views.cards import describe_testimony
from web.views.embed_code import EmbedCode, view_embed_code
from web.views.players import (
    Controls,
    Player,
    describe_astray,
    describe_moment,
    view_controls,
    view_player,
)
from web.views.quoting import Quoting, view_quoting
from web.views.references import References, view_references
from web.views.sharing import Sharing, view_sharing
from web.views.source import view_source
from web.views.transcript import Marks, Section, lay_out
from web.wording import Wording


@dataclass(frozen=True, slots=True)
class ShownChapter:
    """A chapter as a line in the list of them."""

    title: str
    synopsis: str | None
    time: str | None
    address: str | None
    recording: int | None
    start_ms: int | None


@dataclass(frozen=True, slots=True)
class TestimonyView:
    """All that the template needs."""

    __test__ = False  # not a test, whatever its name begins with

    id: str
    title: str
    byline: tuple[str, ...]
    warning: str | None
    """What listeners should know before, as described."""
    astray: str | None
    """Where the address leads to no place of this testimony: a sentence that says so."""
    players: tuple[Player, ...]
    controls: Controls | None
    at: Address
    opened_at: str | None
    """`00:57`, or `00:57 to 01:23`, where the address names a moment or stretch that can be played."""
    chapters: tuple[ShownChapter, ...]
    texts: tuple[Link, ...]
    """The original and its translations, where there is a choice."""
    besides: tuple[Link, ...]
    """Texts that can stand beside the shown one, or go from there."""
    other: str | None
    """What made the text that stands beside it, as far as that is known; None: there is none."""
    beside: str | None
    """What addresses call the text that stands beside it."""
    language: str | None
    """Of the text that is shown."""
    origin: str | None
    doubtful: bool
    """Whether the machine's doubts are shown in the text."""
    sections: tuple[Section, ...]
    query: str
    sought: Markup
    """The words of the query, as a sentence has them."""
    found: tuple[Link, ...]
    """Passages of the shown text that hold what was searched for."""
    elsewhere: tuple[Link, ...]
    """The other texts that hold what was searched for."""
    unmarked: str
    """The same place of the same text without marks."""
    sharing: Sharing
    """What programs are told in the head of the page."""
    summary: str | None
    facts: tuple[Fact, ...]
    source: tuple[Fact, ...]
    """Who spoke with whom, how it was recorded, what made the text, where it is silent, and where to ask."""
    downloads: tuple[Link, ...]
    citation: str
    """Of the moment or stretch that is open, else of the whole."""
    whole_citation: str
    """Of the whole testimony, for when the reader has gone elsewhere than where the page was opened."""
    references: References
    """Of the moment or stretch that is open, else of the whole, in the styles and formats of the field."""
    whole_references: References | None
    """Of the whole testimony, where a moment or stretch is open."""
    embed: EmbedCode
    quoting: Quoting | None
    address: str
    """Of the page, without a moment: the one to keep."""
    moment_address: str
    """The same in the text that is read, to which a moment is added."""
    text: str | None
    """The language of the translation that is read; None: the original."""


def view_testimony(
    opened: Opened,
    asked: AskedPlace,
    query: str,
    tree: Node | None,
    page: Page,
    *,
    beside: str | None = None,
) -> TestimonyView:
    """The page for what one viewer may have. `tree` is what `query` means, whose words are marked; `beside`
    is another text to stand beside the one that was asked for."""
    wording, reading = page.wording, opened.read
    matched = match(tree, reading) if tree else None
    stream = shown_stream(reading, asked.text)
    at = locate(reading, asked)
    other = find_other(reading, stream, beside) if stream else None
    addresses = Addresses(
        reading.id,
        query if matched else "",
        stream.translated_into if stream else None,
        name_of(other) if other else None,
    )
    unmarked = addresses.unmarked()
    byline = describe_testimony(describe(reading), wording)
    players = tuple(view_player(each, stream, at, addresses, wording) for each in reading.recordings)
    marks: Marks = {found.passage.id: found.marks for found in matched.passages} if matched else {}
    sections = lay_out(reading, stream, at, marks, addresses, wording, other=other) if stream else ()
    return TestimonyView(
        id=reading.id,
        title=title_of(reading.title, wording),
        byline=byline,
        warning=reading.description.get("content_warning"),
        astray=describe_astray(reading, asked, wording),
        players=players,
        controls=view_controls(players),
        at=at,
        opened_at=describe_moment(reading, at, wording),
        chapters=tuple(_chapters(reading, addresses)),
        texts=_texts(reading, stream, at, addresses, wording),
        besides=_besides(reading, stream, other, at, addresses, wording),
        other=(origin_of(other, wording) or "") if other else None,
        beside=addresses.beside,
        language=stream.language if stream else None,
        origin=origin_of(stream, wording) if stream else None,
        doubtful=any(passage.doubtful for section in sections for passage in section.passages),
        sections=sections,
        query=addresses.query,
        sought=query_words(tree, wording),
        found=tuple(_found(sections, marks)),
        elsewhere=_elsewhere(reading, stream, matched, addresses, wording),
        unmarked=unmarked.to(at.recording, at.moment),
        sharing=view_sharing(reading, at, addresses.text, " · ".join(byline), page),
        summary=reading.summary,
        facts=view_facts(reading, wording),
        source=view_source(reading, stream, page),
        downloads=view_downloads(reading, opened.taken, stream),
        citation=view_citation(reading, at.recording, at.moment, page),
        whole_citation=view_citation(reading, None, None, page),
        references=view_references(reading, stream, at, page),
        whole_references=view_references(reading, stream, Address(None), page) if at.moment else None,
        embed=view_embed_code(reading, at, addresses.text, page),
        quoting=view_quoting(reading, opened.quoted, stream, at, page),
        address=urls.testimony(reading.id),
        moment_address=unmarked.with_beside(None).to(),
        text=addresses.text,
    )


def shown_stream(reading: Reading, text: str | None) -> Stream | None:
    """The translation that was asked for, else the original."""
    by_text = {stream.translated_into: stream for stream in reversed(reading.streams)}
    return by_text.get(text) or by_text.get(None) or next(iter(reading.streams), None)


def _chapters(reading: Reading, addresses: Addresses) -> list[ShownChapter]:
    return [
        ShownChapter(
            title=chapter.title,
            synopsis=chapter.synopsis,
            time=None if chapter.start_ms is None else clock_time(chapter.start_ms),
            address=None
            if chapter.start_ms is None
            else addresses.to(chapter.recording, Moment(chapter.start_ms)),
            recording=chapter.recording,
            start_ms=chapter.start_ms,
        )
        for chapter in reading.chapters
    ]


def _texts(
    reading: Reading, shown: Stream | None, at: Address, addresses: Addresses, wording: Wording
) -> tuple[Link, ...]:
    """The texts that can be chosen, each at the place that is open."""
    if len(reading.streams) < 2:
        return ()
    links = []
    for stream in reading.streams:
        name = language_name(stream.language, wording.language)
        links.append(
            Link(
                wording.gettext("%(language)s, as spoken") % {"language": name}
                if stream.translated_into is None
                else name,
                addresses.in_text(stream.translated_into).to(at.recording, at.moment),
                chosen=stream is shown,
            )
        )
    return tuple(links)


def _besides(
    reading: Reading,
    shown: Stream | None,
    other: Stream | None,
    at: Address,
    addresses: Addresses,
    wording: Wording,
) -> tuple[Link, ...]:
    """The other texts, to be read beside the shown one; the one that stands there, to be taken away."""
    _ = wording.gettext
    links = []
    for stream in reading.streams if shown else ():
        if stream is shown:
            continue
        language = language_name(stream.language, wording.language)
        here = stream is other
        said = _("Without %(text)s beside it") if here else _("With %(text)s beside it")
        address = addresses.with_beside(None if here else name_of(stream)).to(at.recording, at.moment)
        links.append(Link(said % {"text": language}, address))
    return tuple(links)


def _found(sections: Sequence[Section], marks: Marks) -> list[Link]:
    return [
        Link(passage.time or "", passage.address)
        for section in sections
        for passage in section.passages
        if passage.id in marks
    ]


def _elsewhere(
    reading: Reading, shown: Stream | None, matched: Match | None, addresses: Addresses, wording: Wording
) -> tuple[Link, ...]:
    """The texts beside the shown one in which the words stand."""
    ids = {found.passage.id for found in matched.passages} if matched else set()
    return tuple(
        Link(
            text_name(stream.language, stream.translated_into is not None, wording),
            addresses.in_text(stream.translated_into).to(),
        )
        for stream in reading.streams
        if stream is not shown and any(passage.id in ids for passage in stream.passages)
    )
