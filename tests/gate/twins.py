"""The twin of a world: the same archive, in which what is closed to the public never was.

Made by plain rules of its own, millisecond by millisecond; nothing here asks `archive.access`.

What "never was" means. Numbers, ids and times of what never was stay unused:

- A closed or unpublished testimony is not there; neither is a collection of which nothing is open. One that
  carries a public notice is there with its id, its accession number and that notice, and nothing else.
- A closed recording is not there; the others keep their numbers.
- A recording of which a stretch is closed is there with its length, and the copy in which nothing of that
  can be heard or seen is the only one there ever was; until the worker has made it nothing has been made to
  be played ("being made"), and the twin cannot be told from one whose first copy is on its way.
- Where the public may read that a stretch is closed, the twin says so of a stretch in which nothing was.
- Of a closed stretch no word was ever written down. A segment that it cuts was always the pieces that are
  left, with the ids that pieces have, and between them lies a place in the revision that nobody used, so
  that no phrase runs over it. Where only a pause is closed, nothing is missing from the text.
- Text without sound never was where anything of a recording is closed, or of that text: it may be what was
  said there.
- Closed transcripts and chapters are not there. A chapter that is partly closed is closed.
- Of clips there are those alone of which all may be quoted: none of their words is closed, in sound or in
  that text, nobody closed the clip, and no machine text is in it where that may not be copied.
- Machine text that nobody checked never was in a collection whose rule keeps it for staff.
- A revision keeps its number and status. Its author never was, where all that is left is a machine's.
- Statements never were: the twin of all that is described is simply public.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from archive.identifiers import piece_id
from archive.models.access import LEVELS
from tests.gate.worlds import Chapter, Clip, Recording, Segment, Statement, Testimony, Transcript, Word, World
from tests.gate.worlds import Collection as Shelf

NOWHERE = Shelf("nowhere", "Nowhere")
"""Where the twins of testimonies lie of which only a notice is told."""

_LATE = 10**9


def twin_of(world: World, moments: Collection[datetime]) -> World:
    """The twin of a world at the moments by which it is judged: the clock's, and the latest that was seen.
    Open is what is open at both."""
    collections = {collection.slug: collection for collection in world.collections}
    testimonies = [
        twin
        for testimony in world.testimonies
        if (twin := _testimony(testimony, collections[testimony.collection].machine_text, moments))
    ]
    used = {testimony.collection for testimony in testimonies}
    shelves = (*world.collections, NOWHERE)
    return World(tuple(each for each in shelves if each.slug in used), tuple(testimonies))


def holding(statements: Sequence[Statement], *moments: datetime) -> list[Statement]:
    """Those that count at any of the moments, as they were said. Of each place what was said last counts;
    where that does not hold, nothing does on a testimony as a whole, and all before it elsewhere."""
    last = {_place(said): said for said in statements}
    return [
        said
        for number, said in enumerate(statements)
        if any(
            _holds(said, moment)
            and (
                _place(said) not in map(_place, statements[number + 1 :])
                or not (_is_whole(said) or _holds(last[_place(said)], moment))
            )
            for moment in moments
        )
    ]


def _place(said: Statement) -> object:
    return said.subject, said.thing, said.stretch


@dataclass(frozen=True)
class _Closed:
    """What is closed of one testimony."""

    tapes: dict[int, list[tuple[int, int]]]
    texts: dict[str, list[tuple[int, int, int]]]
    things: frozenset[object]

    def sound(self, number: int | None, start: int, end: int) -> bool:
        """Whether any of a stretch is closed."""
        return number is not None and any(s < end and start < e for s, e in self.tapes.get(number, ()))

    def text(self, transcript: str, number: int | None, start: int, end: int) -> bool:
        """The same for what a transcript says there."""
        own = ((s, e) for tape, s, e in self.texts.get(transcript, ()) if tape == number)
        return self.sound(number, start, end) or any(s < end and start < e for s, e in own)


def _testimony(testimony: Testimony, policy: str, moments: Collection[datetime]) -> Testimony | None:
    if testimony.published_at is None:
        return None
    wholes = [_whole(holding(testimony.statements, moment)) for moment in sorted(moments)]
    closing = [one for one in _whole(holding(testimony.statements, *moments)) if one.level != "public"]
    if closing or not all(wholes):
        # Of what had ended by the latest of them nobody is told.
        notice = _notice(closing) if wholes[-1] else None
        if notice is None:
            return None
        said = Statement("restricted", notice=notice)
        return Testimony(testimony.id, testimony.accession_number, NOWHERE.slug, statements=(said,))
    live = holding(testimony.statements, *moments)
    closed = _closed(testimony, [one for one in live if one.level != "public"])
    transcripts = (_transcript(each, closed, policy) for each in testimony.transcripts)
    recordings = tuple(
        _recording(each, closed)
        for each in testimony.recordings
        if not any(start == 0 and end >= _LATE for start, end in _joined(closed.tapes[each.number]))
    )
    there = {recording.number for recording in recordings}
    told = (each for each in _told(testimony, live) if each.stretch and each.stretch[0] in there)
    return replace(
        testimony,
        recordings=recordings,
        transcripts=tuple(each for each in transcripts if each.revision.segments),
        chapters=tuple(each for each in testimony.chapters if not _chapter_closed(each, closed)),
        clips=tuple(each for each in testimony.clips if not _clip_closed(each, closed, policy)),
        statements=(Statement("public"), *told),
    )


def _told(testimony: Testimony, live: Sequence[Statement]) -> list[Statement]:
    """Closed stretches of which the public may read: no stricter word meets them, and none as strict that is
    to be kept quiet."""
    cuts = [
        (number, start, end, said)
        for said in dict.fromkeys(live)
        if said.level != "public"
        for number, start, end in _cut_by(testimony, said)
    ]
    told: dict[object, Statement] = {}
    for number, start, end, said in cuts:
        beside = [other for tape, s, e, other in cuts if tape == number and s < end and start < e]
        level = LEVELS.index(said.level)
        stricter = any(LEVELS.index(other.level) > level for other in beside)
        kept_quiet = any(other.level == said.level and other.notice is None for other in beside)
        if said.notice and said.level != "withdrawn" and not stricter and not kept_quiet:
            stretch = (number, start, None if end == _LATE else end)
            subject, thing = ("testimony", None) if said.subject == "testimony" else ("recording", number)
            # Of several on the same stretch what was said last is told.
            told[stretch] = Statement("restricted", subject, thing, stretch, notice=said.notice)
    return list(told.values())


def _cut_by(testimony: Testimony, said: Statement) -> list[tuple[int, int, int]]:
    if said.subject == "recording":
        assert isinstance(said.thing, int)
        return [(said.thing, 0, _LATE)]
    if said.subject == "testimony" and said.stretch:
        number, start, end = said.stretch
        return [(number, start, _LATE if end is None else end)]
    chapters = {chapter.id: chapter for chapter in testimony.chapters}
    if said.subject == "chapter" and (chapter := chapters[str(said.thing)]).recording is not None:
        assert chapter.recording is not None
        return [
            (chapter.recording, chapter.start_ms or 0, _LATE if chapter.end_ms is None else chapter.end_ms)
        ]
    return []


def _holds(statement: Statement, moment: datetime) -> bool:
    begun = statement.begins_at is None or statement.begins_at <= moment
    return begun and (statement.ends_at is None or moment < statement.ends_at)


def _whole(statements: Iterable[Statement]) -> list[Statement]:
    return [one for one in statements if _is_whole(one)]


def _is_whole(said: Statement) -> bool:
    return said.subject == "testimony" and said.stretch is None


def _notice(closing: Sequence[Statement]) -> str | None:
    levels = [LEVELS.index(one.level) for one in closing]
    if not closing or LEVELS[max(levels)] == "withdrawn":
        return None
    strictest = [one for one in closing if LEVELS.index(one.level) == max(levels) and one.notice]
    return strictest[-1].notice if strictest else None


def _closed(testimony: Testimony, closing: Sequence[Statement]) -> _Closed:
    tapes: dict[int, list[tuple[int, int]]] = {each.number: [] for each in testimony.recordings}
    texts: dict[str, list[tuple[int, int, int]]] = {}
    for said in closing:
        for number, start, late in _cut_by(testimony, said):
            tapes[number].append((start, late))
        if said.subject == "transcript" and said.stretch:
            number, start, end = said.stretch
            texts.setdefault(str(said.thing), []).append((number, start, _LATE if end is None else end))
    things = frozenset((said.subject, said.thing) for said in closing if said.stretch is None)
    return _Closed(tapes, texts, things)


def _joined(stretches: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(stretches):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _recording(recording: Recording, closed: _Closed) -> Recording:
    if not closed.sound(recording.number, 0, _LATE):
        return recording
    if recording.copied and recording.playable:
        return replace(recording, altered=True)
    return replace(recording, playable=False)


def _chapter_closed(chapter: Chapter, closed: _Closed) -> bool:
    if ("chapter", chapter.id) in closed.things:
        return True
    end = _LATE if chapter.end_ms is None else chapter.end_ms
    return closed.sound(chapter.recording, chapter.start_ms or 0, end)


def _clip_closed(clip: Clip, closed: _Closed, policy: str) -> bool:
    by_word = ("clip", clip.id) in closed.things or ("transcript", clip.transcript) in closed.things
    copied = clip.machine and policy != "open"
    said = (closed.text(clip.transcript, clip.recording, start, end) for start, end in clip.spans)
    return by_word or copied or any(said)


def _transcript(transcript: Transcript, closed: _Closed, policy: str) -> Transcript:
    if ("transcript", transcript.id) in closed.things:
        return replace(transcript, revision=replace(transcript.revision, segments=()))
    left: list[Segment] = []
    position, missing = -1, False
    for segment in transcript.revision.segments:
        pieces = _pieces(segment, transcript.id, closed)
        if segment.machine and not segment.checked and policy == "staff":
            pieces = []
        for piece in pieces:
            missing = missing or (piece is not pieces[0]) or piece.words[0].offset > 0
            position += 2 if missing else 1
            left.append(_rebased(piece, position))
            missing = False
        missing = missing or not pieces or pieces[-1].words[-1] != segment.words[-1]
    alone = all(segment.machine for segment in left)
    author = None if alone else transcript.revision.author
    return replace(transcript, revision=replace(transcript.revision, author=author, segments=tuple(left)))


def _pieces(segment: Segment, transcript: str, closed: _Closed) -> list[Segment]:
    """What is left of a segment, its words still where they stood in it."""
    if segment.start_ms is None or segment.end_ms is None:
        anywhere = any(closed.tapes.values()) or transcript in closed.texts
        return [] if anywhere else [segment]
    if not closed.text(transcript, segment.recording, segment.start_ms, segment.end_ms):
        return [segment]
    runs: list[list[Word]] = []
    last: Word | None = None
    for word in segment.words:
        assert word.start_ms is not None
        assert word.end_ms is not None
        if closed.text(transcript, segment.recording, word.start_ms, word.end_ms):
            last = None
            continue
        between = last is not None and closed.text(
            transcript, segment.recording, last.end_ms or 0, word.start_ms
        )
        if last is None or between:
            runs.append([])
        runs[-1].append(word)
        last = word
    return [
        replace(
            segment,
            id=piece_id(segment.id, run[0].offset),
            start_ms=run[0].start_ms,
            end_ms=run[-1].end_ms,
            words=tuple(run),
        )
        for run in runs
    ]


def _rebased(segment: Segment, position: int) -> Segment:
    first = segment.words[0].offset
    end = segment.words[-1].offset + len(segment.words[-1].text)
    words = tuple(replace(word, offset=word.offset - first) for word in segment.words)
    return replace(segment, position=position, text=segment.text[first:end], words=words)
