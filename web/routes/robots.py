"""What crawlers may read."""

from starlette.responses import PlainTextResponse

from web import urls
from web.dependencies import ThePage
from web.routing import page_router

router = page_router()

# Every combination of facets is an address: a crawler would never end, and find nothing that the testimonies'
# own pages do not say. Recordings are listened to, not collected; a still goes with a link to its film.
_ROBOTS = """User-agent: *
Disallow: /search
Disallow: /api/
Allow: /recordings/*/poster
Disallow: /recordings/

Sitemap: """


@router.get("/robots.txt")
def robots(page: ThePage) -> PlainTextResponse:
    """Search results and facets are not for crawlers; all that is, the sitemap lists."""
    return PlainTextResponse(f"{_ROBOTS}{page.absolute(urls.SITEMAP)}\n")
