"""A text as the testimony page lays it out: recordings, in them passages, a speaker's name once a turn."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from archive.reading import Passage, Reading, Stream
from web.durations import describe_duration
from web.languages import direction
from web.moments import Moment, clock_time, iso_duration
from web.views.addresses import Address, Addresses
from web.views.beside import Beside, is_mixed, pair
from web.wording import Wording
from web.words import Mark, is_doubtful, passage_html

Marks = Mapping[str, Sequence[Mark]]
"""Found words by the passage's id."""


@dataclass(frozen=True, slots=True)
class ShownPassage:
    """One passage on the page."""

    id: str
    html: Markup
    language: str
    direction: str
    speaker: str | None
    """Only where a turn begins."""
    time: str | None
    """`00:57`; None where there is no sound."""
    duration: str | None
    """The same for programs."""
    address: str | None
    """Opens the page here."""
    start_ms: int | None
    length_ms: int | None
    timed_words: bool
    """Whether its words have times of their own; else it is lit as a whole."""
    machine: bool
    """Says that a machine made it, where that is not true of the whole text."""
    within: bool
    """Belongs to the stretch that was asked for."""
    opened: bool
    """The page opens here."""
    doubtful: bool
    """Words that the machine was unsure of are marked in it."""
    wordless: str | None = None
    """Said before it where no words stand for a while: `6 s without words`."""
    beside: tuple[Beside, ...] = ()
    """What stands beside it in another text."""


@dataclass(frozen=True, slots=True)
class Section:
    """The text of one recording (or of none, where there is no sound)."""

    number: int | None
    passages: tuple[ShownPassage, ...]
    beside: tuple[Beside, ...] = ()
    """Of another text, where this one has nothing of the recording."""


WORDLESS_MS = 4_000
"""From this long on it is said that no words stand in a stretch. What is heard in it, if anything, the text
does not know: silence, tears, a door, or words that were not understood."""


def lay_out(
    reading: Reading,
    stream: Stream,
    at: Address,
    marks: Marks,
    addresses: Addresses,
    wording: Wording,
    *,
    other: Stream | None = None,
) -> tuple[Section, ...]:
    """The sections of a text, in order of the recordings."""
    mixed = is_mixed(stream)
    hours = any(recording.duration_ms >= 3_600_000 for recording in reading.recordings)
    opened = _opened(stream, at)
    paired = pair(stream, other, marks) if other else None
    sections = []
    for number, passages in groupby(stream.passages, key=lambda passage: passage.recording):
        moment = at.moment if number == at.recording else None
        shown = []
        said_until: int | None = None
        for passage, begins in _with_turns(passages):
            wordless = _describe_gap(said_until, passage.start_ms, wording)
            said_until = max(said_until or 0, passage.end_ms or 0)
            shown.append(
                ShownPassage(
                    id=passage.id,
                    html=passage_html(passage, marks.get(passage.id, ()), moment),
                    language=passage.language,
                    direction=direction(passage.language),
                    speaker=passage.speaker if begins else None,
                    time=None if passage.start_ms is None else clock_time(passage.start_ms, hours=hours),
                    duration=None if passage.start_ms is None else iso_duration(passage.start_ms),
                    address=None
                    if passage.start_ms is None
                    else addresses.to(passage.recording, Moment(passage.start_ms)),
                    start_ms=passage.start_ms,
                    length_ms=_length(passage),
                    timed_words=bool(passage.words) and passage.words[0].timed,
                    machine=mixed and passage.machine,
                    within=moment is not None and overlaps(moment, passage),
                    opened=passage.id == opened,
                    doubtful=any(is_doubtful(word) for word in passage.words if word.timed),
                    wordless=wordless,
                    beside=paired.by_passage.get(passage.id, ()) if paired else (),
                )
            )
        sections.append(Section(number, tuple(shown)))
    if paired and paired.alone:
        for number, beside in paired.alone.items():
            later = (at for at, each in enumerate(sections) if (each.number or 0) > (number or 0))
            sections.insert(next(later, len(sections)), Section(number, (), beside))
    return tuple(sections)


def _describe_gap(end_ms: int | None, start_ms: int | None, wording: Wording) -> str | None:
    """What is said of the time between two passages of a recording."""
    if end_ms is None or start_ms is None or start_ms - end_ms < WORDLESS_MS:
        return None
    return wording.gettext("%(time)s without words") % {"time": describe_duration(start_ms - end_ms, wording)}


def _with_turns(passages: Iterator[Passage]) -> Iterator[tuple[Passage, bool]]:
    """Each passage, and whether a turn begins with it. A gap alone begins none: a name that is said twice
    would tell that something between is closed."""
    speaker: str | None = None
    for passage in passages:
        yield passage, passage.speaker is not None and passage.speaker != speaker
        speaker = passage.speaker


def _opened(stream: Stream, at: Address) -> str | None:
    """The passage that the page opens at: the one in which the moment lies, else the last before it. Who
    types the `t=73` that is read off "01:13" means what begins in that second."""
    if at.moment is None:
        return None
    moment = at.moment.start_ms
    timed = [p for p in stream.passages if p.recording == at.recording and p.start_ms is not None]
    around = [p for p in timed if (p.start_ms or 0) <= moment < (p.end_ms or 0)]
    before = [p for p in timed if (p.start_ms or 0) // 1000 * 1000 <= moment]
    found = around[-1:] or before[-1:] or timed[:1]
    return found[0].id if found else None


def overlaps(moment: Moment, passage: Passage) -> bool:
    """Whether a passage has a part in a stretch."""
    if moment.end_ms is None or passage.start_ms is None or passage.end_ms is None:
        return False
    if passage.words and passage.words[0].timed:
        return any(moment.holds(word.start_ms, word.end_ms) for word in passage.words)
    return passage.start_ms < moment.end_ms and moment.start_ms < passage.end_ms


def _length(passage: Passage) -> int | None:
    if passage.start_ms is None or passage.end_ms is None:
        return None
    return passage.end_ms - passage.start_ms
