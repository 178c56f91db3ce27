"""Clips, for whoever may have what they quote."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.access import EVERYTHING, Opening, Viewer
from archive.models import Clip, Revision, Testimony, Transcript
from archive.models.transcript import shown_revision
from archive.queries import testimonies
from archive.queries.readings import open_for, read
from archive.quotation import Quotation, quote
from archive.reading import Reading, Stream


@dataclass(frozen=True, slots=True)
class OpenClip:
    """A clip of which all may be quoted, and what stands there now."""

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
    source: Stream | None
    """What it was quoted from, cut to the passages that have a part in it: what made them, and who speaks. Of
    the text of today, where the words are the same; None where nothing of it may be quoted any more."""
    line_by_line: bool
    """Whether the passages are those of the words, line by line."""
    now: str
    """What stands in the stretch now; empty: nothing any more."""
    corrected_at: datetime | None
    """When the wording became another than the quoted one; None: it did not."""


def find_known(
    session: Session, public_id: str, viewer: Viewer, now: datetime
) -> tuple[Testimony, Clip] | None:
    """A clip with its testimony, fully loaded, for a viewer as in `testimonies.find_known`."""
    row = session.execute(
        select(Clip, Testimony.public_id)
        .join(Testimony, Testimony.id == Clip.testimony_id)
        .where(Clip.public_id == public_id, testimonies.described_to(viewer, now))
    ).one_or_none()
    testimony = None if row is None else testimonies.find_known(session, row[1], viewer, now)
    return None if row is None or testimony is None else (testimony, row[0])


def closed_ones(testimony: Testimony, viewer: Viewer, now: datetime) -> frozenset[int]:
    """Row ids of the clips of a testimony that are closed to a viewer by statements of their own."""
    opening = open_for(testimony, viewer, "quote", now)
    return opening.closed_clips if isinstance(opening, Opening) else frozenset()


def open_clip(
    session: Session, testimony: Testimony, clip: Clip, viewer: Viewer, now: datetime
) -> OpenClip | None:
    """The clip, if all that it quotes may be quoted and nobody closed the clip itself; else None.

    Its words are those of the day on which it was made, and no statement of today is about them. So it is
    open where the words that may be quoted now are the same. Where they are others, what became of those that
    it holds cannot be told: it is open only if nothing of that recording's text is closed, and a machine's
    text may be quoted.
    """
    opening = open_for(testimony, viewer, "quote", now)
    if not isinstance(opening, Opening) or clip.id in opening.closed_clips:
        return None
    transcript, quoted = _quoted(testimony, clip)
    shown = _stream(read(session, testimony, viewer, "quote", now), transcript)
    words = _words(shown, clip)
    said = words.text if words else ""
    spans = opening.text.get(transcript.id, {}).get(clip.recording_number, ())
    if said != clip.words and not (spans == EVERYTHING and opening.machine_text):
        return None
    source = (
        shown if said == clip.words else _revision_of(session, testimony, viewer, now, quoted, transcript)
    )
    there = _words(source, clip)
    return OpenClip(
        id=clip.public_id,
        title=clip.title,
        recording=clip.recording_number,
        start_ms=clip.start_ms,
        end_ms=clip.end_ms,
        words=clip.words,
        made_at=clip.created_at,
        text=transcript.language if transcript.kind == "translation" else None,
        source=replace(source, passages=there.passages) if source and there else None,
        line_by_line=there is not None and there.text == clip.words,
        now=said,
        corrected_at=None
        if said == clip.words
        else _corrected_at(session, testimony, viewer, now, clip, transcript, quoted),
    )


def _stream(reading: object, transcript: Transcript) -> Stream | None:
    if not isinstance(reading, Reading):
        return None
    return next((each for each in reading.streams if each.id == transcript.public_id), None)


def _words(stream: Stream | None, clip: Clip) -> Quotation | None:
    return quote(stream.passages, clip.recording_number, clip.start_ms, clip.end_ms) if stream else None


def _revision_of(
    session: Session,
    testimony: Testimony,
    viewer: Viewer,
    now: datetime,
    revision: Revision,
    transcript: Transcript,
) -> Stream | None:
    """A revision of a transcript, as far as it may be quoted."""
    reading = read(session, testimony, viewer, "quote", now, revision=revision.number, of=transcript.id)
    return _stream(reading, transcript)


def _corrected_at(
    session: Session,
    testimony: Testimony,
    viewer: Viewer,
    now: datetime,
    clip: Clip,
    transcript: Transcript,
    quoted: Revision,
) -> datetime | None:
    """When the first revision after the quoted one came to be shown that has other words there."""
    for revision in sorted(transcript.revisions, key=lambda each: each.number):
        until = [each for each in transcript.revisions if each.number <= revision.number]
        if revision.number <= quoted.number or shown_revision(until) is not revision:
            continue  # it was there, and nobody was shown it
        words = _words(_revision_of(session, testimony, viewer, now, revision, transcript), clip)
        if words is None or words.text != clip.words:
            return revision.created_at
    return None


def _quoted(testimony: Testimony, clip: Clip) -> tuple[Transcript, Revision]:
    return next(
        (transcript, revision)
        for transcript in testimony.transcripts
        for revision in transcript.revisions
        if revision.id == clip.revision_id
    )
