"""A collection's page."""

from itertools import islice

from starlette.responses import Response

from archive.errors import NotFound
from archive.queries.collections import find, open_testimonies
from web.dependencies import Now, ThePage, TheSession, TheViewer
from web.routing import page_router
from web.views.collection import LISTED, view_collection

router = page_router()


@router.get("/collections/{slug}")
def collection(slug: str, session: TheSession, viewer: TheViewer, now: Now, page: ThePage) -> Response:
    """What a collection is, and its newest testimonies. One without any that the viewer may know of is not
    there."""
    row = find(session, slug, viewer, now)
    if row is None:
        raise NotFound("no such collection")
    readings = list(islice(open_testimonies(session, viewer, now, slug=slug), LISTED + 1))
    if not readings:
        raise NotFound("no such collection")
    return page.render("collection.html", {"view": view_collection(row, readings, page.wording)})
