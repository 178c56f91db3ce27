"""What a reader needs to quote words that they chose in the text: a citation with room for their times, and
which passages may be quoted."""

from collections.abc import Sequence
from dataclasses import dataclass

from archive.formats.citation import compose
from archive.formats.provenance import notice
from archive.quotation import LONGEST_MS, settle
from archive.reading import Passage, Reading, Stream
from web import urls
from web.pages import Page
from web.views.addresses import Address

TIMES = "{times}"
ADDRESS = "{address}"


@dataclass(frozen=True, slots=True)
class Quoting:
    """What the page knows before anything is chosen."""

    citations: dict[int, str]
    """By the recording's number, with `TIMES` and `ADDRESS` where the chosen ones go."""
    address: str
    """Of the text that is read, to which the chosen stretch is added."""
    new_clip: str | None
    """Where a clip is made, to which the chosen stretch is added; None where readers make none."""
    new_clip_here: str | None
    """Where one is made of the stretch that is open, where its words may be quoted."""
    notice: str
    """Follows the citation where the chosen words are a machine's."""
    machine: bool
    """Whether that holds of all of them; else the passages say it one by one."""
    quotable: frozenset[str]
    """Ids of the passages whose words may be quoted; to all others there is the link alone."""


def view_quoting(
    reading: Reading, quoted: Reading, stream: Stream | None, at: Address, page: Page
) -> Quoting | None:
    """`quoted` is what the gate opens for quoting. None where there is nothing that has times."""
    if stream is None or all(passage.start_ms is None for passage in stream.passages):
        return None
    numbers = sorted({passage.recording for passage in stream.passages if passage.recording is not None})
    made = [passage for passage in stream.passages if passage.machine]
    may_quote = next((other.passages for other in quoted.streams if other.id == stream.id), ())
    gettext = page.wording.gettext
    return Quoting(
        citations={
            number: compose(reading, page.site_name, ADDRESS, number, TIMES, gettext) for number in numbers
        },
        address=page.absolute(urls.testimony(reading.id, text=stream.translated_into)),
        new_clip=urls.new_clip(reading.id, text=stream.translated_into) if page.clips else None,
        new_clip_here=urls.new_clip(reading.id, text=stream.translated_into, **at.place)
        if page.clips and _can_be_clipped(may_quote, at)
        else None,
        notice=notice(stream, made, gettext) or "",
        machine=bool(made) and (stream.status == "reviewed" or len(made) == len(stream.passages)),
        quotable=frozenset(passage.id for passage in may_quote),
    )


def _can_be_clipped(passages: Sequence[Passage], at: Address) -> bool:
    moment = at.moment
    if moment is None or moment.end_ms is None or at.recording is None:
        return False
    if moment.end_ms - moment.start_ms > LONGEST_MS:
        return False
    found = settle(passages, at.recording, moment.start_ms, moment.end_ms, longest_ms=LONGEST_MS)
    return found is not None and found.end_ms - found.start_ms <= LONGEST_MS
