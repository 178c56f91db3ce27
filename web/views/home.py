"""The first page: what this is, where to begin, what is new."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from archive.models import Collection
from archive.reading import Reading
from schemas.query import Filters
from search.find import describe
from web import urls
from web.excerpts import shorten
from web.views.cards import Card, make_card
from web.wording import Wording

NEWEST = 4
SUGGESTED_FROM = 60
"""Newest testimonies whose subjects and places are counted for the things to try."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something to try, taken from what is really here."""

    words: str
    address: str


@dataclass(frozen=True, slots=True)
class ShownCollection:
    """A collection as an entry of a list."""

    name: str
    address: str
    description: str | None


@dataclass(frozen=True, slots=True)
class HomeView:
    """All that the template needs. Without testimonies the archive is empty, and the page says what to do."""

    suggestions: tuple[Suggestion, ...]
    collections: tuple[ShownCollection, ...]
    newest: tuple[Card, ...]


def view_home(collections: Sequence[Collection], newest: Sequence[Reading], wording: Wording) -> HomeView:
    """The page, from the collections and the newest testimonies that the viewer may know of."""
    return HomeView(
        suggestions=_suggest(newest),
        collections=tuple(
            ShownCollection(
                row.name,
                urls.collection(row.slug),
                shorten(row.description, 160) if row.description else None,
            )
            for row in collections
        ),
        newest=tuple(make_card(describe(reading), wording) for reading in newest[:NEWEST]),
    )


def _suggest(readings: Sequence[Reading]) -> tuple[Suggestion, ...]:
    """Two subjects and a place that are met most often; of those met equally often, the newest."""
    subjects = Counter(subject for reading in readings for subject in reading.subjects)
    places = Counter(place for reading in readings for place in reading.places)
    asked = [Suggestion(subject, urls.search(_phrase(subject))) for subject, _ in subjects.most_common(2)]
    asked += [
        Suggestion(place, urls.search(filters=Filters(place=(place,)))) for place, _ in places.most_common(1)
    ]
    return tuple(asked)


def _phrase(words: str) -> str:
    return f'"{words}"' if " " in words else words
