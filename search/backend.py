"""The SearchBackend seam: an engine that keeps documents and finds them. Neutral values go in and come out;
no SQL and no engine's dictionary crosses it. What a query means is told by `search.match`; a backend answers
from its index alone, and tests hold it to that.

Two indexes, `public` and `staff`, each named after the version of the analysis and of its own layout: one of
another version isn't searched but rebuilt.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable
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
    digest: str
    """SHA-256 of the ids, sorted, each followed by a line feed."""

    @classmethod
    def of(cls, ids: Iterable[str]) -> "Contents":
        """Count and digest of these document ids."""
        distinct = sorted(set(ids))
        digest = hashlib.sha256("".join(f"{one}\n" for one in distinct).encode())
        return cls(len(distinct), digest.hexdigest())


class Batch(Protocol):
    """Writes that become visible together, or not at all."""

    def replace(self, documents: Documents, written: Collection[str] = ()) -> None:
        """Put these documents in the place of all that the index holds of the testimony. `written` are the
        ids last written for it, for engines that delete by id."""

    def remove(self, testimony: str, written: Collection[str] = ()) -> None:
        """Take a testimony out. Nothing happens where it isn't in."""


class SearchBackend(Protocol):
    """What every engine promises. All methods may be called from several threads and processes; every one
    raises SearchUnavailable where the index is missing, torn, of another version, or its engine away."""

    def search(self, query: SearchQuery) -> BackendPage:
        """One page of the testimonies that match, and the counts of all.

        A query with a positive part gives the best first; any other gives the newest first. A commit made by
        another process is seen by the next search.
        """

    def check(self, index: IndexName) -> None:
        """Return if the index can be searched and written, else raise SearchUnavailable saying why."""

    def writing(self, index: IndexName) -> AbstractContextManager[Batch]:
        """A batch for the live index, committed when the block ends and undone when it raises.

        Waits while another process writes, and says so. Never makes an index: one that is missing would then
        be taken for whole.
        """

    def rebuilding(self, index: IndexName) -> AbstractContextManager[Batch]:
        """A batch for a new, empty index beside the live one, which goes on being searched; when the block
        ends the new one is live and the old one gone, when it raises nothing has changed. Nobody else writes
        meanwhile (`writing` waits)."""

    def purge(self, index: IndexName, everything: Callable[[], Iterable[Documents]]) -> None:
        """Leave nothing of what was removed or replaced in the index's files, dictionary of words included.

        Called after a closing. `everything` gives all the documents that the index is to hold, for engines
        that can forget by a rebuild only.
        """

    def ids(self, index: IndexName) -> frozenset[str]:
        """Ids of all the documents in the index, testimonies' and passages'."""

    def close(self) -> None:
        """Let go of files and connections. A closed backend may be used again."""


def create_backend(settings: Settings) -> SearchBackend:
    """The engine that the settings choose."""
    from search.tantivy_backend import TantivyBackend

    return TantivyBackend(settings.index_folder)
