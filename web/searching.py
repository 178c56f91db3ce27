"""A search asked through the site: one function behind the page and the API, so that both give the same."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query
from pydantic import StringConstraints
from sqlalchemy.orm import Session

from archive.access import Viewer
from archive.queries import found, outbox
from schemas.query import MAX_PAGE, MAX_TEXT, MAX_VALUE, MAX_VALUES, Filters, SearchQuery
from schemas.results import SearchPage
from search.backend import SearchBackend
from search.find import ask, find, words_around
from web.dependencies import Now, TheSession, TheViewer

Typed = Annotated[
    str,
    Query(
        max_length=MAX_TEXT,
        description='Words; "phrases"; -without; OR. At most 1,000 characters. Empty: the newest first.',
    ),
]
"""What was typed to be searched for."""

_Values = Annotated[
    tuple[Annotated[str, StringConstraints(max_length=MAX_VALUE)], ...],
    Query(
        max_length=MAX_VALUES,
        description="Repeatable, up to 20 times: or within one facet, and between them.",
    ),
]


def read_query(
    session: TheSession,
    viewer: TheViewer,
    now: Now,
    q: Typed = "",
    page: Annotated[int, Query(ge=1, le=MAX_PAGE, description="Page, from 1.")] = 1,
    size: Annotated[int, Query(ge=1, le=100, description="Testimonies on a page, at most 100.")] = 20,
    collection: _Values = (),
    language: _Values = (),
    place: _Values = (),
    year: _Values = (),
    kind: _Values = (),
) -> SearchQuery:
    """The query of an address. A value that is given empty (a form's untouched field) filters nothing."""
    chosen = {"collection": collection, "language": language, "place": place, "year": year, "kind": kind}
    filters = Filters(**{name: tuple(dict.fromkeys(filter(None, v))) for name, v in chosen.items()})
    return ask(
        q.strip(),
        filters=filters,
        page=page,
        size=size,
        index="staff" if viewer.staff else "public",
        without=outbox.left_out(session, now),
    )


TheQuery = Annotated[SearchQuery, Depends(read_query)]


def find_testimonies(
    query: SearchQuery, backend: SearchBackend, session: Session, viewer: Viewer, now: datetime
) -> SearchPage:
    """What the viewer finds. The index names testimonies and passages; the gate gives their text."""
    return find(query, backend, found.reader(session, viewer, now, around=words_around(query)))
