"""The captions of a transcript in the order of their times, as both caption formats show them.

What a reader must know is shown, not only noted: that a machine made the words stands at the beginning, and
where recordings follow each other, which one begins. It gets a caption of its own where nothing is said yet,
else a line above the first words.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from archive.formats import Gettext
from archive.formats.cues import Cue, cut, offsets, shift
from archive.formats.provenance import chosen, mark, mixed, short_notice
from archive.reading import Passage, Reading, Stream

_QUIET_MS = 2_000
"""Silence that is long enough to read an announcement in."""
_SHOWN_MS = 5_000


@dataclass(frozen=True, slots=True)
class Caption:
    """One caption: `announcements` stand above the text, each on its line, `lead` before the text. Where
    there are announcements alone, there is no `cue`."""

    start_ms: int
    end_ms: int
    recording: int | None
    cue: Cue | None
    lead: str = ""
    announcements: tuple[str, ...] = ()
    opens: int | None = None
    """The number of the recording that begins with this caption, where several follow each other."""
    opens_at_ms: int = 0
    """When that recording begins in this file."""


def compose(
    reading: Reading, stream: Stream, recording: int | None, *, names: bool, gettext: Gettext
) -> list[Caption]:
    """The captions of one recording, or of all that the stream speaks of, one after the other.

    `names` puts a speaker's name before the words where the speaker changes. Passages without times have no
    captions.
    """
    passages = chosen(stream, recording)
    begins: dict[int | None, int] = {recording: 0}
    if recording is None:
        begins = offsets(reading.recordings, passages)
    marked = mark(gettext) + " " if mixed(passages) else ""
    captions: list[Caption] = []
    before: Passage | None = None
    for passage in passages:
        lead = marked if passage.machine else ""
        name = _name(before, passage) if names else ""
        for cue in cut(passage, room=len(lead + name)):
            cue = shift(cue, begins[passage.recording])
            said_before = lead + name if cue.part == 0 else lead
            captions.append(Caption(cue.start_ms, cue.end_ms, passage.recording, cue, said_before))
        before = passage
    captions.sort(key=lambda caption: caption.start_ms)  # two who speak at once; a passage's own order stays
    return _announced(captions, begins, short_notice(stream, passages, gettext), gettext)


def _name(before: Passage | None, passage: Passage) -> str:
    """The speaker's name where a turn begins. Not after a gap too: that would tell of what is closed."""
    turn = before is None or before.speaker != passage.speaker or before.recording != passage.recording
    if not turn:
        return ""
    name = " ".join((passage.speaker or "").split())
    return f"{name}: " if name else ""


def _announced(
    captions: Sequence[Caption], begins: dict[int | None, int], notice: str | None, gettext: Gettext
) -> list[Caption]:
    several = len({caption.recording for caption in captions}) > 1
    announced: list[Caption] = []
    current: int | None = None
    for number, caption in enumerate(captions):
        recording = caption.recording
        says = [notice] if number == 0 and notice is not None else []
        if several and recording != current:
            says.append(gettext("[Recording %(number)d]") % {"number": recording})
            caption = replace(caption, opens=recording, opens_at_ms=begins[recording])
        current = recording
        announced += _with_announcement(caption, tuple(says), begins[recording])
    return announced


def _with_announcement(caption: Caption, says: tuple[str, ...], quiet_from: int) -> list[Caption]:
    if not says:
        return [caption]
    if caption.start_ms - quiet_from < _QUIET_MS:
        return [replace(caption, announcements=says)]
    alone = replace(
        caption,
        start_ms=quiet_from,
        end_ms=min(caption.start_ms, quiet_from + _SHOWN_MS),
        cue=None,
        lead="",
        announcements=says,
    )
    return [alone, replace(caption, opens=None)]
