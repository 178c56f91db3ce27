"""The first page."""

from itertools import islice

from starlette.responses import Response

from archive.queries.collections import open_collections, open_testimonies
from web.dependencies import Now, ThePage, TheSession, TheViewer
from web.routing import page_router
from web.views.home import SUGGESTED_FROM, view_home

router = page_router()


@router.get("/")
def home(session: TheSession, viewer: TheViewer, now: Now, page: ThePage) -> Response:
    """What this is, a search box, collections, newest testimonies."""
    newest = list(islice(open_testimonies(session, viewer, now), SUGGESTED_FROM))
    collections = open_collections(session, viewer, now) if newest else []
    return page.render("home.html", {"view": view_home(collections, newest, page.wording)})
