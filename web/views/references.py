"""References to a testimony, or to the stretch that is open, in the styles and formats of the field."""

from dataclasses import dataclass

from starlette.responses import Response

from archive.errors import NotFound
from archive.formats import bibtex, csl_json, ris
from archive.formats.cited import Cited, cited
from archive.formats.styles import Styled, style_all
from archive.reading import Reading, Stream
from web import urls
from web.dates import describe_date
from web.languages import language_name
from web.pages import Page
from web.views.about import Link
from web.views.addresses import Address
from web.wording import ENGLISH, english

FORMATS = {
    "bib": ("BibTeX", bibtex.write, bibtex.MEDIA_TYPE),
    "ris": ("RIS", ris.write, ris.MEDIA_TYPE),
    "json": ("CSL-JSON", csl_json.write, csl_json.MEDIA_TYPE),
}
"""Ending of a file -> what people call the format, what writes it, its media type."""


@dataclass(frozen=True, slots=True)
class References:
    """Styles to be copied, and files for programs that keep references."""

    styled: tuple[Styled, ...]
    files: tuple[Link, ...]


def view_references(
    reading: Reading, stream: Stream | None, at: Address, page: Page, *, clip_id: str | None = None
) -> References:
    """References to what is open, with the text that is read there; to a clip, where it has an id."""
    place = _place(at)
    text = stream.translated_into if stream else None
    files = {
        extension: urls.clip_reference(clip_id, extension)
        if clip_id
        else urls.reference(reading.id, extension, text=text, **place)
        for extension in FORMATS
    }
    return References(
        styled=style_all(name_source(reading, stream, at, page, clip_id=clip_id)),
        files=tuple(Link(FORMATS[extension][0], address) for extension, address in files.items()),
    )


def name_source(
    reading: Reading, stream: Stream | None, at: Address, page: Page, *, clip_id: str | None = None
) -> Cited:
    """What a reference names."""
    place = _place(at)
    text = stream.translated_into if stream else None
    address = urls.clip(clip_id) if clip_id else urls.testimony(reading.id, text=text, **place)
    return cited(
        reading,
        stream,
        archive=page.site_name,
        address=page.absolute(address),
        # The styles are English, whatever language the page is in.
        date=describe_date(reading.date, english()),
        translation=f"{language_name(text, ENGLISH)} translation" if text else "translation",
        **place,
    )


def write_reference(extension: str, source: Cited, name: str) -> Response:
    """A reference as a file. Raises NotFound where there is no such format."""
    if extension not in FORMATS:
        raise NotFound("no such format")
    _, write, media_type = FORMATS[extension]
    return Response(
        write(source),
        media_type=f"{media_type}; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}.{extension}"'},
    )


def _place(at: Address) -> urls.Place:
    """A recording is named where a moment of it is."""
    return (at if at.moment else Address(None)).place
