"""Writing to both indexes what changed in the archive."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from schemas.query import INDEXES, IndexName
from search.backend import Batch, SearchBackend
from search.documents import Documents


@dataclass(frozen=True, slots=True)
class Change:
    """A testimony as it is to stand in each index from now on; None: not at all.

    `written` are the ids last written for it to each index, as the database remembers them.
    """

    testimony: str
    public: Documents | None
    staff: Documents | None
    written: Mapping[IndexName, Collection[str]] = field(default_factory=dict)

    def documents(self, index: IndexName) -> Documents | None:
        """What one of the indexes is to hold."""
        return self.public if index == "public" else self.staff


Written = dict[IndexName, frozenset[str]]
"""Ids of all documents of a testimony in each index."""


def apply(backend: SearchBackend, changes: Iterable[Change]) -> dict[str, Written]:
    """Write changes, and return for each testimony what the indexes now hold of it.

    One commit an index, the public one first: what was closed is out of it before anything else happens. Who
    calls records what is returned, and only then ticks the changes off; a crash in between means that they
    are written once more. Raises SearchUnavailable, after which both, one or none of the indexes may hold
    them.
    """
    listed = list(changes)
    written: dict[str, Written] = {change.testimony: {} for change in listed}
    if not listed:
        return written
    for index in INDEXES:
        with backend.writing(index) as batch:
            for change in listed:
                written[change.testimony][index] = _write(batch, change, index)
    return written


def _write(batch: Batch, change: Change, index: IndexName) -> frozenset[str]:
    documents = change.documents(index)
    known = change.written.get(index, ())
    if documents is None:
        batch.remove(change.testimony, known)
        return frozenset()
    if documents.testimony.id != change.testimony:
        raise ValueError(f"documents of {documents.testimony.id} given for {change.testimony}")
    batch.replace(documents, known)
    return documents.ids


def rebuild(
    backend: SearchBackend, index: IndexName, everything: Iterable[Documents]
) -> dict[str, frozenset[str]]:
    """Build an index anew beside the live one and switch, and return the ids written by testimony. Search
    goes on meanwhile, on the old one."""
    written: dict[str, frozenset[str]] = {}
    with backend.rebuilding(index) as batch:
        for documents in everything:
            batch.replace(documents)
            written[documents.testimony.id] = documents.ids
    return written
