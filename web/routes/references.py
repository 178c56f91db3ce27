"""References as files, for programs that keep them."""

from fastapi import Response

from web.dependencies import Now, ThePage, TheSession, TheViewer
from web.opening import find_testimony, open_testimony
from web.places import ThePlace
from web.routing import page_router
from web.views.addresses import locate
from web.views.references import name_source, write_reference
from web.views.testimony import shown_stream

router = page_router()


@router.get("/testimonies/{testimony_id}/reference.{extension}")
def reference(
    testimony_id: str,
    extension: str,
    session: TheSession,
    viewer: TheViewer,
    now: Now,
    page: ThePage,
    asked: ThePlace,
) -> Response:
    """A reference to a testimony, or to a moment or stretch of it, as BibTeX, RIS or CSL-JSON."""
    row = find_testimony(session, testimony_id, viewer, now)
    reading = open_testimony(session, row, viewer, "read", now)
    at = locate(reading, asked)
    return write_reference(
        extension, name_source(reading, shown_stream(reading, asked.text), at, page), reading.id
    )
