"""What oEmbed says of a testimony, or of a stretch of it: a frame with the small player in it."""

import re
from dataclasses import dataclass
from typing import Any, Literal, cast
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree

from markupsafe import Markup

from archive.reading import OpenRecording, Reading
from schemas.oembed import OEmbed
from web import urls
from web.pages import Page
from web.places import AskedPlace, read_place
from web.terms import title_of
from web.views.addresses import Address

WIDTH = 600
_HEIGHTS = {"video": 600, "words": 480, "stretch": 320, "3": 285, "1": 230}
"""Of a frame of WIDTH: with a picture (half as high at most); with all the words; with those of a stretch;
with three lines; with one."""

_BUTTON = 60
"""What a button that plays a moment or stretch takes of the height, where lines are counted."""

_PATH = re.compile(r"/(testimonies|embed|id|clips)/(.+)")


@dataclass(frozen=True, slots=True)
class Named:
    """What an address of ours leads to."""

    name: str
    """The public id of a testimony or clip, or an accession number."""
    kind: Literal["testimonies", "embed", "id", "clips"]
    """What comes before it in the address."""
    place: AskedPlace


def read_address(address: str, origin: str) -> Named | None:
    """An address of a testimony, in any of its forms; None where it is none of ours."""
    try:
        parts, ours = urlsplit(address), urlsplit(origin)
    except ValueError:
        return None
    path = parts.path.removeprefix(ours.path)
    found = _PATH.fullmatch(path)
    if (
        parts.scheme not in ("http", "https")
        or parts.netloc.casefold() != ours.netloc.casefold()
        or not found
    ):
        return None
    given = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    fragment = {name: values[-1] for name, values in parse_qs(parts.fragment).items()}
    known, name = found[1], unquote(found[2])
    if known != "id" and "/" in name:
        return None
    place = read_place(
        given.get("r"),
        fragment.get("t") or given.get("t"),
        given.get("start"),
        given.get("end"),
        given.get("text"),
    )
    return Named(name, cast(Any, known), place)


def view_oembed(
    reading: Reading,
    at: Address,
    text: str | None,
    page: Page,
    *,
    max_width: int | None = None,
    max_height: int | None = None,
) -> OEmbed:
    """The answer: no wider and no higher than is asked for, with fewer lines where there is little room."""
    recording = next((each for each in reading.recordings if each.number == at.recording), None)
    picture = is_picture(reading, at)
    width = min(WIDTH, max_width or WIDTH)
    height, lines = _fit(at, picture, max_height)
    title = title_of(reading.title, page.wording)
    address = page.absolute(embed_address(reading, at, text, lines=lines))
    shown = OEmbed(
        type="video" if picture else "rich",
        title=title,
        provider_name=page.site_name,
        provider_url=page.absolute(urls.HOME),
        html=frame(address, title, width, height),
        width=width,
        height=height,
    )
    return shown.model_copy(update=_thumbnail(recording, page)) if recording else shown


def embed_address(reading: Reading, at: Address, text: str | None, *, lines: str | None = None) -> str:
    """The address of the small player at a place of a testimony."""
    return urls.embed(reading.id, text=text, lines=lines, **at.place)


def frame(address: str, title: str, width: int, height: int) -> str:
    """The HTML with which another site frames the player."""
    return str(
        Markup(
            '<iframe src="{}" title="{}" width="{}" height="{}" style="border:0;max-width:100%" '
            'loading="lazy" allow="fullscreen; picture-in-picture" referrerpolicy="no-referrer"></iframe>'
        ).format(address, title, width, height)
    )


def write_xml(answer: OEmbed) -> bytes:
    """The answer as XML (section 2.3.3)."""
    root = ElementTree.Element("oembed")
    for name, value in answer.model_dump(exclude_none=True).items():
        ElementTree.SubElement(root, name).text = str(value)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _fit(at: Address, picture: bool, max_height: int | None) -> tuple[int, str | None]:
    """A height, and how many lines of the words there is room for."""
    stretch = at.moment is not None and at.moment.end_ms is not None
    wanted = _HEIGHTS["video" if picture else "stretch" if stretch else "words"]
    if max_height is None or max_height >= wanted:
        return wanted, None
    heights = heights_of_lines(at, picture)
    if not heights or max_height >= _HEIGHTS["stretch"]:
        return max_height, None
    lines = "3" if max_height >= heights["3"] else "1"
    return min(max_height, heights[lines]), lines


def heights_of_lines(at: Address, picture: bool) -> dict[str, int]:
    """How high a frame is that shows three lines, or one. A picture fills it, whatever stands below."""
    button = _BUTTON if at.moment is not None else 0
    return {} if picture else {lines: _HEIGHTS[lines] + button for lines in ("3", "1")}


def is_picture(reading: Reading, at: Address) -> bool:
    """Whether there is something to see at a place."""
    return any(each.video for each in reading.recordings if each.number == at.recording)


def _thumbnail(recording: OpenRecording, page: Page) -> dict[str, object]:
    if not (recording.poster and recording.width and recording.height):
        return {}
    return {
        "thumbnail_url": page.absolute(urls.poster(recording.id)),
        "thumbnail_width": recording.width,
        "thumbnail_height": recording.height,
    }
