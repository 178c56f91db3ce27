"""What there is to be read, for crawlers (sitemaps.org, protocol 0.9)."""

from collections.abc import Iterable
from itertools import islice
from xml.etree import ElementTree

from starlette.responses import Response

from archive.errors import NotFound
from archive.queries.collections import count, open_collections, open_testimonies
from web import urls
from web.dependencies import Now, ThePage, TheSession, TheViewer
from web.pages import Page
from web.routing import page_router

router = page_router()

IN_ONE = 1_000
"""Testimonies in one file: the protocol allows 50,000, but the gate is asked for each."""

_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


@router.get(urls.SITEMAP)
def sitemap(session: TheSession, viewer: TheViewer, now: Now, page: ThePage) -> Response:
    """The pages of a small archive; of a larger one, where they are listed."""
    files = -(-count(session, viewer, now) // IN_ONE)
    if files > 1:
        return _answer("sitemapindex", "sitemap", map(urls.sitemap, range(1, files + 1)), page)
    testimonies = [urls.testimony(each.id) for each in open_testimonies(session, viewer, now)]
    return _answer("urlset", "url", [*_front(session, viewer, now), *testimonies], page)


@router.get("/sitemap-{number}.xml")
def part(number: str, session: TheSession, viewer: TheViewer, now: Now, page: ThePage) -> Response:
    """A part of a larger archive's pages."""
    if not number.isascii() or not number.isdecimal() or len(number) > 6 or int(number) < 1:
        raise NotFound("no such part")
    first = (int(number) - 1) * IN_ONE
    found = islice(open_testimonies(session, viewer, now, skip=first), IN_ONE)
    listed = [urls.testimony(each.id) for each in found]
    if not listed:
        raise NotFound("no such part")
    front = _front(session, viewer, now) if first == 0 else []
    return _answer("urlset", "url", [*front, *listed], page)


def _front(session: TheSession, viewer: TheViewer, now: Now) -> list[str]:
    return [urls.HOME, *(urls.collection(row.slug) for row in open_collections(session, viewer, now))]


def _answer(kind: str, entry: str, addresses: Iterable[str], page: Page) -> Response:
    root = ElementTree.Element(kind, xmlns=_NAMESPACE)
    for address in addresses:
        ElementTree.SubElement(ElementTree.SubElement(root, entry), "loc").text = page.absolute(address)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return Response(written, media_type="application/xml")
