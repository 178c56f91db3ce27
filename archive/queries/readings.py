"""From rows to what one viewer may read of them: the gate is asked here, once, and its answer is all that
goes into a `Reading`."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from archive.access import Opening, Use, Viewer, visible
from archive.models import Derivative, Recording, Revision, Segment, Testimony, Transcript
from archive.models.transcript import shown_revision
from archive.passages import cut_passages
from archive.queries import testimonies
from archive.reading import UNTITLED, OpenChapter, OpenRecording, PersonInRole, Reading, Stream


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
) -> Reading | Closed | None:
    """What `viewer` may have of a loaded testimony for `use` at `now`; None: nothing, not even that it is.

    `text=False` leaves the streams out (lists need no text). `revision` asks for a numbered revision of the
    original instead of the shown one.
    """
    if testimony.published_at is None and not viewer.staff:
        return None
    opening = visible(viewer, testimony, use, now)
    if not opening.described:
        return Closed(opening.notice) if opening.notice else None
    streams = _streams(session, testimony, opening, revision) if text else ()
    description = {key: value for key, value in testimony.description.items() if value}
    return Reading(
        id=testimony.public_id,
        title=testimony.title or UNTITLED,
        accession_number=testimony.accession_number,
        kind=testimony.kind,
        collection_slug=testimony.collection.slug,
        collection_name=testimony.collection.name,
        date=testimony.date,
        years=tuple(testimony.years),
        languages=tuple(testimony.languages) or _heard_languages(streams),
        places=tuple(testimony.places),
        subjects=tuple(testimony.subjects),
        summary=testimony.summary,
        rights=testimony.rights,
        people=tuple(PersonInRole(role.role, role.person.published_name) for role in testimony.roles),
        recordings=tuple(
            _open_recording(recording, opening)
            for recording in testimony.recordings
            if recording.number in opening.sound and recording.files
        ),
        streams=streams,
        chapters=_open_chapters(testimony, opening),
        description=description,
    )


def read_public_id(
    session: Session, public_id: str, viewer: Viewer, use: Use, now: datetime, *, revision: int | None = None
) -> Reading | Closed | None:
    """As `read`, from a public id."""
    testimony = testimonies.find(session, public_id)
    return None if testimony is None else read(session, testimony, viewer, use, now, revision=revision)


def role_name(role: str) -> str:
    """A role as a speaker's name, where nobody's name was published: "Interviewer"."""
    return role[:1].upper() + role[1:]


def _streams(
    session: Session, testimony: Testimony, opening: Opening, number: int | None
) -> tuple[Stream, ...]:
    numbers = {recording.id: recording.number for recording in testimony.recordings}
    speakers = {
        role.person_id: role.person.published_name or role_name(role.role)
        for role in reversed(testimony.roles)
    }
    streams = []
    for transcript in testimony.transcripts:
        spans = opening.text.get(transcript.id)
        revision = _revision(transcript, number)
        if spans is None or revision is None:
            continue
        segments = testimonies.segments_of(session, revision)
        checked = testimonies.checked_segments(session, revision) if not opening.machine_text else set()
        passages = cut_passages(
            segments, numbers, spans, speakers, without=_unchecked(segments, checked, opening)
        )
        if not passages:
            continue
        streams.append(
            Stream(
                id=transcript.public_id,
                kind=transcript.kind,
                language=transcript.language or passages[0].language,
                revision=revision.number,
                status=revision.status,
                author=revision.author if not all(p.machine for p in passages) else None,
                engine=", ".join(dict.fromkeys(p.engine for p in passages if p.engine)) or None,
                passages=passages,
            )
        )
    return tuple(streams)


def _revision(transcript: Transcript, number: int | None) -> Revision | None:
    if number is None or transcript.kind != "original":
        return shown_revision(transcript.revisions)
    return next((revision for revision in transcript.revisions if revision.number == number), None)


def _unchecked(segments: list[Segment], checked: set[int], opening: Opening) -> set[int]:
    """Row ids of segments that are closed as machine text which nobody checked."""
    if opening.machine_text:
        return set()
    return {segment.id for segment in segments if segment.machine and segment.id not in checked}


def _heard_languages(streams: tuple[Stream, ...]) -> tuple[str, ...]:
    languages = (p.language for stream in streams if stream.kind == "original" for p in stream.passages)
    return tuple(dict.fromkeys(languages))


def _open_recording(recording: Recording, opening: Opening) -> OpenRecording:
    file = recording.current_file
    playback = derivative_of(recording, "playback")
    whole = opening.hears_all(recording.number)
    poster = derivative_of(recording, "poster") if whole else None
    return OpenRecording(
        number=recording.number,
        id=recording.public_id,
        duration_ms=file.duration_ms - file.offset_ms,
        video=file.video,
        media_type=playback.media_type if playback else file.media_type,
        media="open" if whole and playback else "being made",
        poster=poster is not None,
        width=playback.width if playback else None,
        height=playback.height if playback else None,
    )


def derivative_of(recording: Recording, kind: str) -> Derivative | None:
    """The derivative of a recording's current file, None while it is not made."""
    return next((d for d in recording.current_file.derivatives if d.kind == kind), None)


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
