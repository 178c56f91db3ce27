"""A testimony's page, and the way to it from an accession number."""

# ruff: noqa: PT028 - a testimony is not a test, whatever its name begins with

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from search.parse import parse
from web import urls
from web.dependencies import Now, ThePage, TheSession, TheViewer
from web.opening import find_by_accession, find_testimony, open_for_reading, open_testimony
from web.places import ThePlace
from web.routing import page_router
from web.searching import Typed
from web.views.testimony import view_testimony

router = page_router()


@router.get("/testimonies/{testimony_id}")
def testimony(
    testimony_id: str,
    request: Request,
    session: TheSession,
    viewer: TheViewer,
    now: Now,
    page: ThePage,
    asked: ThePlace,
    q: Typed = "",
    beside: str | None = None,
) -> Response:
    """Everything that may be seen, heard and read of one testimony."""
    row = find_testimony(session, testimony_id, viewer, now)
    opened = open_for_reading(session, row, viewer, now, notice=True)
    if asked.moment is not None and not asked.outgoing:
        given = request.query_params.multi_items()
        return RedirectResponse(urls.testimony_as_asked(opened.read.id, given, asked.moment.t), 302)
    query = q.strip()
    view = view_testimony(opened, asked, query, parse(query), page, beside=beside)
    return page.render("testimony.html", {"view": view})


@router.get("/id/{accession_number:path}")
def by_accession(
    accession_number: str, request: Request, session: TheSession, viewer: TheViewer, now: Now
) -> Response:
    """To the testimony of an accession number, at the moment that the address names."""
    row = find_by_accession(session, accession_number, viewer, now)
    reading = open_testimony(session, row, viewer, "describe", now, text=False, notice=True)
    query = f"?{request.url.query}" if request.url.query else ""
    # Not for ever: what is open today may be closed tomorrow, and then the number leads nowhere.
    return RedirectResponse(urls.testimony(reading.id) + query, 302)
