"""What everybody can expect of the site, and what of that is tested."""

from starlette.responses import Response

from web import urls
from web.dependencies import ThePage
from web.routing import page_router

router = page_router()


@router.get(urls.STATEMENT)
def statement(page: ThePage) -> Response:
    """The accessibility statement: the same for every archive."""
    return page.render("statement.html", {})
