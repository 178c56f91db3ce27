"""Archives as plain values: what lies in one, and what was said on who may see it.

A `World` is built on disk by `tests.gate.building`, and its twin, in which what is closed never was, is
made from it by `tests.gate.twins`. Ids are given here, so that both have the same.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from archive.identifiers import piece_id

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
