"""Archives as plain values: what lies in one, and what was said on who may see it.

A `World` is built on disk by `tests.gate.building`, and its twin, in which what is closed never was, is
made from it by `tests.gate.twins`. Ids are given here, so that both have the same.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from archive.identifiers import piece_id
from archive.models.access import LEVELS

NOW = datetime(2026, 1, 27, 12, tzinfo=UTC)
DAY = timedelta(days=1)
WORD_MS, PAUSE_MS, SEGMENT_PAUSE_MS = 400, 100, 1000

VOCABULARY = ["rain", "snow", "wind", "cloud", "bread", "oven", "lamp", "shelf", "door", "book"]
"""Few words, so that testimonies share some and differ in some."""

PLACES = ("Hel", "Graz", "Łódź")
SUBJECTS = ("weather", "warm bread", "books")
TRANSLATIONS = ("de", "pl")


def name_id(*parts: object) -> str:
    """A public id that is always the same for the same thing."""
    return piece_id("-".join(str(part) for part in parts), 0)


@dataclass(frozen=True)
class Word:
    """A word at `offset` of its segment's text."""

    text: str
    offset: int
    start_ms: int | None
    end_ms: int | None


@dataclass(frozen=True)
class Segment:
    """A segment at its place in a revision. `speaker`: place of a person in the testimony's people."""

    id: str
    position: int
    recording: int | None
    start_ms: int | None
    end_ms: int | None
    words: tuple[Word, ...]
    text: str
    language: str = "en"
    timed: bool = True
    machine: bool = False
    checked: bool = False
    speaker: int | None = None
    label: str | None = None


@dataclass(frozen=True)
class Revision:
    """What is shown of a transcript."""

    number: int
    status: str
    author: str | None
    segments: tuple[Segment, ...]


@dataclass(frozen=True)
class Transcript:
    """The original (`language` None), or a translation."""

    id: str
    language: str | None
    revision: Revision


@dataclass(frozen=True)
class Chapter:
    """A chapter; `recording` None: of a text without sound."""

    id: str
    position: int
    recording: int | None
    start_ms: int | None
    end_ms: int | None
    title: str
    synopsis: str | None = None
    keywords: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class Clip:
    """Quoted words of one transcript, from the beginning of the first to the end of the last."""

    id: str
    transcript: str
    recording: int
    start_ms: int
    end_ms: int
    words: str
    spans: tuple[tuple[int, int], ...]
    """Where its words lie."""
    machine: bool = False
    """Whether any of them are a machine's that nobody checked."""
    title: str | None = None


@dataclass(frozen=True)
class Recording:
    """A tape and its one file. `playable`: a playback copy lies there, `in_store`: the original plays as it
    is; `poster`: a waveform does, and a still where it is a video. `copied`: the worker has made a copy of
    what is open, too; `altered`: that is all there ever was. Bytes of all of them are made from the id."""

    id: str
    number: int
    duration_ms: int
    video: bool = False
    offset_ms: int = 0
    playable: bool = True
    in_store: bool = False
    poster: bool = False
    copied: bool = False
    altered: bool = False


@dataclass(frozen=True)
class Statement:
    """Somebody's word. `thing` is the number of a recording, or the id of a transcript, chapter or clip."""

    level: str
    subject: str = "testimony"
    thing: int | str | None = None
    stretch: tuple[int, int, int | None] | None = None
    begins_at: datetime | None = None
    ends_at: datetime | None = None
    notice: str | None = None


@dataclass(frozen=True)
class Testimony:
    """A testimony, its description, and all that was ever said on it, oldest first."""

    __test__ = False

    id: str
    accession_number: str | None
    collection: str
    title: str | None = None
    kind: str = "interview"
    date: str | None = None
    years: tuple[int, ...] = ()
    summary: str | None = None
    languages: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    rights: str | None = None
    description: tuple[tuple[str, str], ...] = ()
    people: tuple[tuple[str, str | None], ...] = ()
    published_at: datetime | None = NOW
    recordings: tuple[Recording, ...] = ()
    transcripts: tuple[Transcript, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    clips: tuple[Clip, ...] = ()
    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True)
class Collection:
    """A collection and its rule on machine text."""

    slug: str
    name: str
    description: str | None = None
    depositor: str | None = None
    machine_text: str = "open"


@dataclass(frozen=True)
class World:
    """All that lies in an archive."""

    collections: tuple[Collection, ...]
    testimonies: tuple[Testimony, ...] = field(default=())


_texts = st.lists(st.sampled_from(VOCABULARY), min_size=2, max_size=5).map(" ".join)
_moments = st.none() | st.integers(-3, 3).map(lambda days: NOW + days * DAY)


def spoken(
    ids: str, text: str, at: int | None, *, position: int, recording: int | None, **options: object
) -> Segment:
    """A segment whose words last 400 ms, 100 ms apart, from `at` ms on; None: text without sound."""
    words, offset = [], 0
    timed = bool(options.get("timed", True)) and at is not None
    start = at
    for part in text.split():
        offset = text.index(part, offset)
        words.append(Word(part, offset, at, None if at is None else at + WORD_MS))
        offset += len(part)
        at = None if at is None else at + WORD_MS + PAUSE_MS
    end = None if at is None else at - PAUSE_MS
    if not timed:
        words = [Word(word.text, word.offset, start, end) for word in words]
    fields = {**options, "timed": timed}
    return Segment(name_id(ids, position), position, recording, start, end, tuple(words), text, **fields)  # type: ignore[arg-type]  # the fields of a segment


@st.composite
def _segments(
    draw: st.DrawFn, ids: str, tapes: list[int | None], *, original: bool, people: int
) -> tuple[Segment, ...]:
    segments: list[Segment] = []
    for tape in tapes:
        at: int | None = None if tape is None else 0
        for text in draw(st.lists(_texts, min_size=1, max_size=3)):
            machine = original and tape is not None and draw(st.booleans())
            segment = spoken(
                ids,
                text,
                at,
                position=len(segments),
                recording=tape,
                language=draw(st.sampled_from(["en", "de"])) if original else ids[-2:],
                timed=original and draw(st.integers(0, 3)) > 0,
                machine=machine,
                checked=machine and draw(st.booleans()),
                speaker=draw(st.none() | st.integers(0, people - 1)) if people and not machine else None,
                label=draw(st.sampled_from([None, None, "Voice A", "Voice B", "interviewer"]))
                if not machine
                else None,
            )
            segments.append(segment)
            at = None if segment.end_ms is None else segment.end_ms + SEGMENT_PAUSE_MS
    return tuple(segments)


@st.composite
def _transcripts(draw: st.DrawFn, ids: str, tapes: list[int | None], people: int) -> tuple[Transcript, ...]:
    transcripts = []
    for language in (None, *TRANSLATIONS[: draw(st.integers(0, 2))]):
        own = f"{ids}-text-{language or 'original'}"
        segments = draw(_segments(own, tapes, original=language is None, people=people))
        persons = any(not segment.machine for segment in segments)
        status = draw(st.sampled_from(["in review", "reviewed"])) if persons else "machine"
        author = "A. Writer" if persons else None
        revision = Revision(draw(st.integers(1, 3)), status, author, segments)
        transcripts.append(Transcript(name_id(own), language, revision))
    return tuple(transcripts)


@st.composite
def _chapters(draw: st.DrawFn, ids: str, tapes: list[int | None]) -> tuple[Chapter, ...]:
    chapters = []
    for position in range(draw(st.integers(0, 2)) if tapes else 0):
        tape = draw(st.sampled_from(tapes))
        start = draw(st.integers(0, 8)) * 500
        end = draw(st.none() | st.integers(1, 8).map(lambda length, start=start: start + 500 * length))  # type: ignore[misc]
        chapters.append(
            Chapter(
                name_id(ids, "chapter", position),
                position,
                tape,
                None if tape is None else start,
                None if tape is None else end,
                draw(_texts),
                draw(st.none() | _texts),
                draw(st.just(()) | st.just(("harvest",))),
                draw(st.just(()) | st.just(("Hel",))),
            )
        )
    return tuple(chapters)


@st.composite
def _clips(draw: st.DrawFn, ids: str, transcripts: tuple[Transcript, ...]) -> tuple[Clip, ...]:
    """At most one of each text."""
    return tuple(
        clip_of(name_id(ids, "clip", transcript.id), transcript, [draw(st.sampled_from(spoken_there))])
        for transcript in transcripts
        if (spoken_there := [each for each in transcript.revision.segments if each.start_ms is not None])
        and draw(st.booleans())
    )


def clip_of(clip_id: str, transcript: Transcript, segments: list[Segment], title: str | None = None) -> Clip:
    """A clip of whole segments of a recording, one after the other."""
    first, last = segments[0], segments[-1]
    assert first.recording is not None
    assert first.start_ms is not None
    assert last.end_ms is not None
    return Clip(
        clip_id,
        transcript.id,
        first.recording,
        first.start_ms,
        last.end_ms,
        "\n".join(segment.text for segment in segments),
        tuple((word.start_ms or 0, word.end_ms or 0) for segment in segments for word in segment.words),
        any(segment.machine and not segment.checked for segment in segments),
        title,
    )


@st.composite
def said(draw: st.DrawFn, testimony: Testimony) -> Statement:
    """A statement on a testimony, or on something in it."""
    levels = st.sampled_from([*LEVELS, "restricted"])
    dates = sorted(draw(st.tuples(_moments, _moments)), key=lambda moment: moment or NOW - 9 * DAY)
    begins_at, ends_at = dates
    if draw(st.booleans()):
        # Only one of the two, as most statements are dated.
        begins_at, ends_at = (begins_at or ends_at, None) if draw(st.booleans()) else (None, ends_at)
    if begins_at is not None and begins_at == ends_at:
        ends_at = begins_at + DAY
    things: list[tuple[str, int | str | None]] = [("stretch", None)] * 4 + [("testimony", None)]
    things += [("recording", recording.number) for recording in testimony.recordings]
    things += [("transcript", transcript.id) for transcript in testimony.transcripts]
    things += [("chapter", chapter.id) for chapter in testimony.chapters]
    things += [("clip", clip.id) for clip in testimony.clips]
    subject, thing = draw(st.sampled_from(things))
    stretch = None
    numbers = [recording.number for recording in testimony.recordings]
    if subject == "stretch" and not numbers:
        subject = "testimony"
    if subject == "stretch" or (subject == "transcript" and numbers and draw(st.booleans())):
        start = draw(st.integers(0, 10)) * 250
        end = draw(st.none() | st.integers(1, 6).map(lambda length: start + 250 * length))
        stretch = (draw(st.sampled_from(numbers)), start, end)
    return Statement(
        draw(levels),
        "testimony" if subject == "stretch" else subject,
        thing,
        stretch,
        begins_at,
        ends_at,
        draw(st.sampled_from([None, None, "Closed at the wish of its owner."])),
    )


@st.composite
def _testimonies(draw: st.DrawFn, number: int, collections: tuple[Collection, ...]) -> Testimony:
    ids = f"testimony-{number}"
    people = tuple(
        (role, draw(st.sampled_from([None, f"{role[:1].upper()}. {number}"])))
        for role in ("interviewee", "interviewer")[: draw(st.integers(0, 2))]
    )
    numbers = draw(st.sampled_from([(1,), (1, 2), (1, 2, 3), ()]))
    tapes: list[int | None] = [*numbers]
    if not numbers or draw(st.integers(0, 3)) == 0:
        tapes.append(None)  # text without sound, beside recordings or alone
    recordings = tuple(
        Recording(
            name_id(ids, "recording", tape),
            tape,
            duration_ms=draw(st.integers(14, 20)) * 1000,
            video=draw(st.booleans()),
            offset_ms=draw(st.sampled_from([0, 0, 500])),
            playable=draw(st.integers(0, 4)) > 0,
            in_store=number == 0 and tape == 1,
            poster=draw(st.booleans()),
            copied=draw(st.booleans()),
        )
        for tape in numbers
    )
    year = draw(st.none() | st.integers(1994, 1996))
    transcripts = draw(_transcripts(ids, tapes, len(people)))
    bare = Testimony(
        id=name_id(ids),
        accession_number=draw(st.sampled_from([None, f"N/{number}"])),
        collection=draw(st.sampled_from(collections)).slug,
        title=draw(st.none() | _texts),
        kind=draw(st.sampled_from(["interview", "statement"])),
        date=None if year is None else str(year),
        years=() if year is None else (year,),
        summary=draw(st.none() | _texts),
        languages=draw(st.sampled_from([(), ("en",), ("de",)])),
        places=tuple(draw(st.sets(st.sampled_from(PLACES), max_size=2).map(sorted))),
        subjects=tuple(draw(st.sets(st.sampled_from(SUBJECTS), max_size=2).map(sorted))),
        rights=draw(st.none() | _texts),
        description=draw(st.sampled_from([(), (("source", "A shelf"),)])),
        people=people,
        published_at=draw(st.sampled_from([NOW, NOW, NOW, NOW, None])) and NOW - (9 - number) * DAY,
        recordings=recordings,
        transcripts=transcripts,
        chapters=draw(_chapters(ids, tapes)),
        clips=draw(_clips(ids, transcripts)),
    )
    opened = draw(st.integers(0, 9)) > 0
    statements = draw(st.lists(said(bare), min_size=1, max_size=4))
    first = (Statement("public", ends_at=draw(st.none() | _moments)),) if opened else ()
    return replace(bare, statements=(*first, *statements))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Random archives."""
    collections = tuple(
        Collection(
            f"collection-{number}",
            f"Reports {number}",
            draw(st.none() | _texts),
            draw(st.sampled_from([None, "A library"])),
            draw(st.sampled_from(["open", "open", "listen", "staff"])),
        )
        for number in range(draw(st.integers(1, 2)))
    )
    count = draw(st.integers(1, 4))
    return World(collections, tuple(draw(_testimonies(number, collections)) for number in range(count)))
