"""Access statements as a description makes them: who may see what, from when, until when."""

from typing import Annotated, Any, ClassVar, Literal, Self, get_args

from pydantic import BeforeValidator, Field, model_validator

from schemas.dates import Day
from schemas.described import Described, Line, Number, Prose, nearest, read_list, refusal
from schemas.times import Milliseconds

Level = Literal["public", "registered", "reading room", "restricted", "withdrawn"]

LEVELS: tuple[Level, ...] = get_args(Level)
"""From open to closed. Restricted: staff alone; withdrawn: nobody."""


def read_level(value: object) -> str:
    """A level; capitals, hyphens and underscores make no difference."""
    plain = (
        " ".join(value.casefold().replace("-", " ").replace("_", " ").split())
        if isinstance(value, str)
        else ""
    )
    if plain in LEVELS:
        return plain
    meant = nearest(plain, LEVELS)
    hint = f" (did you mean {meant}?)" if meant else ""
    raise refusal(f"expected public, registered, reading room, restricted or withdrawn{hint}", value)


class Statement(Described):
    """One statement: on the whole testimony, on one recording, or on a stretch of one.

    In force from the beginning of `from_date` until the beginning of `until_date` (None: always, for ever).
    `start_ms` None: from the recording's beginning; `end_ms` None: to its end.
    """

    NEVER_BLANK: ClassVar[frozenset[str]] = frozenset({"level", "recording", "start", "end", "from", "until"})

    level: Annotated[Level, BeforeValidator(read_level)] = Field(
        description="public, registered, reading room, restricted or withdrawn"
    )
    recording: Number | None = Field(default=None, description="number of the recording that it is about")
    start_ms: Milliseconds | None = Field(default=None, alias="start", description="where the stretch begins")
    end_ms: Milliseconds | None = Field(default=None, alias="end", description="where the stretch ends")
    from_date: Day | None = Field(default=None, alias="from", description="first day on which it holds")
    until_date: Day | None = Field(
        default=None, alias="until", description="first day on which it no longer holds"
    )
    reason: Prose | None = Field(default=None, description="why, for staff")
    notice: Prose | None = Field(default=None, description="a sentence that the public may read")
    by: Line | None = Field(default=None, description="who said so")

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.end_ms is not None and self.end_ms <= (self.start_ms or 0):
            raise refusal("expected a stretch that begins before it ends")
        if self.from_date and self.until_date and self.until_date <= self.from_date:
            raise refusal("expected from to be a day before until")
        return self

    @property
    def whole(self) -> bool:
        """Whether it is about the whole testimony."""
        return self.recording is None and self.start_ms is None and self.end_ms is None


def read_access(value: object) -> list[Any]:
    """A level, a statement, or a list of either."""
    statements = read_list(value)
    if not statements:
        raise refusal("expected a level or statements", "")
    return [{"level": each} if isinstance(each, str) else each for each in statements]


Access = Annotated[tuple[Statement, ...], BeforeValidator(read_access)]
