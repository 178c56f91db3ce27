"""WebVTT: captions for browsers, with a heading in notes.

webvtt-py writes the file and refuses what would not be read back; the text is escaped here, since it takes
cue text as it is.
"""

import re
from dataclasses import replace

from webvtt import Caption as VttCaption
from webvtt import WebVTT

from archive.formats import Gettext, heading
from archive.formats.captions import Caption, compose
from archive.formats.cues import Cue, wrap
from archive.formats.timecode import clock, timestamp
from archive.reading import Reading, Stream

_TAG = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")


def write(
    reading: Reading,
    stream: Stream,
    recording: int | None,
    *,
    archive: str,
    address: str,
    gettext: Gettext = str,
    offset_ms: int = 0,
) -> str:
    """A stream as WebVTT (see `archive.formats`).

    `offset_ms` is added to all times: a player's track is in the time of its file, a download in cited time.

    Without a `recording`, recordings follow each other: times run on, and a note and a line say where each
    begins. Speakers are voices (`<v Name>`), machine-made words have the class `machine`, passages in another
    language than the transcript's a `<lang>`.
    """
    head = heading.compose(reading, stream, recording, archive=archive, address=address, gettext=gettext)
    captions = compose(reading, stream, recording, names=False, gettext=gettext)
    if offset_ms:
        captions = [shifted for caption in captions if (shifted := _shift(caption, offset_ms)).end_ms > 0]
    if any(passage.start_ms is None for passage in stream.passages):
        head.append(gettext("Passages without times are not in this file."))
    file = WebVTT(
        captions=[_as_vtt(caption, stream, gettext) for caption in captions],
        header_comments=["\n".join(_note(line) for line in head)],
    )
    return str(file.content)


def _shift(caption: Caption, offset_ms: int) -> Caption:
    start = max(0, caption.start_ms + offset_ms)
    return replace(caption, start_ms=start, end_ms=caption.end_ms + offset_ms)


def _as_vtt(caption: Caption, stream: Stream, gettext: Gettext) -> VttCaption:
    lines = [_escape(line) for line in caption.announcements]
    identifier = None
    if caption.cue is not None:
        lines += _payload(caption.cue, caption.lead, stream.language).split("\n")
        identifier = f"{caption.cue.passage.id}.{caption.cue.part + 1}"
    vtt = VttCaption(timestamp(caption.start_ms), timestamp(caption.end_ms), lines, identifier)
    if caption.opens is not None:
        begins = gettext("Recording %(number)d begins here, at %(time)s.")
        vtt.comments = [_note(begins % {"number": caption.opens, "time": clock(caption.opens_at_ms)})]
    return vtt


def _payload(cue: Cue, lead: str, language: str) -> str:
    passage = cue.passage
    text = "\n".join(_escape(line) for line in wrap(lead + cue.text))
    if passage.language != language and _TAG.fullmatch(passage.language):
        lead = _escape(lead)
        text = f"{lead}<lang {passage.language}>{text.removeprefix(lead)}</lang>"
    made = ".machine" if passage.machine else ""
    if passage.speaker is not None and passage.speaker.strip():
        return f"<v{made} {_escape(' '.join(passage.speaker.split()))}>{text}</v>"
    return f"<c{made}>{text}</c>" if made else text


def _escape(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("\0", "\ufffd")  # what every reader makes of it


def _note(line: str) -> str:
    """A line of a note: notes know no escapes, and an arrow would begin a caption."""
    return line.replace("-->", "->").replace("\0", "\ufffd")
