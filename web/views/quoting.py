"""What a reader needs to quote words that they chose in the text: a citation with room for their times, and
which passages may be quoted."""

from dataclasses import dataclass

from archive.formats.citation import compose
from archive.formats.provenance import notice
from archive.reading import Reading, Stream
from web import urls
from web.pages import Page

TIMES = "{times}"
ADDRESS = "{address}"


@dataclass(frozen=True, slots=True)
class Quoting:
    """What the page knows before anything is chosen."""

    citations: dict[int, str]
    """By the recording's number, with `TIMES` and `ADDRESS` where the chosen ones go."""
    address: str
    """Of the text that is read, to which the chosen stretch is added."""
    notice: str
    """Follows the citation where the chosen words are a machine's."""
    machine: bool
    """Whether that holds of all of them; else the passages say it one by one."""
    quotable: frozenset[str]
    """Ids of the passages whose words may be quoted; to all others there is the link alone."""


def view_quoting(reading: Reading, quoted: Reading, stream: Stream | None, page: Page) -> Quoting | None:
    """`quoted` is what the gate opens for quoting. None where there is nothing that has times."""
    if stream is None or all(passage.start_ms is None for passage in stream.passages):
        return None
    numbers = sorted({passage.recording for passage in stream.passages if passage.recording is not None})
    made = [passage for passage in stream.passages if passage.machine]
    gettext = page.wording.gettext
    return Quoting(
        citations={
            number: compose(reading, page.site_name, ADDRESS, number, TIMES, gettext) for number in numbers
        },
        address=page.absolute(urls.testimony(reading.id, text=stream.translated_into)),
        notice=notice(stream, made, gettext) or "",
        machine=bool(made) and (stream.status == "reviewed" or len(made) == len(stream.passages)),
        quotable=frozenset(
            passage.id for other in quoted.streams if other.id == stream.id for passage in other.passages
        ),
    )
