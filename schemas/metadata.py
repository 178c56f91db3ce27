"""The description of one testimony as an archivist writes it beside the media (docs/metadata.md)."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self, get_args

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from schemas.access import Access, Statement
from schemas.agreement import disagreements
from schemas.checksums import Promised
from schemas.dates import Day, Edtf, years_covered
from schemas.described import (
    Described,
    Line,
    Lines,
    Location,
    Problem,
    Prose,
    nearest,
    problems_of,
    refusal,
)
from schemas.languages import Languages
from schemas.parts import (
    Chapters,
    DescribedChapter,
    DescribedRecording,
    DescribedText,
    People,
    Person,
    Recordings,
    TextRecording,
    Texts,
)

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
    transcript_author: Line | None = Field(default=None, description="who made texts that name nobody")
    access: Access = Field(default=(), description="a level, or statements")
    embargo: Day | None = Field(default=None, description="first day on which it is public")
    recordings: Recordings = Field(default=(), description="its files, where they are several")
    checksum: Promised | None = Field(default=None, description="of the only file: SHA-512 or SHA-256")
    texts: Texts = Field(default=(), description="texts in files of their own")
    chapters: Chapters = Field(default=(), description="titled stretches")

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        problems = list(disagreements(self))
        if problems:
            raise refusal("expected fields that agree", "", *problems)
        return self

    @property
    def years(self) -> tuple[int, ...]:
        """The years that `date` covers, at most 20."""
        return years_covered(self.date)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The number of each of `recordings`; without these, there is at most one recording, number 1.

        A file without a number of its own has its place among those that are no later transfers.
        """
        numbers, place = [], 0
        for recording in self.recordings:
            place += not recording.transfer
            numbers.append(recording.number or place)
        return tuple(numbers) or (1,)

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
    ("texts",): DescribedText,
    ("texts", "recordings"): TextRecording,
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
    "start": "from",
    "transcripts": "texts",
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
