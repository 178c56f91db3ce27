"""The addresses of one testimony's page: all of them keep what the reader chose, a text and a search."""

from dataclasses import dataclass, replace

from archive.reading import Reading
from web import urls
from web.moments import Moment
from web.places import AskedPlace


@dataclass(frozen=True, slots=True)
class Address:
    """Where the page was opened: a recording, and a moment or stretch of it where one was asked for."""

    recording: int | None
    moment: Moment | None = None

    @property
    def place(self) -> urls.Place:
        """The same in the words of `web.urls`."""
        moment = self.moment
        return urls.Place(
            recording=self.recording,
            start_ms=moment.start_ms if moment else None,
            end_ms=moment.end_ms if moment else None,
        )


@dataclass(frozen=True, slots=True)
class Addresses:
    """Makes every link of a testimony's page that leads to the page itself."""

    testimony_id: str
    query: str = ""
    """What was searched for, marked in the text."""
    text: str | None = None
    """The language of the translation that is read; None: the original."""
    beside: str | None = None
    """Another text that stands beside it."""

    def to(self, recording: int | None = None, moment: Moment | None = None) -> str:
        """The page at a recording and a moment or stretch of it."""
        place = Address(recording, moment).place
        return urls.testimony(
            self.testimony_id, query=self.query, text=self.text, beside=self.beside, **place
        )

    def unmarked(self) -> "Addresses":
        """The same without the search."""
        return replace(self, query="")

    def in_text(self, text: str | None) -> "Addresses":
        """The same in another text, alone."""
        return replace(self, text=text, beside=None)

    def with_beside(self, beside: str | None) -> "Addresses":
        """The same with another text beside it."""
        return replace(self, beside=beside)


def locate(reading: Reading, asked: AskedPlace) -> Address:
    """The recording that was asked for, if it is there; without a wish the first, in which a moment then
    counts only where that is number 1, since that is what a citation without `r` means. A moment after the
    end is none, and a stretch ends with the recording."""
    numbers = {each.number: each for each in reading.recordings}
    wanted, moment = numbers.get(asked.recording or 1), asked.moment
    if wanted is None:
        return Address(next(iter(numbers), None))
    if moment is None or moment.start_ms >= wanted.duration_ms:
        return Address(wanted.number)
    end = None if moment.end_ms is None else min(moment.end_ms, wanted.duration_ms)
    return Address(wanted.number, Moment(moment.start_ms, end))
