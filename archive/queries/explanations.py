"""Who may see a testimony and each part of it, and why: for archivists, in sentences."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from archive.access import PUBLIC, Opening, Viewer, visible
from archive.formats.timecode import timestamp
from archive.models import AccessStatement, Chapter, Clip, Recording, Testimony, Transcript
from archive.models.access import LEVELS
from archive.queries.copies import standing
from archive.statements import counting, judged_at, next_change


@dataclass(frozen=True, slots=True)
class ExplainedStatement:
    """One statement. `state`: in force, to come (`current`), ended, superseded or taken back."""

    id: str
    level: str
    place: str
    state: str
    current: bool
    begins_at: datetime | None
    ends_at: datetime | None
    said_by: str
    reason: str | None
    notice: str | None
    created_at: datetime
    sentence: str


@dataclass(frozen=True, slots=True)
class ExplainedPart:
    """A recording, transcript or chapter. `open`: whether the public may have any of it."""

    kind: str
    id: str
    name: str
    open: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """How things stand with a testimony at a moment, and every statement ever made on it. `changes_at`: when
    a statement next begins or ends so that something changes for anybody."""

    id: str
    accession_number: str | None
    open: bool
    sentence: str
    changes_at: datetime | None
    parts: tuple[ExplainedPart, ...]
    statements: tuple[ExplainedStatement, ...]


def explain(testimony: Testimony, now: datetime) -> Explanation:
    """Why a loaded testimony and each of its parts is open or closed to the public."""
    opening = visible(PUBLIC, testimony, "read", now)
    moments = judged_at(testimony, now)
    live = counting(testimony, now)
    closing = [statement for statement in live if not PUBLIC.may(statement.level)]
    whole = [statement for statement in closing if statement.whole]
    parts = tuple(_parts(testimony, closing, now))
    if opening.described:
        sentence = "open to the public"
        if closing:
            sentence += ", but for what is closed below"
        if testimony.published_at is None:
            sentence += "; not published yet"
    elif testimony.unconfirmed_since is not None:
        sentence = (
            "closed because its access came back from the store, and nobody has confirmed it since "
            f"{testimony.unconfirmed_since:%Y-%m-%d} (testimony access {testimony.public_id} --confirm)"
        )
    elif whole:
        sentence = f"closed because it is {_why(whole)}"
    else:
        sentence = "closed because no statement on it is in force"
    if len(moments) > 1:
        sentence += (
            f"; the clock says {now:%Y-%m-%d}, but {moments[-1]:%Y-%m-%d} has come before: what closed by "
            "then stays closed, what opened by then opens when the clock comes to it again (--believe-clock: "
            "that day never was)"
        )
    return Explanation(
        id=testimony.public_id,
        accession_number=testimony.accession_number,
        open=opening.described,
        sentence=sentence,
        changes_at=_next_that_shows(testimony, now),
        parts=parts,
        statements=tuple(
            _explain(testimony, statement, statement in live, now) for statement in testimony.statements
        ),
    )


def seen_by_all(testimony: Testimony, now: datetime) -> tuple[Opening, ...]:
    """What is open at each level, the strictest last: where that is the same, nothing changed for anybody."""
    return tuple(visible(Viewer(level), testimony, "search", now) for level in LEVELS[:-1])


def _next_that_shows(testimony: Testimony, now: datetime) -> datetime | None:
    """As `next_change`, past the dates of words that were corrected and change nothing any more."""
    seen = seen_by_all(testimony, now)
    at = next_change(testimony, now)
    while at is not None and seen_by_all(testimony, at) == seen:
        at = next_change(testimony, at)
    return at


def explain_stay(testimony: Testimony, said: AccessStatement, now: datetime) -> str:
    """Why things are for everybody as they were before `said` was stated."""
    if not said.holds(now):
        begins = said.begins_at is not None and said.begins_at > now
        day = said.begins_at if begins else said.ends_at
        return f"nothing changes now: it {'holds from' if begins else 'held until'} {day:%Y-%m-%d}"
    stricter = [
        other
        for other in counting(testimony, now)
        if other is not said
        and LEVELS.index(other.level) > LEVELS.index(said.level)
        and _covers(testimony, other, said)
    ]
    if stricter:
        places = ", ".join(dict.fromkeys(place_of(testimony, other) for other in stricter))
        return f"nothing changes: it stays {_why(stricter)} (on {places})"
    return "nothing changes for anybody: it was so before"


def _parts(
    testimony: Testimony, closing: Sequence[AccessStatement], now: datetime
) -> Iterable[ExplainedPart]:
    opening = visible(PUBLIC, testimony, "read", now)
    whole = [statement for statement in closing if statement.whole]
    for recording in testimony.recordings:
        own = [s for s in closing if s.subject == "recording" and s.subject_id == recording.id]
        cuts = [s for s in closing if s.subject != "transcript" and s.stretch_recording == recording.number]
        is_open = recording.number in opening.sound
        sentence = _sentence(opening.described, is_open, [*whole, *own], cuts)
        if is_open and standing(testimony, recording, now).missing:
            sentence += "; the copy for listening is being made"
        yield ExplainedPart("recording", recording.public_id, _name(recording), is_open, sentence)
    for transcript in testimony.transcripts:
        mine = [s for s in closing if s.subject == "transcript" and s.subject_id == transcript.id]
        own = [s for s in mine if s.start_ms is None]
        is_open = transcript.id in opening.text
        cuts = [s for s in mine if s.start_ms is not None]
        sentence = _sentence(opening.described, is_open, [*whole, *own], cuts)
        if is_open and any(not s.whole and s.subject != "transcript" for s in closing):
            sentence += "; the words of what is closed in a recording are closed in it, too"
        yield ExplainedPart("transcript", transcript.public_id, _name(transcript), is_open, sentence)
    for chapter in testimony.chapters:
        covering = [s for s in closing if _touches(testimony, s, chapter)]
        is_open = chapter.id in opening.chapters
        sentence = _sentence(opening.described, is_open, covering, [])
        yield ExplainedPart("chapter", chapter.public_id, _name(chapter), is_open, sentence)


def _sentence(
    described: bool,
    is_open: bool,
    whole: Sequence[AccessStatement],
    cuts: Sequence[AccessStatement],
) -> str:
    if not is_open and whole:
        return f"closed because it is {_why(whole)}"
    if not described:
        return "closed with the testimony"
    if not is_open:
        return f"closed because all of it is {_why(cuts)}" if cuts else "closed"
    if not cuts:
        return "open"
    return "open, but for " + "; ".join(f"{_span(cut)}: {_why([cut])}" for cut in cuts)


def _why(closing: Sequence[AccessStatement]) -> str:
    """`restricted until 2030-01-01, said by The archivist: the family asked`, of the strictest."""
    strictest = max(closing, key=lambda statement: LEVELS.index(statement.level))
    until = f" until {strictest.ends_at:%Y-%m-%d}" if strictest.ends_at else ""
    reason = f": {strictest.reason}" if strictest.reason else ""
    return f"{strictest.level}{until}, said by {strictest.said_by}{reason}"


def _explain(
    testimony: Testimony, statement: AccessStatement, live: bool, now: datetime
) -> ExplainedStatement:
    place = place_of(testimony, statement)
    state = _state(statement, live, now)
    parts = [f"{place}: {statement.level}"]
    if statement.begins_at:
        parts.append(f"from {statement.begins_at:%Y-%m-%d}")
    if statement.ends_at:
        parts.append(f"until {statement.ends_at:%Y-%m-%d}")
    parts += [state, f"said by {statement.said_by}"]
    if statement.reason:
        parts.append(f"because: {statement.reason}")
    if statement.notice:
        parts.append(f"notice: {statement.notice}")
    return ExplainedStatement(
        id=statement.public_id,
        level=statement.level,
        place=place,
        state=state,
        current=live or (statement.superseded_at is None and state == "to come"),
        begins_at=statement.begins_at,
        ends_at=statement.ends_at,
        said_by=statement.said_by,
        reason=statement.reason,
        notice=statement.notice,
        created_at=statement.created_at,
        sentence=", ".join(parts),
    )


def _state(statement: AccessStatement, live: bool, now: datetime) -> str:
    if live:
        later = statement.superseded_at is not None
        return "in force, as what superseded it does not hold now" if later else "in force"
    if statement.superseded_at is not None:
        how = "taken back" if statement.superseded_by is None else "superseded"
        return f"{how} {statement.superseded_at:%Y-%m-%d}"
    return "to come" if statement.begins_at is not None and statement.begins_at > now else "ended"


def place_of(testimony: Testimony, statement: AccessStatement) -> str:
    """What a statement of a loaded testimony is about, in words."""
    parts: Sequence[Recording | Transcript | Chapter | Clip] = ()
    if statement.subject == "clip" and "clips" not in vars(testimony):
        return "a clip"  # its name is told where clips are loaded
    if statement.subject != "testimony":
        parts = getattr(testimony, f"{statement.subject}s")
    named = [_name(part) for part in parts if part.id == statement.subject_id]
    subject = named[0] if named else f"{statement.subject} that is no more"
    stretch = f"recording {statement.stretch_recording} {_span(statement)}"
    if statement.subject == "testimony":
        return "testimony" if statement.stretch_recording is None else stretch
    return subject if statement.stretch_recording is None else f"{subject}, {stretch}"


def _span(statement: AccessStatement) -> str:
    end = "the end" if statement.end_ms is None else timestamp(statement.end_ms)
    return f"from {timestamp(statement.start_ms or 0)} to {end}"


def _name(part: Recording | Transcript | Chapter | Clip) -> str:
    """What a part is called, as the command line takes it: a chapter by its place in their order."""
    if isinstance(part, Clip):
        return f"clip {part.public_id}"
    if isinstance(part, Recording):
        return f"recording {part.number}"
    if isinstance(part, Transcript):
        return "the original transcript" if part.kind == "original" else f"the translation {part.language}"
    return f"chapter {part.position + 1} ({part.title})"


def _covers(testimony: Testimony, strict: AccessStatement, said: AccessStatement) -> bool:
    """Whether a statement is about all, or some, of what another is about."""
    if strict.whole or said.whole or strict.place == said.place:
        return strict.whole or strict.place == said.place
    numbers = {recording.id: recording.number for recording in testimony.recordings}
    strict_number, said_number = (
        numbers.get(s.subject_id or 0) if s.subject == "recording" else s.stretch_recording
        for s in (strict, said)
    )
    if strict_number is None or strict_number != said_number:
        return False
    return _overlap(strict.start_ms, strict.end_ms, said.start_ms, said.end_ms)


def _touches(testimony: Testimony, closing: AccessStatement, chapter: Chapter) -> bool:
    if closing.whole or (closing.subject == "chapter" and closing.subject_id == chapter.id):
        return True
    numbers = {recording.id: recording.number for recording in testimony.recordings}
    if closing.subject == "recording":
        return numbers.get(closing.subject_id or 0) == chapter.recording_number
    if closing.subject == "transcript" or closing.stretch_recording != chapter.recording_number:
        return False
    return _overlap(closing.start_ms, closing.end_ms, chapter.start_ms, chapter.end_ms)


def _overlap(start: int | None, end: int | None, other_start: int | None, other_end: int | None) -> bool:
    return (end is None or (other_start or 0) < end) and (other_end is None or (start or 0) < other_end)
