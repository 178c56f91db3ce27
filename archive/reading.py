"""What one viewer may read of one testimony, in plain values: the only form in which a testimony's text
and description reach pages, captions, downloads, the API and the search index.

Made by `archive.queries.readings` from what `archive.access` returned and from nothing else. All times are
integer milliseconds of cited time within a recording; offsets count Unicode code points.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

UNTITLED = "Untitled testimony"
"""What a testimony without a title is called; pages translate it, and nobody searches for it."""


UNKNOWN_LANGUAGE = "und"
"""Of text whose language nobody said and no machine heard."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a passage: `text` stands at `offset` in the passage's text.

    `timed` is false where the source gave times to the whole passage only: start and end are then the
    passage's. Both are None where there is no sound. `probability` is the recogniser's, None for a person's.
    """

    text: str
    offset: int
    start_ms: int | None
    end_ms: int | None
    probability: float | None = None
    timed: bool = True


@dataclass(frozen=True, slots=True)
class Passage:
    """A segment, or the piece of one that is left where a stretch is closed.

    `id` is random for ever (a piece's is derived from its segment's). `gap_before` says that something may
    be missing between the passage before and this one: another recording begins, or a stretch is closed. No
    phrase runs over a gap.
    """

    id: str
    recording: int | None
    start_ms: int | None
    end_ms: int | None
    speaker: str | None
    language: str
    text: str
    words: Sequence[Word]
    machine: bool
    gap_before: bool = False
    engine: str | None = None
    """What made it, where a machine did: `Whisper base (faster-whisper 1.2.1)`."""


@dataclass(frozen=True, slots=True)
class Stream:
    """The shown revision of one transcript, as far as it is open. A phrase stays within one stream."""

    id: str
    kind: str
    """`original` or `translation`."""
    language: str
    """Of a translation; of an original, the one that is heard first."""
    revision: int
    status: str
    """`machine`, `in review` or `reviewed`."""
    author: str | None
    engine: str | None
    """What made the machine-made passages, e.g. `Whisper base (faster-whisper 1.2.1)`; None without any."""
    passages: tuple[Passage, ...]
    made_at: datetime | None = None
    """When the revision came to be."""

    @property
    def machine(self) -> bool:
        """Whether anything that is open was made by a machine, here or in what was not loaded."""
        return self.engine is not None or any(passage.machine for passage in self.passages)

    @property
    def translated_into(self) -> str | None:
        """The language that addresses know a translation by; None for the original."""
        return self.language if self.kind == "translation" else None


@dataclass(frozen=True, slots=True)
class PersonInRole:
    """A person as the public may know them; `name` is the published name, None where there is none."""

    role: str
    name: str | None


@dataclass(frozen=True, slots=True)
class OpenChapter:
    """A chapter whose stretch is open."""

    id: str
    recording: int | None
    start_ms: int | None
    end_ms: int | None
    title: str
    synopsis: str | None
    keywords: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenRecording:
    """A recording of which something is open.

    `media` is whether it can be heard now: `open`, or `being made` while a copy with its closed stretches
    silent is not there yet. `offset_ms`: cited time + offset = time in the file that is played. `closed`
    says which copy that is (`archive.copies`); it is for finding the copy, never for telling. `notices` are
    the closed stretches that the public may read of: start, end (None: the recording's) and the sentence.
    """

    number: int
    id: str
    duration_ms: int
    video: bool
    media_type: str
    media: Literal["open", "being made"]
    poster: bool = False
    waveform: bool = False
    width: int | None = None
    height: int | None = None
    offset_ms: int = 0
    closed: str = ""
    notices: tuple[tuple[int, int | None, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """One testimony as one viewer may see it."""

    id: str
    title: str
    accession_number: str | None
    kind: str
    collection_slug: str
    collection_name: str
    date: str | None
    """EDTF, as described."""
    years: tuple[int, ...]
    """The years that `date` covers, at most 20."""
    languages: tuple[str, ...]
    """BCP 47 tags: the described ones, else those of the original transcript's passages."""
    places: tuple[str, ...]
    subjects: tuple[str, ...]
    summary: str | None
    rights: str | None
    people: tuple[PersonInRole, ...]
    recordings: tuple[OpenRecording, ...]
    streams: tuple[Stream, ...]
    chapters: tuple[OpenChapter, ...] = ()
    description: dict[str, str] = field(default_factory=dict)
    """Further described fields that are shown but not searched: source, contributor, identifier, ..."""
    framed_by: str | None = None
    """Sites that may frame it, a space between; None: all may."""

    @property
    def duration_ms(self) -> int:
        """Length of all open recordings together."""
        return sum(recording.duration_ms for recording in self.recordings)

    @property
    def published_names(self) -> tuple[str, ...]:
        """Published names of the people, in the order of the description."""
        return tuple(person.name for person in self.people if person.name)
