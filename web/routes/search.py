"""The page of search results."""

from starlette.responses import Response

from archive.queries.collections import names
from web.dependencies import Now, ThePage, TheServices, TheSession, TheViewer
from web.opening import find_numbered
from web.routing import page_router
from web.searching import TheQuery, find_testimonies
from web.views.search import view_search

router = page_router()


@router.get("/search")
def search(
    query: TheQuery,
    services: TheServices,
    session: TheSession,
    viewer: TheViewer,
    now: Now,
    page: ThePage,
) -> Response:
    """Testimonies, best first, each with its best passages; without a query the newest."""
    found = find_testimonies(query, services.backend, session, viewer, now)
    # A slug that somebody typed may be that of a closed collection, whose name is nobody's business.
    slugs = [value.value for value in found.facets.get("collection", ()) if value.count]
    numbered = None
    if query.text and not found.total.testimonies:
        numbered = find_numbered(session, query.text, viewer, now)
    view = view_search(query, found, names(session, slugs), page.wording, numbered=numbered)
    return page.render("search.html", {"view": view}, headers={"x-robots-tag": "noindex"})
