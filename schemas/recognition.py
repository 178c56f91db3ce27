"""Raw recognition: what an engine heard in one window, kept for ever as it was.

Nothing is taken out: a word in which no voice was found stays, with the reason. All times are integer
milliseconds from the start of the media file. `to_bytes` and `from_bytes` are the stored form: reading and
writing again gives the same bytes.
"""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, NonNegativeInt, PositiveInt, model_validator

LANGUAGE_PATTERN = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
"""BCP 47, as far as its shape goes."""


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class _Timed(_Kept):
    start_ms: NonNegativeInt
    end_ms: NonNegativeInt

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> Self:
        if self.end_ms < self.start_ms:
            raise ValueError(f"ends at {self.end_ms} ms, before its start at {self.start_ms} ms")
        return self


class RecognisedWord(_Timed):
    """One word, its spaces and punctuation included: texts of a segment's words, joined, are its text."""

    text: str
    probability: float = Field(ge=0, le=1)
    dropped: str | None = None
    """Why it is not part of the transcript; None for a word that is."""


class RecognisedSegment(_Timed):
    """A passage as the engine cut it, and what the engine thought of it."""

    words: tuple[RecognisedWord, ...]
    average_log_probability: float | None = None
    no_speech_probability: float | None = None
    temperature: float | None = None
    compression_ratio: float | None = None
    # Both are left out of the stored form where they say nothing: what was stored before keeps its bytes.
    language: str | None = Field(
        default=None, pattern=LANGUAGE_PATTERN, exclude_if=lambda language: language is None
    )
    """BCP 47: the language that this passage was heard in; None: the window's."""
    also_heard: tuple[str, ...] = Field(default=(), exclude_if=lambda languages: not languages)
    """Other languages that were heard around here, where the window's was kept to: a person had given it."""

    @property
    def text(self) -> str:
        """All that was heard, dropped words included."""
        return "".join(word.text for word in self.words)


class Engine(_Kept):
    """What made a recognition: enough to make it again."""

    name: str
    version: str
    model: str
    parameters: dict[str, JsonValue] = Field(default_factory=dict)


class WindowRecognition(_Timed):
    """What an engine heard in one window of a recording."""

    number: PositiveInt
    """The window's place in the recording, from 1."""
    language: str = Field(pattern=LANGUAGE_PATTERN)
    """BCP 47: the language that the engine was told to hear; segments may have their own."""
    language_probability: float | None = Field(default=None, ge=0, le=1)
    """How sure the detection was; None where a person gave the language."""
    engine: Engine
    segments: tuple[RecognisedSegment, ...] = ()

    @property
    def words(self) -> tuple[RecognisedWord, ...]:
        """All words, dropped ones included."""
        return tuple(word for segment in self.segments for word in segment.words)

    def to_bytes(self) -> bytes:
        """The stored form: JSON in UTF-8."""
        return self.model_dump_json().encode()

    @classmethod
    def from_bytes(cls, stored: bytes) -> Self:
        """What `to_bytes` wrote. Raises pydantic's ValidationError for anything else."""
        return cls.model_validate_json(stored)
