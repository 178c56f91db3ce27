"""The testimony page: who, when and how long; players; the text; what is known of it; how to cite it."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from archive.formats.citation import cite
from archive.reading import OpenRecording, Reading, Stream
from schemas.query import Filters, Node
from search.match import match
from web import urls
from web.dates import describe_date
from web.durations import describe_duration
from web.languages import language_name
from web.moments import Moment, clock_time
from web.pages import Page
from web.sentences import query_words
from web.terms import further_name, kind_name, origin_of, role_name, title_of
from web.views.transcript import Address, Marks, Section, lay_out
from web.wording import Wording

_FORMAT_NAMES = {"vtt": "WebVTT", "srt": "SubRip", "txt": "TXT", "json": "JSON"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks of the page: `r`, `t`, `q`, `text`."""

    recording: int | None = None
    moment: Moment | None = None
    query: str = ""
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead somewhere, or nowhere where there is no address."""

    words: str
    address: str | None = None
    chosen: bool = False
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the description."""

    name: str
    values: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Player:
    """One recording and how it is played."""

    number: int
    state: str
    """`open`, `being made` or `none`."""
    source: str
    media_type: str
    video: bool
    poster: str | None
    captions: str | None
    captions_language: str | None
    width: int | None
    height: int | None
    duration: str
    address: str
    current: bool


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
    players: tuple[Player, ...]
    at: Address
    opened_at: str | None
    """`00:57`, or `00:57 to 01:23`, where the address names a moment or stretch that can be played."""
    chapters: tuple[ShownChapter, ...]
    texts: tuple[Link, ...]
    """The original and its translations, where there is a choice."""
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
    found_fields: tuple[str, ...]
    summary: str | None
    facts: tuple[Fact, ...]
    downloads: tuple[Link, ...]
    citation: str
    """Of the moment or stretch that is open, else of the whole."""
    address: str
    """Of the page, without a moment."""


def view_testimony(
    reading: Reading, taken: Reading, asked: Asked, tree: Node | None, page: Page
) -> TestimonyView:
    """The page for what one viewer may see (`reading`) and take away (`taken`). `tree` is the query whose
    words are marked."""
    wording = page.wording
    matched = match(tree, reading) if tree else None
    stream = _shown_stream(reading, asked.text)
    text = stream.language if stream and stream.kind == "translation" else None
    at = _address(reading, asked)
    marks: Marks = {found.passage.id: found.marks for found in matched.passages} if matched else {}
    sections = lay_out(reading, stream, at, marks, query=asked.query, text=text) if stream else ()
    return TestimonyView(
        id=reading.id,
        title=title_of(reading.title, wording),
        byline=_byline(reading, wording),
        warning=reading.description.get("content_warning"),
        players=tuple(_player(reading, recording, stream, at, wording) for recording in reading.recordings),
        at=at,
        opened_at=_opened_at(reading, at, wording),
        chapters=tuple(_chapters(reading)),
        texts=_texts(reading, stream, asked, wording),
        language=stream.language if stream else None,
        origin=origin_of(stream, wording) if stream else None,
        doubtful=any('class="doubtful"' in passage.html for s in sections for passage in s.passages),
        sections=sections,
        query=asked.query if matched else "",
        sought=query_words(tree, wording),
        found=tuple(_found(sections, marks)),
        found_fields=matched.fields if matched else (),
        summary=reading.summary,
        facts=_facts(reading, wording),
        downloads=_downloads(reading, taken, text),
        citation=_citation(reading, at, page),
        address=urls.testimony(reading.id),
    )


def _shown_stream(reading: Reading, text: str | None) -> Stream | None:
    """The translation that was asked for, else the original."""
    translations = [s for s in reading.streams if s.kind == "translation"]
    asked = next((s for s in translations if s.language == text), None)
    original = next((s for s in reading.streams if s.kind == "original"), None)
    return asked or original or next(iter(translations), None)


def _address(reading: Reading, asked: Asked) -> Address:
    """The recording that was asked for, if it is there; without a wish the first, in which `t` then counts
    only where that is number 1, since that is what a citation without `r` means."""
    numbers = [recording.number for recording in reading.recordings]
    wanted = asked.recording or 1
    if wanted in numbers:
        return Address(wanted, asked.moment)
    return Address(numbers[0] if numbers else None)


def _byline(reading: Reading, wording: Wording) -> tuple[str, ...]:
    parts = [
        kind_name(reading.kind, wording) if reading.kind != "testimony" else "",
        describe_date(reading.date, wording),
        ", ".join(language_name(tag, wording.language) for tag in reading.languages),
        describe_duration(reading.duration_ms, wording) if reading.duration_ms else "",
    ]
    return tuple(part for part in parts if part)


def _player(
    reading: Reading, recording: OpenRecording, stream: Stream | None, at: Address, wording: Wording
) -> Player:
    current = recording.number == at.recording
    text = stream.language if stream and stream.kind == "translation" else None
    captioned = stream is not None and any(p.recording == recording.number for p in stream.passages)
    source = urls.media(recording.id)
    if current and at.moment:
        end = "" if at.moment.end_ms is None else f",{urls.seconds(at.moment.end_ms)}"
        source += f"#t={urls.seconds(at.moment.start_ms)}{end}"
    return Player(
        number=recording.number,
        state=recording.media,
        source=source,
        media_type=recording.media_type,
        video=recording.video,
        poster=urls.poster(recording.id) if recording.poster else None,
        captions=urls.captions(recording.id, text=text) if captioned and recording.video else None,
        captions_language=stream.language if stream else None,
        width=recording.width,
        height=recording.height,
        duration=describe_duration(recording.duration_ms, wording),
        address=urls.testimony(reading.id, recording=recording.number, text=text),
        current=current,
    )


def _opened_at(reading: Reading, at: Address, wording: Wording) -> str | None:
    playable = any(r.number == at.recording and r.media == "open" for r in reading.recordings)
    if at.moment is None or not playable:
        return None
    start = clock_time(at.moment.start_ms)
    if at.moment.end_ms is None:
        return start
    return wording.gettext("%(start)s to %(end)s") % {"start": start, "end": clock_time(at.moment.end_ms)}


def _chapters(reading: Reading) -> list[ShownChapter]:
    return [
        ShownChapter(
            title=chapter.title,
            synopsis=chapter.synopsis,
            time=None if chapter.start_ms is None else clock_time(chapter.start_ms),
            address=None
            if chapter.start_ms is None
            else urls.testimony(reading.id, recording=chapter.recording, start_ms=chapter.start_ms),
            recording=chapter.recording,
            start_ms=chapter.start_ms,
        )
        for chapter in reading.chapters
    ]


def _texts(reading: Reading, shown: Stream | None, asked: Asked, wording: Wording) -> tuple[Link, ...]:
    if len(reading.streams) < 2:
        return ()
    links = []
    for stream in reading.streams:
        name = language_name(stream.language, wording.language)
        original = stream.kind == "original"
        links.append(
            Link(
                wording.gettext("%(language)s, as spoken") % {"language": name} if original else name,
                urls.testimony(
                    reading.id,
                    recording=asked.recording,
                    start_ms=asked.moment.start_ms if asked.moment else None,
                    end_ms=asked.moment.end_ms if asked.moment else None,
                    query=asked.query,
                    text=None if original else stream.language,
                ),
                chosen=stream is shown,
            )
        )
    return tuple(links)


def _found(sections: Sequence[Section], marks: Marks) -> list[Link]:
    return [
        Link(passage.time or "", passage.address)
        for section in sections
        for passage in section.passages
        if passage.id in marks
    ]


def _citation(reading: Reading, at: Address, page: Page) -> str:
    moment = at.moment
    start, end = (moment.start_ms, moment.end_ms) if moment else (None, None)
    address = urls.testimony(
        reading.id, recording=at.recording if moment else None, start_ms=start, end_ms=end
    )
    return cite(
        reading,
        archive=page.site_name,
        address=page.absolute(address),
        recording=at.recording if moment else None,
        start_ms=start,
        end_ms=end,
        gettext=page.wording.gettext,
    )


def _facts(reading: Reading, wording: Wording) -> tuple[Fact, ...]:
    _ = wording.gettext
    people = []
    for person in reading.people:
        role = role_name(person.role, wording)
        people.append(Link(f"{person.name}, {role[:1].lower()}{role[1:]}" if person.name else role))
    languages = [
        Link(language_name(tag, wording.language), urls.search(filters=Filters(language=(tag,))))
        for tag in reading.languages
    ]
    facts = [
        Fact(_("People"), tuple(people)),
        Fact(_("Date"), _plain(describe_date(reading.date, wording))),
        Fact(_("Languages"), tuple(languages)),
        Fact(_("Places"), tuple(Link(p, urls.search(filters=Filters(place=(p,)))) for p in reading.places)),
        Fact(_("Subjects"), tuple(Link(s, urls.search(f'"{s}"')) for s in reading.subjects)),
        Fact(_("Collection"), (Link(reading.collection_name, urls.collection(reading.collection_slug)),)),
        Fact(_("Rights"), _plain(reading.rights)),
        Fact(_("Accession number"), _plain(reading.accession_number)),
    ]
    further = (
        Fact(further_name(name, wording), _plain(text))
        for name, text in reading.description.items()
        if name != "content_warning"
    )
    return tuple(fact for fact in (*facts, *further) if fact.values)


def _plain(text: str | None) -> tuple[Link, ...]:
    return (Link(text),) if text else ()


def _downloads(reading: Reading, taken: Reading, text: str | None) -> tuple[Link, ...]:
    """Only where the text may be taken away; a format can be had as long as its text can."""
    kind = "translation" if text else "original"
    if not any(s.kind == kind and (not text or s.language == text) for s in taken.streams):
        return ()
    return tuple(
        Link(_FORMAT_NAMES[extension], urls.transcript(reading.id, extension, text=text))
        for extension in urls.TRANSCRIPT_FORMATS
    )
