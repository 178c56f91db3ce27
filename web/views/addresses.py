"""The addresses of one testimony's page: all of them keep what the reader chose, a text and a search."""

from dataclasses import dataclass, replace

from web import urls
from web.moments import Moment


@dataclass(frozen=True, slots=True)
class Addresses:
    """Makes every link of a testimony's page that leads to the page itself."""

    testimony_id: str
    query: str = ""
    """What was searched for, marked in the text."""
    text: str | None = None
    """The language of the translation that is read; None: the original."""

    def to(self, recording: int | None = None, moment: Moment | None = None) -> str:
        """The page at a recording and a moment or stretch of it."""
        return urls.testimony(
            self.testimony_id,
            recording=recording,
            start_ms=moment.start_ms if moment else None,
            end_ms=moment.end_ms if moment else None,
            query=self.query,
            text=self.text,
        )

    def unmarked(self) -> "Addresses":
        """The same without the search."""
        return replace(self, query="")

    def in_text(self, text: str | None) -> "Addresses":
        """The same in another text."""
        return replace(self, text=text)
