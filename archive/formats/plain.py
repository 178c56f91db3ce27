"""Plain text: a transcript to read, print and quote from, with its heading."""

from archive.formats import Gettext, heading
from archive.formats.provenance import chosen, mark, mixed
from archive.formats.timecode import clock
from archive.reading import Passage, Reading, Stream


def write(
    reading: Reading,
    stream: Stream,
    recording: int | None,
    *,
    archive: str,
    address: str,
    gettext: Gettext = str,
) -> str:
    """A stream as plain text (see `archive.formats`): a line a passage with its time in brackets, under the
    name of its speaker; times are those of the recording, and say where to listen."""
    passages = chosen(stream, recording)
    head = heading.compose(reading, stream, recording, archive=archive, address=address, gettext=gettext)
    marked = mark(gettext) + " " if mixed(passages) else ""
    several = len({passage.recording for passage in passages}) > 1
    lines = head
    before: Passage | None = None
    for passage in passages:
        if several and (before is None or before.recording != passage.recording):
            lines += ["", "", _recording(passage, gettext)]
        if before is None or before.recording != passage.recording or before.speaker != passage.speaker:
            lines.append("")
            if passage.speaker is not None:
                lines.append(f"{' '.join(passage.speaker.split())}:")
        time = f"[{clock(passage.start_ms)}] " if passage.start_ms is not None else ""
        lines.append(f"{time}{marked if passage.machine else ''}{' '.join(passage.text.split())}")
        before = passage
    return "\n".join(lines) + "\n"


def _recording(passage: Passage, gettext: Gettext) -> str:
    if passage.recording is None:
        return gettext("Without a recording")
    return gettext("Recording %(number)d") % {"number": passage.recording}
