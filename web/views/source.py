"""What a reader has to know of a source before relying on it: who spoke with whom, how it was recorded, what
made the text and who checked it, where it is silent, and where to ask."""

from collections.abc import Iterator

from archive.reading import OpenRecording, Reading, Stream
from web import urls
from web.dates import describe_date
from web.durations import describe_duration
from web.pages import Page
from web.terms import origin_of, role_name
from web.views.about import Fact, Link
from web.views.transcript import WORDLESS_MS
from web.wording import Wording


def view_source(reading: Reading, stream: Stream | None, page: Page) -> tuple[Fact, ...]:
    """What is known, line by line; what is not known is not guessed at."""
    wording = page.wording
    _ = wording.gettext
    facts = [
        Fact(_("Told by"), _people(reading, wording, asking=False)),
        Fact(_("Asked by"), _people(reading, wording, asking=True)),
        Fact(_("Told"), _when_and_where(reading, wording)),
        Fact(_("Recorded as"), tuple(_recordings(reading, wording))),
        Fact(_("Text"), tuple(_text(stream, wording)) if stream else ()),
        Fact(_("Without words"), tuple(_silences(reading, stream, wording)) if stream else ()),
        Fact(_("More"), tuple(_elsewhere(reading, wording))),
        Fact(_("Questions"), _contact(page)),
    ]
    return tuple(fact for fact in facts if fact.values)


def _people(reading: Reading, wording: Wording, *, asking: bool) -> tuple[Link, ...]:
    return tuple(
        Link(person.name or role_name(person.role, wording))
        for person in reading.people
        if (person.role.casefold() == "interviewer") is asking
        and (asking or person.role.casefold() in ("interviewee", "speaker", "narrator"))
    )


def _when_and_where(reading: Reading, wording: Wording) -> tuple[Link, ...]:
    told = describe_date(reading.date, wording)
    return (Link(told),) if told else ()


def _recordings(reading: Reading, wording: Wording) -> Iterator[Link]:
    _ = wording.gettext
    several = len(reading.recordings) > 1
    for recording in reading.recordings:
        said = {
            "what": _medium(recording, wording),
            "time": describe_duration(recording.duration_ms, wording),
        }
        line = _("%(what)s, %(time)s") % said
        if several:
            line = _("Recording %(number)d") % {"number": recording.number} + f": {line}"
        yield Link(line)
    if not reading.recordings:
        yield Link(_("text alone, without a recording"))


def _medium(recording: OpenRecording, wording: Wording) -> str:
    return wording.gettext("picture and sound") if recording.video else wording.gettext("sound")


def _text(stream: Stream, wording: Wording) -> Iterator[Link]:
    _ = wording.gettext
    origin = origin_of(stream, wording)
    if origin:
        yield Link(origin)
    if stream.made_at is not None:
        date = describe_date(stream.made_at.date().isoformat(), wording)
        yield Link(_("Revision %(number)d, of %(date)s") % {"number": stream.revision, "date": date})


def _silences(reading: Reading, stream: Stream, wording: Wording) -> Iterator[Link]:
    """Where the recordings go on and no words stand in the text."""
    found = [
        length
        for recording in reading.recordings
        if not recording.notices  # of a closed stretch the text has nothing to say
        for length in _gaps(recording, stream)
        if length >= WORDLESS_MS
    ]
    if found:
        said = {"count": len(found), "time": describe_duration(sum(found), wording)}
        yield Link(
            wording.ngettext(
                "in %(count)d place, %(time)s long", "in %(count)d places, %(time)s in all", len(found)
            )
            % said
        )


def _gaps(recording: OpenRecording, stream: Stream) -> Iterator[int]:
    timed = [
        (passage.start_ms, passage.end_ms)
        for passage in stream.passages
        if passage.recording == recording.number
        and passage.start_ms is not None
        and passage.end_ms is not None
    ]
    if not timed:
        return  # heard yet, or timed, is nothing of it
    until = 0
    for start, end in timed:
        yield start - until
        until = max(until, end)
    yield recording.duration_ms - until


def _elsewhere(reading: Reading, wording: Wording) -> Iterator[Link]:
    for name in reading.published_names:
        said = wording.gettext("%(name)s in the whole archive") % {"name": name}
        yield Link(said, urls.search(f'"{name}"'))


def _contact(page: Page) -> tuple[Link, ...]:
    return (Link(page.wording.gettext("Write to the archive"), page.contact),) if page.contact else ()
