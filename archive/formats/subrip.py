"""SubRip (.srt): captions for players. The format has no notes and no escapes.

So what a reader must know is shown in captions (see `captions`), and what a player could take for a tag or a
time is kept from being one by an invisible word joiner; the letters stay.
"""

import re

from archive.formats import Gettext
from archive.formats.captions import Caption, compose
from archive.formats.cues import wrap
from archive.formats.timecode import timestamp
from archive.reading import Reading, Stream

JOINER = "\u2060"

_TAG_LIKE = re.compile(r"<(?=[A-Za-z/!?])|\{(?=[\\A-Za-z])|--(?=>)")


def write(
    reading: Reading,
    stream: Stream,
    recording: int | None,
    *,
    archive: str,
    address: str,
    gettext: Gettext = str,
) -> str:
    """A stream as SubRip (see `archive.formats`).

    Without a `recording`, recordings follow each other: times run on, and a line says where each begins. A
    speaker's name stands before the words where the speaker changes. `archive` and `address` find no place.
    """
    captions = compose(reading, stream, recording, names=True, gettext=gettext)
    return "\n".join(_block(number, caption) for number, caption in enumerate(captions, start=1))


def _block(number: int, caption: Caption) -> str:
    lines = list(caption.announcements)
    if caption.cue is not None:
        lines += wrap(caption.lead + caption.cue.text)
    times = f"{timestamp(caption.start_ms, ',')} --> {timestamp(caption.end_ms, ',')}"
    return "\n".join([str(number), times, *(_plain(line) for line in lines), ""])


def _plain(line: str) -> str:
    return _TAG_LIKE.sub(lambda found: found.group() + JOINER, line).replace("\0", "\ufffd")
