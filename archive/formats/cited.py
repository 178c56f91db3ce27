"""What a reference names: one model of a testimony, or of a stretch of it, that all styles and formats are
written from."""

from collections.abc import Sequence
from dataclasses import dataclass

from archive.formats.issued import Issued, issued
from archive.formats.timecode import clock, clock_end
from archive.reading import UNTITLED, Reading, Stream

TOLD_BY = ("interviewee", "speaker", "narrator")
"""Roles of those whose account it is."""


@dataclass(frozen=True, slots=True)
class Cited:
    """A testimony as references name it. Names are the published ones, as they were published: which part is
    a family's is nobody's to guess (docs/decisions/names-in-references.md)."""

    key: str
    """The testimony's public id."""
    title: str | None
    """None where it has none, or no other than the name of who tells it."""
    kind: str
    told_by: tuple[str, ...]
    interviewers: tuple[str, ...]
    issued: Issued | None
    date: str
    """The date in words, where it has no parts that a style could print."""
    collection: str
    archive: str
    identifier: str | None
    languages: tuple[str, ...]
    medium: str | None
    """`video recording` or `audio recording`; None of a text alone."""
    transcript: str | None
    """What the text is that is read: `transcript`, `unchecked machine transcript`, `German translation`, ...;
    None without one."""
    recording: int | None
    """The recording's number, where one is meant and it is not clear which."""
    start_ms: int | None
    end_ms: int | None
    address: str

    @property
    def act(self) -> str:
        """What it is, with who asked: `interview by C. D.`, `statement`, `speech`."""
        if not self.interviewers:
            return self.kind
        if self.kind == "conversation":
            return f"conversation with {listed(self.interviewers)}"
        noun = "interview" if self.kind in ("interview", "testimony") else f"{self.kind}, interview"
        return f"{noun} by {listed(self.interviewers)}"

    @property
    def material(self) -> str | None:
        """What it was heard, seen and read in: `video recording and unchecked machine transcript`."""
        return " and ".join(part for part in (self.medium, self.transcript) if part) or None

    @property
    def place(self) -> str | None:
        """Where in the testimony: `recording 2, 00:00:57–00:01:23`."""
        parts = [] if self.recording is None else [f"recording {self.recording}"]
        if self.start_ms is not None:
            parts.append(_times(self.start_ms, self.end_ms))
        return ", ".join(parts) or None


def cited(
    reading: Reading,
    stream: Stream | None,
    *,
    archive: str,
    address: str,
    date: str = "",
    translation: str = "translation",
    recording: int | None = None,
    start_ms: int | None = None,
    end_ms: int | None = None,
) -> Cited:
    """A testimony with the text that is read in it, or a stretch of it (cited time). `address` is the one
    that leads there, `date` the date in words, `translation` what a translation is called."""
    named = [(each.role.casefold(), " ".join(each.name.split())) for each in reading.people if each.name]
    told_by = tuple(name for role, name in named if role in TOLD_BY)
    title = None if reading.title == UNTITLED else " ".join(reading.title.split())
    return Cited(
        key=reading.id,
        title=None if title in (None, "", listed(told_by)) else title,
        kind=reading.kind,
        told_by=told_by,
        interviewers=tuple(name for role, name in named if role == "interviewer"),
        issued=issued(reading.date),
        date=date or reading.date or "",
        collection=" ".join(reading.collection_name.split()),
        archive=" ".join(archive.split()),
        identifier=" ".join(reading.accession_number.split()) if reading.accession_number else None,
        languages=reading.languages,
        medium=_medium(reading, recording),
        transcript=_transcript(stream, translation),
        # Of several that only one is open today is no reason to leave out which it is.
        recording=recording if len(reading.recordings) > 1 or recording != 1 else None,
        start_ms=start_ms,
        end_ms=end_ms,
        address=address,
    )


def capitalised(text: str) -> str:
    """With a capital at the beginning, the rest as it is."""
    return text[:1].upper() + text[1:]


def listed(names: Sequence[str]) -> str:
    """`A`, `A and B`, `A, B, and C`."""
    if len(names) < 3:
        return " and ".join(names)
    return f"{', '.join(names[:-1])}, and {names[-1]}"


def _times(start_ms: int, end_ms: int | None) -> str:
    start = clock(start_ms)
    return start if end_ms is None else f"{start}–{clock_end(end_ms)}"


def _medium(reading: Reading, recording: int | None) -> str | None:
    """Of the recording that is meant, or of all."""
    meant = [each for each in reading.recordings if recording in (None, each.number)]
    if not meant:
        return None
    return "video recording" if any(each.video for each in meant) else "audio recording"


def _transcript(stream: Stream | None, translation: str) -> str | None:
    if stream is None:
        return None
    text = translation if stream.kind == "translation" else "transcript"
    if not stream.machine:
        return text
    made = "partly machine-made" if any(not each.machine for each in stream.passages) else "machine"
    return f"{made} {text}" if stream.status == "reviewed" else f"unchecked {made} {text}"
