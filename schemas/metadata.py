"""The description of one testimony as an archivist writes it beside the media (docs/metadata.md)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal, Self, get_args

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from schemas.access import LEVELS, Access, Statement
from schemas.checksums import Promised
from schemas.dates import Day, Edtf, years_covered
from schemas.described import (
    Described,
    Line,
    Lines,
    Location,
    Problem,
    Prose,
    found,
    nearest,
    problems_of,
    refusal,
)
from schemas.languages import Languages
from schemas.parts import Chapters, DescribedChapter, DescribedRecording, People, Person, Recordings

Kind = Literal["testimony", "interview", "conversation", "statement", "speech", "court testimony", "reading"]

KINDS: tuple[Kind, ...] = get_args(Kind)
"""What kind of account it is; `testimony`, the default, says nothing more closely."""


def read_kind(value: object) -> str:
    """One of KINDS."""
    plain = " ".join(value.casefold().replace("-", " ").split()) if isinstance(value, str) else ""
    if plain not in KINDS:
        raise refusal(f"expected one of {', '.join(KINDS)}", value)
    return plain


class TestimonyMetadata(Described):
    """One testimony's description. All of it is optional; what is not said is not made up."""

    __test__: ClassVar[bool] = False  # pytest would take it for a test by its name

    NEVER_BLANK: ClassVar[frozenset[str]] = frozenset({"access", "embargo"})

    accession_number: Line | None = Field(default=None, description="the archive's own number, unique in it")
    title: Line | None = Field(default=None, description="title")
    kind: Annotated[Kind, BeforeValidator(read_kind)] = Field(
        default="testimony", description="kind of account"
    )
    collection: Line | None = Field(default=None, description="name of the collection it belongs to")
    people: People = Field(default=(), description="who took part, in the order to be shown")
    date: Edtf | None = Field(default=None, description="when it was given (EDTF)")
    places: Lines = Field(default=(), description="places it speaks of")
    languages: Languages = Field(default=(), description="languages spoken in it (BCP 47)")
    summary: Prose | None = Field(default=None, description="what is told, in a few sentences")
    subjects: Lines = Field(default=(), description="subject headings")
    content_warning: Prose | None = Field(default=None, description="what listeners should know before")
    rights: Prose | None = Field(default=None, description="who holds rights, and what is allowed")
    source: Prose | None = Field(default=None, description="where it comes from")
    publisher: Line | None = Field(default=None, description="who published it before")
    contributors: Lines = Field(default=(), description="institutions and others who helped")
    relations: Lines = Field(default=(), description="related works, by title or address")
    identifiers: Lines = Field(default=(), description="other numbers and addresses it is known by")
    transcript_author: Line | None = Field(default=None, description="who made the captions beside the media")
    access: Access = Field(default=(), description="a level, or statements")
    embargo: Day | None = Field(default=None, description="first day on which it is public")
    recordings: Recordings = Field(default=(), description="its files, where they are several")
    checksum: Promised | None = Field(default=None, description="of the only file: SHA-512 or SHA-256")
    chapters: Chapters = Field(default=(), description="titled stretches")

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        problems = [*_recording_problems(self), *_access_problems(self)]
        if problems:
            raise refusal("expected fields that agree", "", *problems)
        return self

    @property
    def years(self) -> tuple[int, ...]:
        """The years that `date` covers, at most 20."""
        return years_covered(self.date)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The recordings' numbers, in the order of `recordings`; without these, there is one, number 1."""
        given = (recording.number or place for place, recording in enumerate(self.recordings, start=1))
        return tuple(given) or (1,)

    @property
    def statements(self) -> tuple[Statement, ...]:
        """All that is said on access, the embargo included, each stretch with its recording's number."""
        said = []
        for statement in self.access:
            if statement.whole and self.embargo:
                continue
            if not statement.whole and statement.recording is None:
                statement = statement.model_copy(update={"recording": self.numbers[0]})
            said.append(statement)
        if self.embargo:
            public = next((s for s in self.access if s.whole), None) or Statement(level="public")
            said.insert(0, public.model_copy(update={"from_date": self.embargo}))
        return tuple(said)

    @property
    def says_level(self) -> bool:
        """Whether it says who may see the testimony as a whole; without that, it is closed."""
        return any(statement.whole for statement in self.statements)

    @property
    def further(self) -> dict[str, str | list[str]]:
        """Fields that are shown but not searched, by their Dublin Core names."""
        given = {FURTHER[field]: getattr(self, field) for field in FURTHER}
        return {
            name: list(value) if isinstance(value, tuple) else value for name, value in given.items() if value
        }


FURTHER: Mapping[str, str] = {
    "content_warning": "content_warning",
    "source": "source",
    "publisher": "publisher",
    "contributors": "contributor",
    "relations": "relation",
    "identifiers": "identifier",
}
"""Dublin Core names of the fields that are shown but not searched."""


PARTS: Mapping[tuple[str, ...], type[Described]] = {
    (): TestimonyMetadata,
    ("people",): Person,
    ("recordings",): DescribedRecording,
    ("chapters",): DescribedChapter,
    ("access",): Statement,
}
"""Every part of a description, by the field that holds it."""

SYNONYMS: Mapping[str, str] = {
    "abstract": "summary",
    "contributor": "contributors",
    "coverage": "places",
    "creator": "people",
    "description": "summary",
    "files": "recordings",
    "identifier": "accession_number or identifiers",
    "interviewee": "people",
    "interviewer": "people",
    "keywords": "subjects",
    "language": "languages",
    "name": "published_name",
    "place": "places",
    "relation": "relations",
    "subject": "subjects",
    "type": "kind",
}
"""Names that other schemes have for our fields."""


def problems_in(error: ValidationError) -> tuple[Problem, ...]:
    """Everything that kept a description from being read, in sentences for archivists."""
    return problems_of(error, _unknown, _missing)


def _part(location: Location) -> type[Described]:
    return PARTS.get(tuple(step for step in location if isinstance(step, str)), TestimonyMetadata)


def _unknown(location: Location) -> str:
    name, names = str(location[-1]), _part(location[:-1]).field_names()
    meant = SYNONYMS.get(name.casefold())
    if meant is None or meant.split()[0] not in names:
        meant = nearest(name, names)
    if meant:
        return f"expected a field that exists; did you mean {meant}?"
    return f"expected a field that exists: {', '.join(names)}"


def _missing(location: Location) -> str:
    name, part = str(location[-1]), _part(location[:-1])
    described = {field.alias or key: field.description for key, field in part.model_fields.items()}
    return f"expected it to be there: {described[name]}"


def _recording_problems(metadata: TestimonyMetadata) -> Iterator[Problem]:
    recordings, numbers = metadata.recordings, metadata.numbers
    unique: dict[str, list[int | str]] = {"number": [*numbers], "file": [entry.file for entry in recordings]}
    for name, values in unique.items():
        seen: Counter[int | str] = Counter()
        for place, value in enumerate(values):
            seen[value] += 1
            if seen[value] == 2:
                yield Problem(
                    ("recordings", place, name), f"expected each {name} once, found {found(value)} again"
                )
    if metadata.checksum and recordings:
        yield Problem(("checksum",), "expected it beside each file in recordings, where there are recordings")
    told = ", ".join(str(number) for number in numbers)
    for place, chapter in enumerate(metadata.chapters):
        given = "recording" in chapter.model_fields_set
        yield from _number_problems(
            ("chapters", place, "recording"), chapter.recording if given else None, numbers, told, needed=True
        )
    for place, statement in enumerate(metadata.access):
        yield from _number_problems(
            ("access", place, "recording"), statement.recording, numbers, told, needed=not statement.whole
        )


def _number_problems(
    location: Location, number: int | None, numbers: tuple[int, ...], told: str, *, needed: bool
) -> Iterator[Problem]:
    if number is None:
        if needed and len(numbers) > 1:
            yield Problem(location, f"expected the number of a recording: {told}")
    elif number not in numbers:
        yield Problem(location, f"expected the number of a recording: {told}; found {number}")


def _access_problems(metadata: TestimonyMetadata) -> Iterator[Problem]:
    whole = [statement for statement in metadata.access if statement.whole]
    public_alone = (
        len(whole) == 1 and whole[0].level == "public" and not (whole[0].from_date or whole[0].until_date)
    )
    if metadata.embargo and whole and not public_alone:
        yield Problem(
            ("embargo",),
            "expected no level for the whole testimony beside it, since embargo means public from that day; "
            "say both in access, each with from or until",
        )
    # The strictest statement in force wins, so a stretch cannot be more open than the whole.
    always = [LEVELS.index(s.level) for s in whole if not (s.from_date or s.until_date)]
    for place, statement in enumerate(metadata.access):
        if not statement.whole and always and LEVELS.index(statement.level) < max(always):
            yield Problem(
                ("access", place, "level"),
                f"expected a level no more open than that of the whole testimony, {LEVELS[max(always)]}; "
                f"found '{statement.level}'",
            )
