"""Addresses that testimonies had elsewhere before. Asked last, of whatever no other route answers."""

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from archive.errors import NotFound
from schemas.addresses import normal
from web import urls
from web.dependencies import Now, TheSession, TheViewer
from web.opening import find_old_address
from web.routing import page_router

router = page_router()


@router.get("/{address:path}")
def old_address(request: Request, session: TheSession, viewer: TheViewer, now: Now) -> Response:
    """To where the testimony is now, at the place that the address led to."""
    raw = request.scope.get("raw_path") or request.url.path.encode()
    path, query = normal(raw.decode("latin-1").partition("?")[0]), normal(request.url.query)
    asked = [f"{path}?{query}", path] if query else [path]
    found = next(filter(None, (find_old_address(session, each, viewer, now) for each in asked)), None)
    if found is None:
        raise NotFound("no such address")
    reading, place = found
    address = urls.testimony(
        reading.id, recording=place.recording, start_ms=place.start_ms, end_ms=place.end_ms
    )
    # Not for ever: what is open today may be closed tomorrow, and then the address leads nowhere.
    return RedirectResponse(address, 302)
