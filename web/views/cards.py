"""A testimony as one entry of a list: what it is called, and a line on it."""

from dataclasses import dataclass

from schemas.results import FoundTestimony
from web import urls
from web.dates import describe_date
from web.durations import describe_duration
from web.excerpts import shorten
from web.languages import language_name
from web.terms import kind_name, title_of
from web.wording import Wording


@dataclass(frozen=True, slots=True)
class Card:
    """One entry."""

    title: str
    address: str
    byline: tuple[str, ...]
    summary: str | None


def make_card(
    testimony: FoundTestimony, wording: Wording, *, query: str = "", text: str | None = None
) -> Card:
    """The card of a testimony; `query` goes along in its address, so that its page marks what was found, and
    `text`, where that is a translation."""
    return Card(
        title=title_of(testimony.title, wording),
        address=urls.testimony(testimony.id, query=query, text=text),
        byline=describe_testimony(testimony, wording),
        summary=shorten(testimony.summary) if testimony.summary else None,
    )


def describe_testimony(testimony: FoundTestimony, wording: Wording) -> tuple[str, ...]:
    """`Interview`, `1996`, `German`, `2 h 14 min`: what is known of these, in this order."""
    parts = [
        kind_name(testimony.kind, wording) if testimony.kind != "testimony" else "",
        describe_date(testimony.date, wording),
        ", ".join(language_name(tag, wording.language) for tag in testimony.languages),
        describe_duration(testimony.duration_ms, wording) if testimony.duration_ms else "",
    ]
    return tuple(part for part in parts if part)
