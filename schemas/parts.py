"""The parts of a description that come in lists: people, recordings, texts, chapters."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, BeforeValidator, Field, model_validator

from schemas.checksums import Promised
from schemas.described import Described, Line, Lines, Number, Prose, Yes, read_list, refusal
from schemas.languages import Language
from schemas.times import Milliseconds, Shift

ROLES = (
    "interviewee",
    "interviewer",
    "speaker",
    "narrator",
    "translator",
    "interpreter",
    "camera operator",
    "sound recordist",
    "producer",
    "transcriber",
)
"""The usual roles; others may be given."""


def read_role(value: object) -> str:
    """A role in lower-case words. One that is almost a usual role is taken for a slip and refused."""
    plain = " ".join(value.casefold().replace("_", " ").split()) if isinstance(value, str) else ""
    if not re.fullmatch(r"[^\W\d_]+(?:[ '-][^\W\d_]+)*", plain) or len(plain) > 60:
        raise refusal("expected a role in a few words, such as interviewee or camera operator", value)
    hyphenless = plain.replace("-", " ")
    if hyphenless in ROLES:
        return hyphenless
    meant = [role for role in ROLES if role != plain and _slips(plain, role) <= 1]
    if meant and plain not in ROLES:
        raise refusal(f"expected a role (did you mean {' or '.join(meant)}?)", value)
    return plain


def read_identifier(value: object) -> str:
    """A key without white space: a number in a register, an authority file's address."""
    plain = value.strip() if isinstance(value, str) else ""
    if not re.fullmatch(r"[^\s\x00-\x1f\x7f\ud800-\udfff]{1,200}", plain):
        raise refusal("expected an identifier without spaces, such as P-17", value)
    return unicodedata.normalize("NFC", plain)


def read_file_name(value: object) -> str:
    """The name of a file that lies beside the description."""
    plain = value.strip() if isinstance(value, str) else ""
    if (
        not plain
        or len(plain) > 255
        or re.search(r"[/\\\x00-\x1f\ud800-\udfff]", plain)
        or plain in (".", "..")
    ):
        raise refusal("expected the name of a file that lies beside this one, without a folder", value)
    return unicodedata.normalize("NFC", plain)


class Person(Described):
    """A person's part in a testimony."""

    id: Annotated[str, BeforeValidator(read_identifier)] | None = Field(
        default=None, description="the same for the same person in every testimony"
    )
    role: Annotated[str, BeforeValidator(read_role)] = Field(
        description="what they did: interviewee, interviewer, translator, ..."
    )
    names: Lines = Field(default=(), description="all names they had; never shown to the public")
    published_name: Line | None = Field(default=None, description="the only form that the public sees")


FileName = Annotated[str, BeforeValidator(read_file_name)]


class DescribedRecording(Described):
    """One file of a testimony of several; `number` None: its place in the list. With `transfer`, it is a
    later, better transfer of the recording of that number, and takes the place of the file before it."""

    file: FileName = Field(description="name of the file")
    number: Number | None = Field(default=None, description="number of the tape or session, for ever")
    transfer: Yes = Field(
        default=False, description="yes: another, better transfer of the recording of this number"
    )
    checksum: Promised | None = Field(default=None, description="SHA-512 or SHA-256 of the file")
    language: Language | None = Field(default=None, description="language spoken in it (BCP 47)")
    offset_ms: Shift = Field(
        default=0, alias="offset", description="what to add to cited time for time in this file"
    )


class TextRecording(Described):
    """A recording that a text runs over, and where it begins on the text's own time line."""

    number: Number = Field(description="number of the recording")
    from_ms: Milliseconds | None = Field(
        default=None, alias="from", description="where it begins on the time line of the text"
    )

    @model_validator(mode="before")
    @classmethod
    def _take_number(cls, data: Any) -> Any:
        """`2` alone is that number."""
        return data if isinstance(data, BaseModel | Mapping) else {"number": data}


class DescribedText(Described):
    """A text that somebody made, in a file of its own. `recordings` empty: all that there are, or none."""

    file: FileName = Field(description="name of the file: WebVTT (.vtt) or plain text (.txt)")
    author: Line | None = Field(default=None, description="who made it")
    language: Language | None = Field(default=None, description="language that it is written in (BCP 47)")
    translation: Yes | None = Field(
        default=None, description="whether it is a translation, or else what is said"
    )
    recordings: Annotated[tuple[TextRecording, ...], BeforeValidator(read_list)] = Field(
        default=(), description="the recordings that it runs over, in its order"
    )


class DescribedChapter(Described):
    """A titled stretch; `end_ms` None: not said."""

    NEVER_BLANK: ClassVar[frozenset[str]] = frozenset({"recording", "start"})

    title: Line = Field(description="what it is called")
    recording: Number = Field(
        default=1, description="number of the recording; needed where there are several"
    )
    start_ms: Milliseconds = Field(alias="start", description="where it begins, such as 1m23s")
    end_ms: Milliseconds | None = Field(default=None, alias="end", description="where it ends")
    synopsis: Prose | None = Field(default=None, description="what is told in it")
    keywords: Lines = Field(default=(), description="what it is about")
    places: Lines = Field(default=(), description="places it speaks of")

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.end_ms is not None and self.end_ms <= self.start_ms:
            raise refusal("expected a chapter that begins before it ends")
        return self


People = Annotated[tuple[Person, ...], BeforeValidator(read_list)]
Recordings = Annotated[tuple[DescribedRecording, ...], BeforeValidator(read_list)]
Texts = Annotated[tuple[DescribedText, ...], BeforeValidator(read_list)]
Chapters = Annotated[tuple[DescribedChapter, ...], BeforeValidator(read_list)]


def _slips(one: str, other: str) -> int:
    """How many letters two words differ by, counted from both ends; a quick measure for short words."""
    start = next((i for i, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), None)
    if start is None:
        return abs(len(one) - len(other))
    rest, other_rest = one[start:], other[start:]
    end = 0
    while end < min(len(rest), len(other_rest)) and rest[-1 - end] == other_rest[-1 - end]:
        end += 1
    return max(len(rest), len(other_rest)) - end
