"""What is known of a testimony beside its text: described facts, the citation, what can be taken away."""

from dataclasses import dataclass

from archive.formats.citation import cite
from archive.formats.provenance import is_without_times
from archive.reading import Reading, Stream
from schemas.query import Filters
from web import urls
from web.dates import describe_date
from web.languages import language_name
from web.moments import Moment
from web.pages import Page
from web.terms import further_name, role_name
from web.wording import Wording

_FORMAT_NAMES = {"vtt": "WebVTT", "srt": "SubRip", "txt": "TXT", "json": "JSON"}


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead somewhere, or nowhere where there is no address."""

    words: str
    address: str | None = None
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the description."""

    name: str
    values: tuple[Link, ...]


def view_facts(reading: Reading, wording: Wording) -> tuple[Fact, ...]:
    """What is known of a testimony, line by line."""
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


def view_citation(
    reading: Reading, recording: int | None, moment: Moment | None, page: Page, *, address: str | None = None
) -> str:
    """How to cite a moment or stretch of a recording; without a moment, the testimony. `address` is another
    than that which leads there."""
    number = recording if moment else None
    start, end = (moment.start_ms, moment.end_ms) if moment else (None, None)
    address = address or urls.testimony(reading.id, recording=number, start_ms=start, end_ms=end)
    return cite(
        reading,
        archive=page.site_name,
        address=page.absolute(address),
        recording=number,
        start_ms=start,
        end_ms=end,
        gettext=page.wording.gettext,
    )


def view_downloads(reading: Reading, taken: Reading, shown: Stream | None) -> tuple[Link, ...]:
    """Only where the text may be taken away; a format can be had as long as its text can."""
    stream = next((each for each in taken.streams if shown is not None and each.id == shown.id), None)
    if stream is None:
        return ()
    return tuple(
        Link(_FORMAT_NAMES[extension], urls.transcript(reading.id, extension, text=stream.translated_into))
        for extension in formats_of(stream)
    )


def formats_of(stream: Stream) -> tuple[str, ...]:
    """The formats that a text can be had in: captions need times."""
    left_out = urls.TIMED_FORMATS if is_without_times(stream.passages) else ()
    return tuple(each for each in urls.TRANSCRIPT_FORMATS if each not in left_out)
