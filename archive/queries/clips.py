"""Clips, for whoever may have what they quote."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.access import Opening, Viewer, span_of
from archive.models import Clip, Revision, Testimony, Transcript
from archive.queries import testimonies
from archive.queries.readings import open_for, read
from archive.quotation import quote
from archive.reading import Reading


@dataclass(frozen=True, slots=True)
class OpenClip:
    """A clip whose whole stretch may be quoted, and what stands there now."""

    id: str
    title: str | None
    recording: int
    start_ms: int
    end_ms: int
    words: str
    """As they were when it was made, a passage a line."""
    made_at: datetime
    text: str | None
    """The language of the translation that it quotes; None: the original."""
    now: str
    """What stands in the stretch now; empty: nothing any more."""
    corrected_at: datetime | None
    """When the wording that is shown now came to be, where it is another."""


def find_known(
    session: Session, public_id: str, viewer: Viewer, now: datetime
) -> tuple[Testimony, Clip] | None:
    """A clip with its testimony, fully loaded, for a viewer as in `testimonies.find_known`."""
    row = session.execute(
        select(Clip, Testimony.public_id)
        .join(Testimony, Testimony.id == Clip.testimony_id)
        .where(Clip.public_id == public_id, testimonies.described_to(viewer, now))
    ).one_or_none()
    testimony = None if row is None else testimonies.find(session, row[1])
    return None if row is None or testimony is None else (testimony, row[0])


def open_clip(
    session: Session, testimony: Testimony, clip: Clip, viewer: Viewer, now: datetime
) -> OpenClip | None:
    """The clip, if all that it quotes may be quoted and nobody closed the clip itself; else None."""
    opening = open_for(testimony, viewer, "quote", now)
    if not isinstance(opening, Opening) or clip.id in opening.closed_clips:
        return None
    transcript, revision = _quoted(testimony, clip)
    spans = opening.text.get(transcript.id, {}).get(clip.recording_number, ())
    if span_of(spans, clip.start_ms, clip.end_ms) is None:
        return None
    reading = read(session, testimony, viewer, "quote", now)
    stream = (
        next((each for each in reading.streams if each.id == transcript.public_id), None)
        if isinstance(reading, Reading)
        else None
    )
    passages = stream.passages if stream else ()
    words = quote(passages, clip.recording_number, clip.start_ms, clip.end_ms)
    said = words.text if words else ""
    if not opening.machine_text and said != clip.words:
        return None  # what it quotes may be a machine's, of which nothing may be copied
    shown = next(
        (each for each in transcript.revisions if stream and each.number == stream.revision), revision
    )
    return OpenClip(
        id=clip.public_id,
        title=clip.title,
        recording=clip.recording_number,
        start_ms=clip.start_ms,
        end_ms=clip.end_ms,
        words=clip.words,
        made_at=clip.created_at,
        text=transcript.language if transcript.kind == "translation" else None,
        now=said,
        corrected_at=None if said == clip.words else shown.created_at,
    )


def _quoted(testimony: Testimony, clip: Clip) -> tuple[Transcript, Revision]:
    return next(
        (transcript, revision)
        for transcript in testimony.transcripts
        for revision in transcript.revisions
        if revision.id == clip.revision_id
    )
