"""What `/api/v1` answers beside searches (`schemas.results`): a testimony's description, and every error in
one shape."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PersonAnswer(_Answer):
    """A person's part in a testimony; `name` is the published name, null where there is none."""

    role: str
    name: str | None


class CollectionAnswer(_Answer):
    """The collection that a testimony is in."""

    slug: str
    name: str
    url: str


class RecordingAnswer(_Answer):
    """One recording. `media` and `poster` are addresses, null where there is nothing to play or see now."""

    number: int
    id: str
    media: str | None
    media_type: str
    state: Literal["open", "being made"]
    """Whether it can be heard now."""
    duration_ms: int
    video: bool
    poster: str | None


class TranscriptAnswer(_Answer):
    """One text of a testimony: the revision that is shown, and where it can be taken from."""

    kind: Literal["original", "translation"]
    language: str
    """BCP 47."""
    revision: int
    status: Literal["machine", "in review", "reviewed"]
    author: str | None
    machine: bool
    """Whether any of it was made by a machine."""
    engine: str | None
    downloads: dict[str, str]
    """Address by format; empty where the text is for reading here alone."""


class ChapterAnswer(_Answer):
    """A titled stretch; times are ms within the recording, null where there is no sound."""

    id: str
    recording: int | None
    start_ms: int | None
    end_ms: int | None
    title: str
    synopsis: str | None
    keywords: tuple[str, ...]
    places: tuple[str, ...]


class TestimonyAnswer(_Answer):
    """What the viewer may know of a testimony."""

    __test__ = False  # not a test, whatever its name begins with

    id: str
    url: str
    """The page, for people."""
    title: str
    identifier: str | None
    """The archive's accession number."""
    kind: str
    collection: CollectionAnswer
    date: str | None
    """EDTF."""
    languages: tuple[str, ...]
    places: tuple[str, ...]
    subjects: tuple[str, ...]
    summary: str | None
    rights: str | None
    people: tuple[PersonAnswer, ...]
    description: dict[str, str]
    """Further described fields: source, publisher, ..."""
    citation: str
    duration_ms: int
    recordings: tuple[RecordingAnswer, ...]
    transcripts: tuple[TranscriptAnswer, ...]
    chapters: tuple[ChapterAnswer, ...]


class ErrorDetail(_Answer):
    """What went wrong. `fields` names the parameters that could not be used, each with what was expected."""

    status: int
    code: str
    message: str
    fields: dict[str, str] = Field(default_factory=dict)


class ErrorAnswer(_Answer):
    """The one shape of every error."""

    error: ErrorDetail
