"""What is asked of the search: typed text read into a tree, filters, a page. No I/O, nothing of any engine.

`search.parse` makes the tree, `search.match` says in plain Python what it means, backends compile it.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

FacetName = Literal["collection", "language", "place", "year", "kind"]

FACETS: tuple[FacetName, ...] = ("collection", "language", "place", "year", "kind")
"""Facets and filters, in the order in which pages and the API show them."""

IndexName = Literal["public", "staff"]
"""`public` physically lacks what is not public; `staff` holds all that is not withdrawn."""

INDEXES: tuple[IndexName, ...] = ("public", "staff")

MAX_PAGE = 10_000

MAX_TEXT = 1_000
"""Code points of a typed query that the site takes."""

MAX_VALUES = 20
"""Values that may be chosen in one facet: each is repeated in every link of a page of results."""

MAX_VALUE = 500
"""Code points of one such value."""

_Chosen = Annotated[tuple[Annotated[str, Field(max_length=MAX_VALUE)], ...], Field(max_length=MAX_VALUES)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Term(_Frozen):
    """One word as it was typed; found in the form typed and in those that share its stem."""

    type: Literal["term"] = "term"
    word: str


class Phrase(_Frozen):
    """Words as they were typed, one after another, each in that very form (but for case and diacritics).

    A phrase of one word finds that form alone.
    """

    type: Literal["phrase"] = "phrase"
    words: tuple[str, ...] = Field(min_length=1)


class And(_Frozen):
    """All parts hold somewhere in the testimony; without parts: true of every testimony."""

    type: Literal["and"] = "and"
    parts: tuple["Node", ...]


class Or(_Frozen):
    """At least one part holds in the testimony; without parts: true of none."""

    type: Literal["or"] = "or"
    parts: tuple["Node", ...]


class Not(_Frozen):
    """The part holds nowhere in the testimony."""

    type: Literal["not"] = "not"
    part: "Node"


Node = Annotated[Term | Phrase | And | Or | Not, Field(discriminator="type")]


class Filters(_Frozen):
    """Chosen facet values: or within one, and between them. An empty tuple filters nothing.

    Collections by slug, languages by BCP 47 tag, years as four digits (or more, or with a minus).
    """

    collection: _Chosen = ()
    language: _Chosen = ()
    place: _Chosen = ()
    year: _Chosen = ()
    kind: _Chosen = ()

    def chosen(self, name: FacetName) -> tuple[str, ...]:
        """The values chosen in one facet."""
        values: tuple[str, ...] = getattr(self, name)
        return values

    @property
    def active(self) -> bool:
        """Whether anything is chosen at all."""
        return any(self.chosen(name) for name in FACETS)


class SearchQuery(_Frozen):
    """One request to the search. Made by `search.find.ask` from what a person typed and chose."""

    text: str = ""
    """As typed, to be shown again; what is searched is `tree`."""
    tree: Node | None = None
    """None lists everything that the filters leave, the newest first."""
    filters: Filters = Filters()
    page: int = Field(default=1, ge=1, le=MAX_PAGE)
    size: int = Field(default=20, ge=1, le=100)
    index: IndexName = "public"
    without: frozenset[str] = frozenset()
    """Testimonies (public ids) that must be neither found nor counted: their closing waits in the outbox."""
    facet_values: int = Field(default=50, ge=0, le=10_000)
    """How many values of each facet are wanted, the most frequent first; chosen ones come in any case."""
