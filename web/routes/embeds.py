"""The one page that other sites may frame. It sets no cookie and remembers nothing."""

from fastapi import Response

from web.dependencies import Now, ThePage, TheSession, TheViewer
from web.opening import find_testimony, open_testimony
from web.places import ThePlace
from web.routing import page_router
from web.security import framed_by
from web.views.addresses import locate
from web.views.embed import COLOURS, LINES, view_embed
from web.views.testimony import shown_stream

router = page_router()


@router.get("/embed/{testimony_id}")
def embed(
    testimony_id: str,
    session: TheSession,
    viewer: TheViewer,
    now: Now,
    page: ThePage,
    asked: ThePlace,
    lines: str | None = None,
    colours: str | None = None,
) -> Response:
    """A player with the words that are spoken: of a recording, or of a stretch of it."""
    row = find_testimony(session, testimony_id, viewer, now)
    reading = open_testimony(session, row, viewer, "embed", now, notice=True)
    at = locate(reading, asked)
    view = view_embed(
        reading,
        shown_stream(reading, asked.text),
        at,
        page,
        # A mistyped wish still shows the words.
        lines=lines if lines in LINES else None,
        colours=colours if colours in COLOURS else None,
    )
    return page.render("embed.html", {"view": view}, headers=framed_by(reading.framed_by))
