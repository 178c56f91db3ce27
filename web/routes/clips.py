"""Clips: their pages, references to them, and where readers make them."""

from fastapi import Request, Response
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from archive.changes import clips
from archive.database import reading, writing
from archive.errors import NotFound
from archive.queries.clips import closed_ones
from web import urls
from web.dependencies import Now, ThePage, TheServices, TheSession, TheViewer
from web.moments import Moment
from web.opening import find_testimony, open_clip, open_for_reading, open_testimony
from web.places import ThePlace
from web.routing import page_router
from web.views.addresses import Address, locate
from web.views.clip import view_clip
from web.views.references import name_source, write_reference
from web.views.testimony import shown_stream

router = page_router()

_OURS = ("same-origin", "none")
"""Where a wish for a clip may come from, by Fetch Metadata."""


@router.post(urls.CLIPS)
def make(
    request: Request,
    testimony: str,
    services: TheServices,
    viewer: TheViewer,
    now: Now,
    page: ThePage,
    asked: ThePlace,
) -> Response:
    """Make a clip of a stretch, and lead to it. It says nothing but what was said there: readers give it no
    title."""
    most = services.settings.clips_per_hour
    if most == 0:
        raise NotFound("readers make no clips here")
    if not _is_ours(request, page.origin):
        raise HTTPException(403)
    with reading(services.engine) as session:
        row = find_testimony(session, testimony, viewer, now)
        quoted = open_testimony(session, row, viewer, "quote", now)
        at = locate(quoted, asked)
        if at.recording is None or at.moment is None or at.moment.end_ms is None:
            raise NotFound("no such stretch")
        planned = clips.plan(
            row,
            quoted,
            text=asked.text,
            recording=at.recording,
            start_ms=at.moment.start_ms,
            end_ms=at.moment.end_ms,
        )
        closed = closed_ones(row, viewer, now)
        made = clips.find_same(session, planned, closed)
        known = None if made is None else urls.clip(made.public_id)
    if known is not None:
        return RedirectResponse(known, 303)
    # All that takes long is done: the one who writes keeps all others from writing.
    with writing(services.engine) as changing:
        clips.refuse_too_many(changing, planned.testimony_id, now, most)
        address = urls.clip(clips.make(changing, planned, said_by="a reader", closed=closed).public_id)
    return RedirectResponse(address, 303)


def _is_ours(request: Request, origin: str) -> bool:
    """Whether one of the archive's own pages asks. Browsers of today say where a wish comes from; older ones,
    and all over plain http, say at least its origin."""
    site = request.headers.get("sec-fetch-site")
    said = request.headers.get("origin")
    return site in _OURS if site else said in (None, origin)


@router.get("/clips/{clip_id}")
def clip(clip_id: str, session: TheSession, viewer: TheViewer, now: Now, page: ThePage) -> Response:
    """The words of a clip, as they were quoted and as they stand now, and what was said around them."""
    row, opened = open_clip(session, clip_id, viewer, now)
    read = open_for_reading(session, row, viewer, now).read
    return page.render("clip.html", {"view": view_clip(opened, read, page)})


@router.get("/clips/{clip_id}/reference.{extension}")
def reference(
    clip_id: str, extension: str, session: TheSession, viewer: TheViewer, now: Now, page: ThePage
) -> Response:
    """A reference to a clip, as BibTeX, RIS or CSL-JSON."""
    row, opened = open_clip(session, clip_id, viewer, now)
    read = open_for_reading(session, row, viewer, now).read
    at = Address(opened.recording, Moment(opened.start_ms, opened.end_ms))
    source = name_source(read, shown_stream(read, opened.text), at, page, clip_id=opened.id)
    return write_reference(extension, source, opened.id)
