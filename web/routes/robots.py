"""What crawlers may read."""

from starlette.responses import PlainTextResponse

from web.routing import page_router

router = page_router()

# Every combination of facets is an address: a crawler would never end, and find nothing that the testimonies'
# own pages do not say. Recordings are listened to, not collected; a still goes with a link to its film.
_ROBOTS = """User-agent: *
Disallow: /search
Disallow: /api/
Allow: /recordings/*/poster
Disallow: /recordings/
"""


@router.get("/robots.txt")
def robots() -> PlainTextResponse:
    """Search results and facets are not for crawlers."""
    return PlainTextResponse(_ROBOTS)
