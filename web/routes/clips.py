"""Clips: their pages, references to them, and where readers make them."""

from fastapi import Request, Response
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from archive.changes import clips
from archive.database import writing
from archive.errors import NotFound
from web import urls
from web.dependencies import Now, ThePage, TheServices, TheSession, TheViewer
from web.moments import Moment
from web.opening import find_testimony, open_clip, open_for_reading
from web.places import ThePlace
from web.routing import page_router
from web.views.addresses import Address, locate
from web.views.clip import view_clip
from web.views.references import name_source, write_reference
from web.views.testimony import shown_stream

router = page_router()

_OURS = ("same-origin", "none", "")
"""Where a wish for a clip may come from, by Fetch Metadata; older browsers say nothing."""


@router.post(urls.CLIPS)
def make(
    request: Request,
    testimony: str,
    services: TheServices,
    viewer: TheViewer,
    now: Now,
    asked: ThePlace,
) -> Response:
    """Make a clip of a stretch, and lead to it. It says nothing but what was said there: readers give it no
    title."""
    if request.headers.get("sec-fetch-site", "") not in _OURS:
        raise HTTPException(403)
    with writing(services.engine) as session:
        row = find_testimony(session, testimony, viewer, now)
        opened = open_for_reading(session, row, viewer, now)
        at = locate(opened.quoted, asked)
        if at.recording is None or at.moment is None or at.moment.end_ms is None:
            raise NotFound("no such stretch")
        clips.refuse_too_many(session, now, services.settings.clips_per_hour)
        made = clips.make(
            session,
            row,
            opened.quoted,
            text=asked.text,
            recording=at.recording,
            start_ms=at.moment.start_ms,
            end_ms=at.moment.end_ms,
            said_by="a reader",
        )
        address = urls.clip(made.public_id)
    return RedirectResponse(address, 303)


@router.get("/clips/{clip_id}")
def clip(clip_id: str, session: TheSession, viewer: TheViewer, now: Now, page: ThePage) -> Response:
    """The words of a clip, as they were quoted and as they stand now, and what was said around them."""
    row, opened = open_clip(session, clip_id, viewer, now)
    reading = open_for_reading(session, row, viewer, now).read
    return page.render("clip.html", {"view": view_clip(opened, reading, page)})


@router.get("/clips/{clip_id}/reference.{extension}")
def reference(
    clip_id: str, extension: str, session: TheSession, viewer: TheViewer, now: Now, page: ThePage
) -> Response:
    """A reference to a clip, as BibTeX, RIS or CSL-JSON."""
    row, opened = open_clip(session, clip_id, viewer, now)
    reading = open_for_reading(session, row, viewer, now).read
    at = Address(opened.recording, Moment(opened.start_ms, opened.end_ms))
    source = name_source(reading, shown_stream(reading, opened.text), at, page, clip_id=opened.id)
    return write_reference(extension, source, opened.id)
