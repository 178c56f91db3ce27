"""What a search answers, as `/api/v1/search` sends it and pages show it (DESIGN section 8)."""

from pydantic import BaseModel, ConfigDict, Field

from schemas.query import FacetName


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FacetValue(_Frozen):
    """How many of the testimonies found have this value. A collection's value is its slug."""

    value: str
    count: int


class SegmentHit(_Frozen):
    """A passage that was found, as it stands in the transcript."""

    id: str
    recording: int | None
    """The recording's number; None where there is no sound."""
    start_ms: int | None
    end_ms: int | None
    play_ms: int | None
    """Where listening starts: the first marked word, else the passage. None where there is no sound."""
    speaker: str | None
    language: str
    text: str
    marks: tuple[tuple[int, int], ...]
    """Found words: [from, to) in `text`, in Unicode code points, in order and apart from one another."""
    machine: bool
    """Made by a machine: say so wherever it is shown."""
    stream: str
    """`original` or `translation`."""


class CollectionName(_Frozen):
    """The collection that a testimony is in."""

    slug: str
    name: str


class FoundTestimony(_Frozen):
    """What a list of results says of a testimony: nothing but what this viewer may see."""

    id: str
    title: str
    identifier: str | None
    """The archive's accession number."""
    kind: str
    collection: CollectionName
    date: str | None
    """EDTF."""
    languages: tuple[str, ...]
    places: tuple[str, ...]
    subjects: tuple[str, ...]
    people: tuple[str, ...]
    """Published names."""
    summary: str | None
    recordings: int
    duration_ms: int


class Hit(_Frozen):
    """One testimony that was found."""

    testimony: FoundTestimony
    passages: int
    """Exactly how many of its passages hold something that was asked for; 0 for a hit by metadata alone."""
    matched: tuple[str, ...]
    """Metadata fields that hold something asked for: title, summary, subjects, places, people."""
    segments: tuple[SegmentHit, ...]
    """The best of the passages, the best first (a pair that a phrase runs over stays together)."""

    @property
    def more(self) -> int:
        """How many passages were found and are not among `segments`."""
        return max(0, self.passages - len(self.segments))


class Total(_Frozen):
    """Exactly how many were found."""

    testimonies: int


class SearchPage(_Frozen):
    """One page of what was found."""

    query: str
    page: int
    size: int
    total: Total
    hits: tuple[Hit, ...]
    facets: dict[FacetName, tuple[FacetValue, ...]] = Field(default_factory=dict)
    """Of each facet the most frequent values and whatever is chosen, counted exactly; each facet is counted
    among what the query and the filters of the other facets leave, so that a second value can be added."""

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return -(-self.total.testimonies // self.size)
