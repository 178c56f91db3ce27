"""The page that other sites frame: a player, the words that are spoken, and the way to where they belong."""

from dataclasses import dataclass, replace

from archive.reading import Reading, Stream
from web.pages import Page
from web.terms import short_origin_of, title_of
from web.views.addresses import Address, Addresses
from web.views.players import Player, describe_moment, view_player
from web.views.transcript import ShownPassage, lay_out, overlaps

LINES = ("1", "3")
"""How many lines of the words can be asked for; else all are shown that there is room for."""

COLOURS = ("dark", "light")
"""Else they are as the reader's system has them."""


@dataclass(frozen=True, slots=True)
class EmbedView:
    """All that the template needs."""

    title: str
    collection: str
    context: str
    """The whole address of the testimony's page, at the same place."""
    warning: str | None
    """What listeners should know before, as described."""
    players: tuple[Player, ...]
    at: Address
    opened_at: str | None
    language: str | None
    origin: str | None
    """Said where a machine made the words."""
    number: int | None
    """Of the recording whose words these are."""
    passages: tuple[ShownPassage, ...]
    lines: str | None
    colours: str | None


def view_embed(
    reading: Reading,
    stream: Stream | None,
    at: Address,
    page: Page,
    *,
    lines: str | None = None,
    colours: str | None = None,
) -> EmbedView:
    """One recording, or a stretch of it, and what is said in it; of a testimony without any, its text."""
    shown = None if stream is None else _cut(stream, at)
    addresses = Addresses(reading.id, text=stream.translated_into if stream else None)
    recordings = (each for each in reading.recordings if each.number == at.recording)
    return EmbedView(
        title=title_of(reading.title, page.wording),
        collection=reading.collection_name,
        context=page.absolute(addresses.to(at.recording, at.moment)),
        warning=reading.description.get("content_warning"),
        players=tuple(view_player(each, stream, at, addresses, page.wording) for each in recordings),
        at=at,
        opened_at=describe_moment(reading, at, page.wording),
        language=stream.language if stream else None,
        origin=short_origin_of(shown, page.wording) if shown else None,
        number=at.recording,
        passages=tuple(
            passage
            for section in (lay_out(reading, shown, at, {}, addresses, page.wording) if shown else ())
            for passage in section.passages
        ),
        lines=lines,
        colours=colours,
    )


def _cut(stream: Stream, at: Address) -> Stream:
    """What is said in the recording; of a stretch, the passages that have a part in it."""
    shown = (passage for passage in stream.passages if passage.recording == at.recording)
    moment = at.moment
    if moment is not None and moment.end_ms is not None:
        shown = (passage for passage in shown if overlaps(moment, passage))
    return replace(stream, passages=tuple(shown))
