"""From rows to what one viewer may read of them: the gate is asked here, once for each use, and its answer is
all that goes into a `Reading`."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from sqlalchemy.orm import Session

from archive.access import Opening, Span, Use, Viewer, visible
from archive.copies import hides, variant
from archive.models import Derivative, Recording, Revision, Testimony, Transcript
from archive.models.transcript import shown_revision
from archive.passages import OpenText, cut_passages
from archive.queries import testimonies
from archive.queries.lines import Borders, Lines, Part, engine_names, load_lines, load_parts
from archive.reading import (
    UNKNOWN_LANGUAGE,
    UNTITLED,
    OpenChapter,
    OpenRecording,
    PersonInRole,
    Reading,
    Stream,
)

_Load = Callable[[int], Lines]
"""From a revision's row id to its lines."""

_Asked = tuple[int | None, int]
"""A transcript's row id (None: the original's), and the number of the revision that is asked for."""

_Spans = Mapping[int | None, tuple[Span, ...]]
"""What is open of a text, by the recording's number."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A testimony of which the public may know no more than this sentence."""

    notice: str


def read(
    session: Session,
    testimony: Testimony,
    viewer: Viewer,
    use: Use,
    now: datetime,
    *,
    text: bool = True,
    revision: int | None = None,
    of: int | None = None,
) -> Reading | Closed | None:
    """What `viewer` may have of a loaded testimony for `use` at `now`; None: nothing, not even that it is.

    `text=False` leaves the streams out (lists need no text). `revision` asks for a numbered revision of the
    original instead of the shown one, or `of` a transcript that is named by its row id.
    """
    opening = open_for(testimony, viewer, use, now)
    if not isinstance(opening, Opening):
        return opening
    asked = None if revision is None else (of, revision)
    texts = _texts(session, testimony, opening, _loader(session), asked) if text else ()
    return _reading(testimony, opening, texts)


def read_uses(
    session: Session, testimony: Testimony, viewer: Viewer, uses: Sequence[Use], now: datetime
) -> tuple[Reading | Closed | None, ...]:
    """As `read`, for several uses. The gate is asked for each; the text is loaded once, and cut once where
    the gate gives the same."""
    load = _loader(session)
    made: list[tuple[Opening, Reading]] = []
    answers: list[Reading | Closed | None] = []
    for use in uses:
        opening = open_for(testimony, viewer, use, now)
        if not isinstance(opening, Opening):
            answers.append(opening)
            continue
        same = next((reading for other, reading in made if other == opening), None)
        reading = same or _reading(testimony, opening, _texts(session, testimony, opening, load))
        made.append((opening, reading))
        answers.append(reading)
    return tuple(answers)


def read_parts(
    session: Session,
    rows: Iterable[Testimony],
    viewer: Viewer,
    use: Use,
    now: datetime,
    *,
    wanted: Mapping[str, Collection[str]],
    around: int,
) -> dict[str, Reading]:
    """As `read`, by public id, with no more passages than are needed to show those whose ids are `wanted` of
    each testimony; what the viewer may not have is left out.

    They, and all that is told of the testimony, are as in the whole reading; what was left out counts as a
    gap, and who made a stream is told of the passages that are there. A phrase that lies in a wanted passage,
    or runs over up to `around` words beside it, is there with all that it touches and the words around that.
    """
    opened = [
        (row, opening) for row in rows if isinstance(opening := open_for(row, viewer, use, now), Opening)
    ]
    texts = {row.public_id: _open_texts(row, opening) for row, opening in opened}
    parts = [
        Part(
            revision.id,
            _borders(row, spans),
            opening.machine_text,
            wanted[row.public_id],
            heard=not row.languages,
        )
        for row, opening in opened
        for _, revision, spans in texts[row.public_id]
    ]
    lines = load_parts(session, parts, around)
    engines = engine_names(session, lines.values())
    found = {}
    for row, opening in opened:
        cut = [
            (transcript, revision, _cut(row, opening, spans, lines[revision.id], engines))
            for transcript, revision, spans in texts[row.public_id]
        ]
        reading = _reading(row, opening, cut)
        there = {passage.id for stream in reading.streams for passage in stream.passages}
        missing = set(wanted[row.public_id])
        for _, revision, _ in texts[row.public_id]:
            missing -= there.intersection(line.public_id for line in lines[revision.id].sought)
        for _, revision, spans in texts[row.public_id] if missing else ():
            sought = replace(lines[revision.id], lines=lines[revision.id].sought)
            missing -= {piece.id for piece in _cut(row, opening, spans, sought, engines).passages}
        if missing:
            # Closed since, or gone with a revision; or cut for another reason than a border, as text with
            # white space round it is: that may be there as a neighbour, without its own. Only the whole text
            # can tell.
            reading = _reading(row, opening, _texts(session, row, opening, _loader(session)))
        found[row.public_id] = reading
    return found


def read_public_id(
    session: Session, public_id: str, viewer: Viewer, use: Use, now: datetime, *, revision: int | None = None
) -> Reading | Closed | None:
    """As `read`, from a public id."""
    testimony = testimonies.find(session, public_id)
    return None if testimony is None else read(session, testimony, viewer, use, now, revision=revision)


def hear(testimony: Testimony, recording_id: str, viewer: Viewer, now: datetime) -> OpenRecording | None:
    """What `viewer` may hear of a recording of a testimony (`testimonies.find_heard`); None: there is none of
    which they may know."""
    opening = open_for(testimony, viewer, "listen", now)
    if not isinstance(opening, Opening):
        return None
    return next((each for each in _open_recordings(testimony, opening) if each.id == recording_id), None)


def may_hear_on(
    testimony: Testimony, recording_id: str, viewer: Viewer, now: datetime, *, file_id: int, closed: str
) -> bool:
    """Whether a copy of a recording that was given to a viewer may still be given to them: all that is closed
    to them now is closed in it. `file_id` is the row id of the file that it was made from, `closed` what is
    closed in it. Of a copy in which more is closed than need be, the rest may be had."""
    opening = open_for(testimony, viewer, "listen", now)
    if not isinstance(opening, Opening):
        return False
    for recording in testimony.recordings:
        for file in recording.files:
            if (recording.public_id, file.id) == (recording_id, file_id):
                needed = variant(file, opening.sound.get(recording.number, ()))
                return needed is not None and hides(closed, needed)
    return False


def role_name(role: str) -> str:
    """A role as a speaker's name, where nobody's name was published: "Interviewer"."""
    return role[:1].upper() + role[1:]


def open_for(testimony: Testimony, viewer: Viewer, use: Use, now: datetime) -> Opening | Closed | None:
    """What the gate says of a loaded testimony, to whoever makes a reading, or something beside one."""
    if testimony.published_at is None and not viewer.staff:
        return None
    opening = visible(viewer, testimony, use, now)
    if not opening.described:
        return Closed(opening.notice) if opening.notice else None
    return opening


def _loader(session: Session) -> _Load:
    """Loads whole revisions, each once."""
    return cache(lambda revision_id: load_lines(session, revision_id))


def _reading(testimony: Testimony, opening: Opening, read_texts: Iterable["_Text"]) -> Reading:
    texts = [text for text in read_texts if text[2].languages]  # of the others nothing is open
    description = {
        key: "; ".join(value) if isinstance(value, list) else value
        for key, value in testimony.description.items()
        if value
    }
    return Reading(
        id=testimony.public_id,
        title=testimony.title or UNTITLED,
        accession_number=testimony.accession_number,
        kind=testimony.kind,
        collection_slug=testimony.collection.slug,
        collection_name=testimony.collection.name,
        date=testimony.date,
        years=tuple(testimony.years),
        languages=tuple(testimony.languages) or _heard_languages(texts),
        places=tuple(testimony.places),
        subjects=tuple(testimony.subjects),
        summary=testimony.summary,
        rights=testimony.rights,
        people=tuple(PersonInRole(role.role, role.person.published_name) for role in testimony.roles),
        recordings=_open_recordings(testimony, opening),
        streams=tuple(_stream(*text) for text in texts),
        chapters=_open_chapters(testimony, opening),
        description=description,
        framed_by=testimony.collection.framed_by,
    )


_Text = tuple[Transcript, Revision, OpenText]


def _texts(
    session: Session, testimony: Testimony, opening: Opening, load: _Load, asked: _Asked | None = None
) -> list[_Text]:
    """The revisions of which something may be open, with what that is, all of their lines loaded."""
    texts = _open_texts(testimony, opening, asked)
    lines = {revision.id: load(revision.id) for _, revision, _ in texts}
    engines = engine_names(session, lines.values())
    return [
        (transcript, revision, _cut(testimony, opening, spans, lines[revision.id], engines))
        for transcript, revision, spans in texts
    ]


def _open_texts(
    testimony: Testimony, opening: Opening, asked: _Asked | None = None
) -> list[tuple[Transcript, Revision, _Spans]]:
    """The revisions of which something may be open, and where."""
    return [
        (transcript, revision, spans)
        for transcript in testimony.transcripts
        if (spans := opening.text.get(transcript.id)) is not None
        and (revision := _revision(transcript, asked)) is not None
    ]


def _borders(testimony: Testimony, spans: _Spans) -> Borders:
    """What is open where text may lie: in recordings, or in none."""
    places: list[tuple[int | None, int | None]] = [(None, None)]
    places += [(recording.id, recording.number) for recording in testimony.recordings]
    return {row_id: spans.get(number, ()) for row_id, number in places}


def _cut(
    testimony: Testimony, opening: Opening, spans: _Spans, lines: Lines, engines: Mapping[int, str]
) -> OpenText:
    return cut_passages(
        lines.lines,
        {recording.id: recording.number for recording in testimony.recordings},
        spans,
        {
            role.person_id: role.person.published_name or role_name(role.role)
            for role in reversed(testimony.roles)
        },
        engines,
        machine_text=opening.machine_text,
        voices=lines.voices,
    )


def _stream(transcript: Transcript, revision: Revision, text: OpenText) -> Stream:
    return Stream(
        id=transcript.public_id,
        kind=transcript.kind,
        language=transcript.language or text.languages[0],
        revision=revision.number,
        status=revision.status,
        author=None if text.machine_alone else revision.author,
        engine=", ".join(text.engines) or None,
        passages=text.passages,
        made_at=revision.created_at,
    )


def _revision(transcript: Transcript, asked: _Asked | None) -> Revision | None:
    of, number = asked or (None, None)
    meant = transcript.id == of if of is not None else transcript.kind == "original"
    if number is None or not meant:
        return shown_revision(transcript.revisions)
    return next((revision for revision in transcript.revisions if revision.number == number), None)


def _heard_languages(texts: Sequence[_Text]) -> tuple[str, ...]:
    originals = (text for transcript, _, text in texts if transcript.kind == "original")
    heard = dict.fromkeys(language for text in originals for language in text.languages)
    heard.pop(UNKNOWN_LANGUAGE, None)
    return tuple(heard)


def _open_recordings(testimony: Testimony, opening: Opening) -> tuple[OpenRecording, ...]:
    opened = []
    for recording in testimony.recordings:
        if recording.number in opening.sound and recording.files:
            closed = variant(recording.current_file, opening.sound[recording.number])
            if closed is not None:
                opened.append(_open_recording(recording, closed, opening.notices.get(recording.number, ())))
    return tuple(opened)


def _open_recording(recording: Recording, closed: str, notices: Sequence[tuple[Span, str]]) -> OpenRecording:
    file = recording.current_file
    # Of a copy that may not be given nothing is told: what waits for one looks alike, whatever it waits for.
    playback = derivative_of(recording, "playback", closed)
    return OpenRecording(
        number=recording.number,
        id=recording.public_id,
        duration_ms=file.duration_ms - file.offset_ms,
        video=file.video,
        media_type=playback.media_type if playback else file.media_type,
        media="open" if playback else "being made",
        poster=derivative_of(recording, "poster", closed) is not None,
        waveform=derivative_of(recording, "waveform", closed) is not None,
        width=playback.width if playback else None,
        height=playback.height if playback else None,
        offset_ms=file.offset_ms,
        closed=closed,
        notices=tuple((start, end, sentence) for (start, end), sentence in notices),
    )


def derivative_of(recording: Recording, kind: str, closed: str) -> Derivative | None:
    """The derivative of a recording's current file in which exactly `closed` is closed, None while it is not
    made."""
    derivatives = recording.current_file.derivatives
    return next((d for d in derivatives if (d.kind, d.closed) == (kind, closed)), None)


def _open_chapters(testimony: Testimony, opening: Opening) -> tuple[OpenChapter, ...]:
    return tuple(
        OpenChapter(
            id=chapter.public_id,
            recording=chapter.recording_number,
            start_ms=chapter.start_ms,
            end_ms=chapter.end_ms,
            title=chapter.title,
            synopsis=chapter.synopsis,
            keywords=tuple(chapter.keywords),
            places=tuple(chapter.places),
        )
        for chapter in testimony.chapters
        if chapter.id in opening.chapters
    )
