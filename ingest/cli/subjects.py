"""What an access statement on the command line is about: a testimony, or which part of it, and when."""

from collections.abc import Callable
from dataclasses import astuple, dataclass
from datetime import UTC, datetime, time
from typing import TypeVar

from pydantic_core import PydanticCustomError

from archive.changes.access import NewStatement
from archive.errors import WrongInput
from archive.models import Chapter, Clip, Testimony, Transcript
from schemas.dates import read_day
from schemas.times import read_time

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options, as they were typed."""

    recording: int | None = None
    start: str | None = None
    end: str | None = None
    transcript: str | None = None
    chapter: str | None = None
    clip: str | None = None
    begins: str | None = None
    ends: str | None = None
    reason: str | None = None
    notice: str | None = None

    @property
    def given(self) -> bool:
        """Whether anything was."""
        return any(value is not None for value in astuple(self))


def read_statement(testimony: Testimony, level: str, wanted: Wanted) -> NewStatement:
    """The statement that is meant. Raises WrongInput where there is no such part, or a time or day that
    cannot be read."""
    subject, subject_id, stretch = _subject(testimony, wanted)
    return NewStatement(
        level=level,
        subject=subject,
        subject_id=subject_id,
        stretch=stretch,
        begins_at=_midnight(wanted.begins),
        ends_at=_midnight(wanted.ends),
        reason=wanted.reason,
        notice=wanted.notice,
    )


def _subject(
    testimony: Testimony, wanted: Wanted
) -> tuple[str, int | None, tuple[int, int, int | None] | None]:
    place = (wanted.recording, wanted.start, wanted.end) != (None, None, None)
    if wanted.clip is not None:
        if place or wanted.transcript is not None or wanted.chapter is not None:
            raise WrongInput("a clip has its own place: give --clip alone")
        return "clip", _find_clip(testimony, wanted.clip).id, None
    if wanted.chapter is not None:
        if place or wanted.transcript is not None:
            raise WrongInput("a chapter has its own place: give --chapter alone")
        return "chapter", _find_chapter(testimony, wanted.chapter).id, None
    stretch = _stretch(testimony, wanted) if place else None
    if wanted.transcript is not None:
        return "transcript", _find_transcript(testimony, wanted.transcript).id, stretch
    if stretch is not None and wanted.start is None and wanted.end is None:
        number = stretch[0]
        return "recording", next(r.id for r in testimony.recordings if r.number == number), None
    return "testimony", None, stretch


def _stretch(testimony: Testimony, wanted: Wanted) -> tuple[int, int, int | None]:
    numbers = [each.number for each in testimony.recordings]
    number = wanted.recording
    if number is None:
        if len(numbers) != 1:
            told = ", ".join(map(str, numbers))
            raise WrongInput(
                f"testimony {testimony.public_id} has the recordings {told}: say which with --recording"
            )
        (number,) = numbers
    if number not in numbers:
        raise WrongInput(f"testimony {testimony.public_id} has no recording {number}")
    start_ms = 0 if wanted.start is None else _read(read_time, wanted.start)
    return number, start_ms, None if wanted.end is None else _read(read_time, wanted.end)


def _find_transcript(testimony: Testimony, wanted: str) -> Transcript:
    found = [
        each
        for each in testimony.transcripts
        if wanted == each.public_id
        or (wanted == "original" and each.kind == "original")
        or (each.kind == "translation" and each.language == wanted)
    ]
    if len(found) != 1:
        names = [each.language or each.public_id for each in testimony.transcripts if each.kind != "original"]
        texts = ", ".join(["original", *names]) if testimony.transcripts else "none"
        raise WrongInput(
            f"testimony {testimony.public_id} has {'no' if not found else 'several'} texts {wanted!r}; "
            f"there is {texts}"
        )
    return found[0]


def _find_chapter(testimony: Testimony, wanted: str) -> Chapter:
    for each in testimony.chapters:
        if wanted in (each.public_id, str(each.position + 1)):
            return each
    count = len(testimony.chapters)
    raise WrongInput(f"testimony {testimony.public_id} has no chapter {wanted!r}; it has {count}")


def _find_clip(testimony: Testimony, wanted: str) -> Clip:
    for each in testimony.clips:
        if each.public_id == wanted:
            return each
    raise WrongInput(f"testimony {testimony.public_id} has no clip {wanted}; `testimony clip` lists them")


def read_moment(typed: str) -> int:
    """A time in ms, from any of the ways in which people write one. Raises WrongInput."""
    return _read(read_time, typed)


def _midnight(day: str | None) -> datetime | None:
    return None if day is None else datetime.combine(_read(read_day, day), time(tzinfo=UTC))


def _read(read: Callable[[object], T], value: str) -> T:
    try:
        return read(value)
    except PydanticCustomError as error:
        raise WrongInput(str(error)) from error
