"""References to a testimony, or to the stretch that is open, in the styles and formats of the field."""

from dataclasses import dataclass

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


def view_references(reading: Reading, stream: Stream | None, at: Address, page: Page) -> References:
    """References to what is open, with the text that is read there."""
    place = _place(at)
    text = stream.translated_into if stream else None
    return References(
        styled=style_all(name_source(reading, stream, at, page)),
        files=tuple(
            Link(name, urls.reference(reading.id, extension, text=text, **place))
            for extension, (name, _, _) in FORMATS.items()
        ),
    )


def name_source(reading: Reading, stream: Stream | None, at: Address, page: Page) -> Cited:
    """What a reference names."""
    place = _place(at)
    text = stream.translated_into if stream else None
    return cited(
        reading,
        stream,
        archive=page.site_name,
        address=page.absolute(urls.testimony(reading.id, text=text, **place)),
        # The styles are English, whatever language the page is in.
        date=describe_date(reading.date, english()),
        translation=f"{language_name(text, ENGLISH)} translation" if text else "translation",
        **place,
    )


def _place(at: Address) -> urls.Place:
    """A recording is named where a moment of it is."""
    return (at if at.moment else Address(None)).place
