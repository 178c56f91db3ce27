"""A collection's page: what it is, and its newest testimonies."""

from collections.abc import Sequence
from dataclasses import dataclass

from archive.models import Collection
from archive.reading import Reading
from schemas.query import Filters
from search.find import describe
from web import urls
from web.views.cards import Card, make_card
from web.wording import Wording

LISTED = 20


@dataclass(frozen=True, slots=True)
class CollectionView:
    """All that the template needs."""

    slug: str
    name: str
    description: str | None
    depositor: str | None
    testimonies: tuple[Card, ...]
    all: str | None
    """Where the whole list is, if there are more than these."""


def view_collection(row: Collection, readings: Sequence[Reading], wording: Wording) -> CollectionView:
    """The page, from one testimony more than is listed."""
    whole = urls.search(filters=Filters(collection=(row.slug,)))
    return CollectionView(
        slug=row.slug,
        name=row.name,
        description=row.description,
        depositor=row.depositor,
        testimonies=tuple(make_card(describe(reading), wording) for reading in readings[:LISTED]),
        all=whole if len(readings) > LISTED else None,
    )
