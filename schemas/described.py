"""What all parts of a description share: the base model, kinds of text, and errors as sentences.

A description comes from an archivist's hand, so everything in it is text, a list or a mapping; each field
reads its own text and says in a whole sentence what it expected. pydantic's own sentences reach nobody.
"""

import difflib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

Location = tuple[str | int, ...]
"""Where in a description: field names and list positions, counted from 0."""

LINE_LENGTH = 1_000
PROSE_LENGTH = 50_000
LIST_LENGTH = 5_000

_MISSING = object()


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that cannot be used: where it stands, and what was expected, as a sentence."""

    location: Location
    sentence: str


class Described(BaseModel):
    """Base of every part of a description: frozen, and refusing what it does not know.

    A field that was left blank counts as not given, but for those that `NEVER_BLANK` names: there, blank may
    be a decision that was meant to be filled in.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=False, validate_by_alias=True)

    NEVER_BLANK: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def field_names(cls) -> tuple[str, ...]:
        """The fields as an archivist writes them, in the order in which they are documented."""
        return tuple(field.alias or name for name, field in cls.model_fields.items())

    @model_validator(mode="before")
    @classmethod
    def _leave_out_blanks(cls, data: Any) -> Any:
        if isinstance(data, cls):
            return data
        if not isinstance(data, Mapping):
            raise refusal(f"expected fields such as {', '.join(cls.field_names()[:3])}", data)
        may_be_blank = set(cls.field_names()) - cls.NEVER_BLANK
        return {
            _key(name): "" if value is None else value
            for name, value in data.items()
            if not (name in may_be_blank and is_blank(value))
        }

    @classmethod
    def read(cls, data: object) -> Self:
        """The part that `data` describes. Raises pydantic's ValidationError: see `problems_of`."""
        return cls.model_validate(data)


def _key(name: object) -> str:
    """The name of a field, fit for pydantic, which gives up on half of a surrogate pair."""
    text = name if isinstance(name, str) else str(name)
    return text.encode("utf-8", "replace").decode("utf-8")


def is_blank(value: object) -> bool:
    """Whether nothing was written."""
    return value is None or (isinstance(value, str) and not value.strip())


def found(value: object) -> str:
    """`value` as it is quoted in a sentence."""
    if is_blank(value):
        return "nothing"
    if isinstance(value, str):
        return f"'{printable(value, 60)}'"
    if isinstance(value, Mapping):
        return "fields"
    if isinstance(value, Sequence):
        return "a list"
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def printable(text: str, limit: int) -> str:
    """`text` on one line of at most `limit` characters, fit for any terminal and log."""
    shown = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text[:limit])
    return shown if len(text) <= limit else f"{shown[: limit - 3]}..."


def refusal(expected: str, value: object = _MISSING, *problems: Problem) -> PydanticCustomError:
    """The error of a field: `expected` as a sentence, with what was found in its place.

    `problems` replace it where one check finds several, each at its own location below the field.
    """
    sentence = expected if value is _MISSING else f"{expected}, found {found(value)}"
    return PydanticCustomError("description", "{sentence}", {"sentence": sentence, "problems": problems})


def nearest(name: str, known: Sequence[str]) -> str | None:
    """The known name that was probably meant."""
    folded = {entry.casefold(): entry for entry in known}
    close = difflib.get_close_matches(name.casefold()[:60], folded, n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def problems_of(
    error: ValidationError, unknown: Callable[[Location], str], missing: Callable[[Location], str]
) -> tuple[Problem, ...]:
    """Everything that pydantic found, in our sentences.

    `unknown` says what to write for a field that does not exist, `missing` for one that is not there.
    """
    return tuple(
        problem
        for details in error.errors(include_url=False)
        for problem in _problems(details, unknown, missing)
    )


def _problems(
    details: ErrorDetails, unknown: Callable[[Location], str], missing: Callable[[Location], str]
) -> Sequence[Problem]:
    location: Location = details["loc"]
    match details["type"]:
        case "description":
            context = details["ctx"]
            inner: Sequence[Problem] = context["problems"]
            return [Problem(location + each.location, each.sentence) for each in inner] or [
                Problem(location, context["sentence"])
            ]
        case "extra_forbidden":
            return [Problem(location, unknown(location))]
        case "missing":
            return [Problem(location, missing(location))]
        case _:
            return [Problem(location, f"{details['msg']}, found {found(details['input'])}")]


def read_line(value: object) -> str:
    """Text of one line; runs of white space become one space."""
    return _checked(value, LINE_LENGTH, lambda text: " ".join(text.split()))


def read_prose(value: object) -> str:
    """Text that may have paragraphs, which are kept."""
    return _checked(value, PROSE_LENGTH, lambda text: text.strip())


def read_list(value: object) -> list[object]:
    """A list; one lone text or one lone set of fields is a list of one."""
    if isinstance(value, str | Mapping | BaseModel):
        return [value]
    if not isinstance(value, Sequence) or len(value) > LIST_LENGTH:
        raise refusal(f"expected a list of at most {LIST_LENGTH} entries", value)
    return list(value)


def read_number(value: object) -> int:
    """A number from 1 on, as recordings have."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{1,4}", value.strip()) or not int(value):
        raise refusal("expected a number from 1 to 9999", value)
    return int(value)


def read_yes(value: object) -> bool:
    """Yes or no."""
    answers = {"yes": True, "true": True, "no": False, "false": False}
    plain = str(value).strip().casefold() if isinstance(value, str | bool) else ""
    if plain not in answers:
        raise refusal("expected yes or no", value)
    return answers[plain]


def _checked(value: object, limit: int, clean: Callable[[str], str]) -> str:
    if not isinstance(value, str) or not (text := clean(value)):
        raise refusal("expected text", value)
    if len(text) > limit:
        raise refusal(f"expected at most {limit} characters, found {len(text)}")
    text = unicodedata.normalize("NFC", text)
    for char in text:
        # Surrogates and control characters come out of escapes ("\u0000"); databases and pages break on them.
        if unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t\r":
            raise refusal(f"expected text without control characters, found U+{ord(char):04X}")
    return text


Line = Annotated[str, BeforeValidator(read_line)]
Prose = Annotated[str, BeforeValidator(read_prose)]
Lines = Annotated[tuple[Line, ...], BeforeValidator(read_list)]
Number = Annotated[int, BeforeValidator(read_number)]
Yes = Annotated[bool, BeforeValidator(read_yes)]
