"""Indexes filled, written and asked, for the contract of every SearchBackend."""

from collections.abc import Sequence

from archive.reading import Reading
from schemas.query import INDEXES, IndexName, SearchQuery
from search.backend import Draft, SearchBackend
from search.documents import Documents, make_documents
from search.parse import parse


def documents(reading: Reading, added: int = 1) -> Documents:
    return make_documents(reading, added=added)


def write(backend: SearchBackend, index: IndexName, *readings: Reading) -> None:
    """One batch that replaces these testimonies."""
    with backend.writing(index) as batch:
        for reading in readings:
            batch.replace(documents(reading))


def remove(backend: SearchBackend, *testimonies: str) -> None:
    with backend.writing("public") as batch:
        for testimony in testimonies:
            batch.remove(testimony)


def rebuild(backend: SearchBackend, index: IndexName, *readings: Reading) -> None:
    """A new index with these alone, whatever was half made."""
    with backend.drafting(index) as draft:
        draft.restart()
        draft_more(draft, *readings)
        switch(draft)


def draft_more(draft: Draft, *readings: Reading) -> None:
    with draft.writing() as batch:
        for reading in readings:
            batch.replace(documents(reading))


def switch(draft: Draft) -> None:
    with draft.alone():
        draft.switch()


def fill(backend: SearchBackend, *batches: Sequence[Reading]) -> None:
    """Both indexes from nothing, one commit for each batch (so that there are several segments)."""
    for index in INDEXES:
        rebuild(backend, index)
        added = 0
        for readings in batches:
            with backend.writing(index) as batch:
                for reading in readings:
                    added += 1
                    batch.replace(documents(reading, added))


def found(backend: SearchBackend, text: str, **rest: object) -> list[str]:
    """Ids of the testimonies on the first page, in order."""
    query = SearchQuery(tree=parse(text), **rest)
    return [hit.testimony for hit in backend.search(query).hits]
