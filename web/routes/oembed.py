"""oEmbed 1.0: another site asks how a page of ours is shown in its own."""

from typing import Annotated

from fastapi import Query
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from archive.errors import NotFound
from web.dependencies import Now, ThePage, TheSession, TheViewer
from web.moments import Moment
from web.opening import find_by_accession, find_testimony, open_clip, open_testimony
from web.places import AskedPlace
from web.routing import page_router
from web.security import SHARED_WITH_SCRIPTS
from web.views.addresses import locate
from web.views.oembed import read_address, view_oembed, write_xml

router = page_router()

Size = Annotated[int | None, Query(ge=1, le=100_000, description="CSS pixels.")]


@router.get("/oembed")
def oembed(
    url: str,
    session: TheSession,
    viewer: TheViewer,
    now: Now,
    page: ThePage,
    maxwidth: Size = None,
    maxheight: Size = None,
    format: str = "json",  # noqa: A002 - the name that oEmbed gives it
) -> Response:
    """How to show the testimony, or the stretch of it, that an address of ours leads to."""
    if format not in ("json", "xml"):
        raise HTTPException(501)  # section 2.2
    named = read_address(url, page.origin)
    if named is None:
        raise NotFound("none of our addresses")
    place = named.place
    if named.kind == "clips":
        row, clip = open_clip(session, named.name, viewer, now)
        place = AskedPlace(clip.recording, Moment(clip.start_ms, clip.end_ms), clip.text)
    elif named.kind == "id":
        row = find_by_accession(session, named.name, viewer, now)
    else:
        row = find_testimony(session, named.name, viewer, now)
    reading = open_testimony(session, row, viewer, "embed", now, text=False)
    answer = view_oembed(
        reading, locate(reading, place), place.text, page, max_width=maxwidth, max_height=maxheight
    )
    if format == "xml":
        return Response(write_xml(answer), media_type="text/xml; charset=utf-8", headers=SHARED_WITH_SCRIPTS)
    return JSONResponse(answer.model_dump(exclude_none=True), headers=SHARED_WITH_SCRIPTS)
