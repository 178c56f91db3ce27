"""The SearchBackend seam: an engine that keeps documents and finds them. Neutral values go in and come out;
no SQL and no engine's dictionary crosses it. What a query means is told by `search.match`; a backend answers
from its index alone, and tests hold it to that.

Two indexes, `public` and `staff`, each named after the version of the analysis and of its own layout: one of
another version isn't searched but rebuilt.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from archive.settings import Settings
from schemas.query import FacetName, IndexName, SearchQuery
from schemas.results import FacetValue
from search.documents import Documents

BEST_PASSAGES = 3
"""So many passages of a testimony are shown in a list of results."""

REORDERED = 200
"""So many testimonies, the best by their own score, are put in the order of their best passages."""


@dataclass(frozen=True, slots=True)
class FoundIds:
    """One testimony that was found: exactly how many of its passages hold a positive part of the query, and
    the ids of the best of them, the best first (most of the words, then score)."""

    testimony: str
    passages: int = 0
    best: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BackendPage:
    """One page of ids. `total` counts testimonies, facets count testimonies; both exactly."""

    total: int
    hits: tuple[FoundIds, ...]
    facets: dict[FacetName, tuple[FacetValue, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contents:
    """What an index holds, to be compared with what was written into it."""

    count: int
    """Documents: testimonies and passages."""
    digest: str
    """SHA-256 of the ids, sorted, each followed by a line feed; a testimony's with `@` and the number of the
    change that it was made from."""

    @classmethod
    def of(cls, ids: Iterable[str], changes: Mapping[str, int]) -> "Contents":
        """Count and digest of these document ids; `changes` are the testimonies among them."""
        lines = sorted(f"{one}@{changes[one]}" if one in changes else one for one in {*ids, *changes})
        digest = hashlib.sha256("".join(f"{line}\n" for line in lines).encode())
        return cls(len(lines), digest.hexdigest())


class Batch(Protocol):
    """Writes that become visible together. A batch that raises has written nothing; of one that could not be
    carried out whole since its engine was killed or cut off, some may be found until the same testimonies are
    written again, which mends it."""

    def replace(self, documents: Documents, written: Collection[str] = ()) -> None:
        """Put these documents in the place of all that the index holds of the testimony. `written` are the
        ids last written for it, for engines that delete by id."""

    def remove(self, testimony: str, written: Collection[str] = ()) -> None:
        """Take a testimony out. Nothing happens where it isn't in."""


class Draft(Protocol):
    """An index that is being made beside the live one. What was committed to it outlives whoever makes it."""

    @property
    def name(self) -> str:
        """The engine's name of it, which it keeps when it becomes the live index. No other draft has or had
        that name."""

    def writing(self) -> AbstractContextManager[Batch]:
        """A batch for the draft, kept for good when the block ends and undone when it raises."""

    def purge(self) -> Collection[str]:
        """As `SearchBackend.purge`, of the draft."""

    def ids(self) -> frozenset[str]:
        """As `SearchBackend.ids`, of the draft."""

    def changes(self) -> Mapping[str, int]:
        """As `SearchBackend.changes`, of the draft."""

    def restart(self) -> None:
        """Throw away what it holds and begin from nothing, under another name."""

    def alone(self) -> AbstractContextManager[None]:
        """Nobody writes the live index while the block lasts: whoever would, waits."""

    def switch(self) -> None:
        """Become the live index, for ever or not at all; the old one is gone then. Only inside of `alone`.
        Raises IndexUnusable where the draft is not whole."""


class SearchBackend(Protocol):
    """What every engine promises. All methods may be called from several threads and processes; every one
    raises SearchUnavailable where its engine is away, and IndexUnusable where the index is missing, damaged
    or of another version, so that it has to be made anew."""

    def search(self, query: SearchQuery) -> BackendPage:
        """One page of the testimonies that match, and the counts of all.

        A query with a positive part gives the best first; any other gives the newest first. A commit made by
        another process is seen by the next search.
        """

    def check(self, index: IndexName) -> None:
        """Return if the index is whole and can be searched and written, else raise as above, saying why."""

    def live(self, index: IndexName) -> str:
        """The engine's name of the live index, as its draft was called."""

    def writing(self, index: IndexName) -> AbstractContextManager[Batch]:
        """A batch for the live index, committed when the block ends and undone when it raises.

        Waits while another process writes, and says so. Never makes an index: one that is missing would then
        be taken for whole.
        """

    def drafting(self, index: IndexName) -> AbstractContextManager[Draft]:
        """Make an index beside the live one, which goes on being searched and written: the draft that was
        left half made, if it is whole and of this version, else an empty one.

        It stays when the block ends, unless it was switched to. Raises SearchUnavailable where another
        process makes the same index, as soon as that is seen to live: at once or within seconds.
        """

    def has_draft(self, index: IndexName) -> bool:
        """Whether an index is half made, by a process that is at it or by one that died."""

    def purge(self, index: IndexName) -> Collection[str]:
        """Leave nothing of what was removed or replaced in the index's files, dictionary of words included;
        called after a closing, until it returns nothing.

        Returns the testimonies that have to be written again before the engine can let go of what lies
        beside them: all at once or some at a time, each time fewer.
        """

    def ids(self, index: IndexName) -> frozenset[str]:
        """Ids of all the documents in the index, testimonies' and passages'."""

    def changes(self, index: IndexName) -> Mapping[str, int]:
        """The testimonies in the index, each with the number of the change that it was made from."""

    def close(self) -> None:
        """Let go of files and connections. A closed backend may be used again."""


def create_backend(settings: Settings) -> SearchBackend:
    """The engine that the settings choose."""
    if settings.search == "elasticsearch":
        from search.elasticsearch_backend import ElasticsearchBackend

        return ElasticsearchBackend(settings)
    from search.tantivy_backend import TantivyBackend

    return TantivyBackend(settings.index_folder)
