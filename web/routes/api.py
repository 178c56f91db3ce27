"""The site for programs: the same queries and the same gate as the pages."""

from typing import Any

from fastapi import Request
from starlette.responses import Response

from schemas.api import ErrorAnswer, TestimonyAnswer
from schemas.results import SearchPage
from web.dependencies import Now, ThePage, TheServices, TheSession, TheViewer
from web.opening import find_testimony, open_for_reading
from web.routing import ReadRouter
from web.searching import TheQuery, find_testimonies
from web.views.api import answer_testimony, list_operations

router = ReadRouter()

_ERRORS: dict[int | str, dict[str, Any]] = {
    "default": {"model": ErrorAnswer, "description": "Something else went wrong."},
    400: {"model": ErrorAnswer, "description": "Part of the address cannot be used."},
    404: {"model": ErrorAnswer, "description": "There is no such testimony, or none that may be seen."},
    503: {"model": ErrorAnswer, "description": "The search is away; everything else goes on."},
}


@router.get("/api/v1/search", responses={status: _ERRORS[status] for status in (400, 503, "default")})
def search(
    query: TheQuery, services: TheServices, session: TheSession, viewer: TheViewer, now: Now
) -> SearchPage:
    """Testimonies that hold what is asked for, best first, each with its best passages."""
    return find_testimonies(query, services.backend, session, viewer, now)


@router.get(
    "/api/v1/testimonies/{testimony_id}", responses={status: _ERRORS[status] for status in (404, "default")}
)
def testimony(
    testimony_id: str, session: TheSession, viewer: TheViewer, now: Now, page: ThePage
) -> TestimonyAnswer:
    """What may be known of a testimony, and the addresses of what can be heard and read."""
    row = find_testimony(session, testimony_id, viewer, now)
    opened = open_for_reading(session, row, viewer, now, notice=True)
    return answer_testimony(opened.read, opened.taken, page)


@router.get("/api/docs", include_in_schema=False)
def docs(request: Request, page: ThePage) -> Response:
    """The operations of the API, in words."""
    return page.render("api.html", {"operations": list_operations(request.app.openapi())})
