"""How to cite a testimony, or a stretch of it, in one sentence."""

from archive.formats import Gettext
from archive.formats.provenance import notice
from archive.formats.timecode import clock, clock_end
from archive.reading import Passage, Reading, Stream


def cite(
    reading: Reading,
    *,
    archive: str,
    address: str,
    stream: Stream | None = None,
    recording: int | None = None,
    start_ms: int | None = None,
    end_ms: int | None = None,
    gettext: Gettext = str,
) -> str:
    """Title. Collection, archive. Identifier. Recording 2, 00:01:23-00:01:40. Address How it was made.

    `recording`, `start_ms` and `end_ms` name the stretch (cited time), `address` is the one that leads there.
    With a `stream`, whose words are quoted, a machine's are named as such.
    """
    times = None
    if start_ms is not None:
        times = clock(start_ms) if end_ms is None else f"{clock(start_ms)}–{clock_end(end_ms)}"
    sentence = compose(reading, archive, address, recording, times, gettext)
    if stream is None:
        return sentence
    quoted = [passage for passage in stream.passages if _is_quoted(passage, recording, start_ms, end_ms)]
    said = notice(stream, quoted, gettext)
    return sentence if said is None else f"{sentence} {said}"


def compose(
    reading: Reading, archive: str, address: str, recording: int | None, times: str | None, gettext: Gettext
) -> str:
    """The sentence, with `times` and `address` as they are given: a page that does not know them yet puts
    marks in their places."""
    parts = [reading.title, f"{reading.collection_name}, {archive}"]
    if reading.accession_number:
        parts.append(gettext("Identifier %(identifier)s") % {"identifier": reading.accession_number})
    place = []
    if recording is not None and (len(reading.recordings) > 1 or recording != 1):
        place.append(gettext("Recording %(number)d") % {"number": recording})
    if times is not None:
        place.append(times)
    if place:
        parts.append(", ".join(place))
    parts.append(address)
    return " ".join(_ended(" ".join(part.split()), address) for part in parts)


def _is_quoted(passage: Passage, recording: int | None, start_ms: int | None, end_ms: int | None) -> bool:
    if recording is not None and passage.recording != recording:
        return False
    if start_ms is None or passage.start_ms is None or passage.end_ms is None:
        return True
    until = start_ms + 1 if end_ms is None else end_ms
    return passage.start_ms < until and start_ms < passage.end_ms


def _ended(part: str, address: str) -> str:
    # An address stays without a full stop: programs that make links of addresses would take it along.
    return part if part.endswith((".", "!", "?", "…")) or part.split()[-1:] == [address] else f"{part}."
