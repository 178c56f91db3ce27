"""What educators copy into a page of their own: the HTML of a frame, in the sizes that there are."""

from dataclasses import dataclass

from archive.reading import Reading
from web.pages import Page
from web.terms import title_of
from web.views.addresses import Address
from web.views.oembed import WIDTH, embed_address, heights_of_lines, is_picture, view_oembed


@dataclass(frozen=True, slots=True)
class EmbedCode:
    """`code` is what is copied without scripts; with them it is made anew for what is chosen."""

    code: str
    title: str
    address: str
    """Of the frame, whole, of what is open."""
    other_address: str
    """Of the first recording from its beginning: for when the reader has gone elsewhere, and to another."""
    width: int
    heights: dict[str, int]
    """By the number of lines that can be chosen; `all` for all the words."""


def view_embed_code(reading: Reading, at: Address, text: str | None, page: Page) -> EmbedCode:
    """The frame of what is open."""
    shown = view_oembed(reading, at, text, page)
    return EmbedCode(
        code=shown.html,
        title=title_of(reading.title, page.wording),
        address=page.absolute(embed_address(reading, at, text)),
        other_address=page.absolute(embed_address(reading, Address(None), text)),
        width=WIDTH,
        heights={"all": shown.height, **heights_of_lines(at, is_picture(reading, at))},
    )
