"""The one gate: what a viewer may have of a testimony, for which use, at which moment.

Every page, caption, download, media answer and index document is made from what `visible` returned and from
nothing else (promise 3). Closed wins everywhere: without a statement in force on the testimony nothing is
open; of the statements in force on a thing and on all that it is part of, the strictest counts. What came
back from the store is closed to all but staff, whatever its statements say, until somebody confirms them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from archive.models.access import LEVELS, AccessStatement
from archive.models.chapter import Chapter
from archive.models.recording import Recording
from archive.models.testimony import Testimony
from archive.models.transcript import Transcript
from archive.statements import counting, in_force, judged_at

Use = Literal["describe", "read", "listen", "search", "quote", "download", "embed"]

_COPYING: frozenset[Use] = frozenset({"quote", "download"})

Span = tuple[int, int | None]
"""Start and end in ms of cited time, end exclusive; None: to the end of the recording."""

EVERYTHING: tuple[Span, ...] = ((0, None),)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks. `clearance` is the strictest level that is open to them."""

    clearance: str

    def may(self, level: str) -> bool:
        """Whether something at `level` is open. What is withdrawn is open to nobody."""
        return level != "withdrawn" and LEVELS.index(level) <= LEVELS.index(self.clearance)

    @property
    def staff(self) -> bool:
        """Whether this viewer works in the archive."""
        return self.clearance == "restricted"


PUBLIC = Viewer("public")
STAFF = Viewer("restricted")


@dataclass(frozen=True, slots=True)
class Opening:
    """What is open: spans of sound by recording number, spans of text by transcript and recording number.

    A recording or transcript that is not named is closed altogether. Text without sound has the recording
    number None, and is closed where anything of any recording is. `machine_text` is whether unreviewed
    machine text may be had for this use. `notice` is the public sentence of a closed testimony, where a
    statement carries one.
    """

    described: bool
    notice: str | None = None
    sound: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)
    text: Mapping[int, Mapping[int | None, tuple[Span, ...]]] = field(default_factory=dict)
    """By the transcript's row id."""
    chapters: frozenset[int] = frozenset()
    """Row ids."""
    machine_text: bool = False
    notices: Mapping[int, tuple[tuple[Span, str], ...]] = field(default_factory=dict)
    """Closed stretches of which the public may read a sentence, by recording number."""
    closed_clips: frozenset[int] = frozenset()
    """Row ids of clips that are closed by a statement of their own; what they quote may be open."""

    def hears_all(self, number: int) -> bool:
        """Whether the whole of a recording may be heard, so that its medium may go out as it is."""
        return self.sound.get(number) == EVERYTHING


CLOSED = Opening(described=False)


def visible(viewer: Viewer, testimony: Testimony, use: Use, now: datetime) -> Opening:
    """What `viewer` may have of `testimony` for `use` at `now`. A clock that was set back opens nothing
    (`judged_at`).

    Needs the testimony with its collection, recordings, transcripts, chapters and statements loaded.
    """
    if testimony.unconfirmed_since is not None and not viewer.staff:
        return CLOSED
    live = counting(testimony, now)
    closing = [statement for statement in live if not viewer.may(statement.level)]
    stated = [
        any(statement.whole for statement in in_force(testimony.statements, moment))
        for moment in judged_at(testimony, now)
    ]
    closed_whole = [statement for statement in closing if statement.whole]
    if closed_whole or not (viewer.staff or all(stated)):
        # Where nothing was in force any more at the latest moment, nobody was told of it then.
        return Opening(described=False, notice=_notice(closed_whole) if stated[-1] else None)
    cuts = _all_cuts(testimony, closing)
    sound = {number: open_spans(spans) for number, spans in cuts.items()}
    text = {
        transcript.id: _open_text(transcript, cuts, closing)
        for transcript in testimony.transcripts
        if not _closed_whole(closing, "transcript", transcript.id)
    }
    return Opening(
        described=True,
        sound={number: spans for number, spans in sound.items() if spans},
        text=text,
        chapters=frozenset(
            chapter.id for chapter in testimony.chapters if _chapter_open(chapter, closing, sound)
        ),
        machine_text=_machine_text_open(viewer, testimony.collection.machine_text, use),
        notices={
            recording.number: noticed
            for recording in testimony.recordings
            if (noticed := _stretch_notices(recording, closing))
        },
        closed_clips=frozenset(s.subject_id for s in closing if s.subject == "clip" and s.subject_id),
    )


def heard_once_open(viewer: Viewer, testimony: Testimony, now: datetime) -> Mapping[int, tuple[Span, ...]]:
    """The spans of sound that `viewer` would have were the testimony as a whole open to them, by recording
    number: what copies are made for ahead. Nothing where it is withdrawn. It answers nobody's request."""
    live = counting(testimony, now)
    if any(statement.whole and statement.level == "withdrawn" for statement in live):
        return {}
    closing = [statement for statement in live if not viewer.may(statement.level)]
    return {number: open_spans(spans) for number, spans in _all_cuts(testimony, closing).items()}


def _notice(closing: Sequence[AccessStatement]) -> str | None:
    """The sentence of the strictest statement; a weaker one's would tell of what the strictest hides."""
    if not closing:
        return None
    strictest = max(LEVELS.index(statement.level) for statement in closing)
    if LEVELS[strictest] == "withdrawn":
        return None
    notices = [s.notice for s in closing if LEVELS.index(s.level) == strictest and s.notice]
    return notices[-1] if notices else None


def _stretch_notices(
    recording: Recording, closing: Sequence[AccessStatement]
) -> tuple[tuple[Span, str], ...]:
    """As `_notice`, for each closed stretch of a recording: where a stricter statement closes any of it, or
    one of the same level without a notice, nothing is told of it. Of several on the same stretch the latest
    is told."""
    cuts = [statement for statement in closing if _is_cut(recording, statement)]
    noticed: dict[Span, str] = {}
    for cut in cuts:
        span = _cut(cut)
        beside = [
            other
            for other in cuts
            if other is not cut
            and LEVELS.index(other.level) >= LEVELS.index(cut.level)
            and (other.notice is None or other.level != cut.level)
            and _meet(span, _cut(other))
        ]
        if cut.notice and cut.level != "withdrawn" and not beside:
            noticed[span] = cut.notice
    return tuple(sorted(noticed.items(), key=lambda each: each[0][0]))


def _meet(one: Span, other: Span) -> bool:
    return (one[1] is None or other[0] < one[1]) and (other[1] is None or one[0] < other[1])


def open_spans(cuts: Iterable[Span]) -> tuple[Span, ...]:
    """What is left of a recording when `cuts` are taken out of it."""
    spans: list[Span] = []
    position = 0
    for start, end in sorted(cuts, key=lambda cut: cut[0]):
        if start > position:
            spans.append((position, start))
        if end is None:
            return tuple(spans)
        position = max(position, end)
    return (*spans, (position, None))


def span_of(spans: Sequence[Span], start_ms: int, end_ms: int) -> Span | None:
    """The open span that holds all of [start_ms, end_ms), or None: what is partly closed is closed."""
    for span in spans:
        start, end = span
        if start <= start_ms and (end is None or (end_ms <= end and start_ms < end)):
            return span
    return None


def _closed_whole(closing: Iterable[AccessStatement], subject: str, subject_id: int) -> bool:
    return any(s.subject == subject and s.subject_id == subject_id and s.start_ms is None for s in closing)


def _all_cuts(testimony: Testimony, closing: Sequence[AccessStatement]) -> dict[int, list[Span]]:
    return {recording.number: _cuts(recording, closing) for recording in testimony.recordings}


def _cuts(recording: Recording, closing: Iterable[AccessStatement]) -> list[Span]:
    """The stretches of a recording that are closed, by statements on the testimony, the recording itself, or
    a chapter (which closes what is said in it)."""
    return [_cut(statement) for statement in closing if _is_cut(recording, statement)]


def _cut(statement: AccessStatement) -> Span:
    return statement.start_ms or 0, statement.end_ms


def _is_cut(recording: Recording, statement: AccessStatement) -> bool:
    if statement.subject == "recording":
        return statement.subject_id == recording.id
    return statement.subject in ("testimony", "chapter") and statement.stretch_recording == recording.number


def _open_text(
    transcript: Transcript, cuts: Mapping[int, list[Span]], closing: Iterable[AccessStatement]
) -> dict[int | None, tuple[Span, ...]]:
    own = [s for s in closing if s.subject == "transcript" and s.subject_id == transcript.id]
    # Where in the recordings a text without times is said nobody can tell: it may be what is closed.
    somewhere = any(cuts.values()) or any(
        s.stretch_recording is not None for s in closing if s.subject != "transcript" or s in own
    )
    spans: dict[int | None, tuple[Span, ...]] = {None: () if somewhere else EVERYTHING}
    for number, closed in cuts.items():
        also = [(s.start_ms or 0, s.end_ms) for s in own if s.stretch_recording == number]
        spans[number] = open_spans([*closed, *also])
    return spans


def _chapter_open(
    chapter: Chapter, closing: Iterable[AccessStatement], sound: Mapping[int, tuple[Span, ...]]
) -> bool:
    if any(s.subject == "chapter" and s.subject_id == chapter.id for s in closing):
        return False
    if chapter.recording_number is None:
        return True
    spans = sound.get(chapter.recording_number, ())
    start = chapter.start_ms or 0
    if chapter.end_ms is None:
        return any(span_start <= start and span_end is None for span_start, span_end in spans)
    return span_of(spans, start, chapter.end_ms) is not None


def _machine_text_open(viewer: Viewer, policy: str, use: Use) -> bool:
    if viewer.staff or policy == "open":
        return True
    return policy == "listen" and use not in _COPYING
