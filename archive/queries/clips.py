"""Clips, for whoever may have what they quote."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.access import EVERYTHING, Opening, Viewer
from archive.models import Clip, Revision, Testimony, Transcript
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
    """The passages that it was quoted from, a line each, with what made them; None where they cannot be had
    any more."""
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
    later = list(_later(transcript, quoted, shown)) if said != clip.words else []
    return OpenClip(
        id=clip.public_id,
        title=clip.title,
        recording=clip.recording_number,
        start_ms=clip.start_ms,
        end_ms=clip.end_ms,
        words=clip.words,
        made_at=clip.created_at,
        text=transcript.language if transcript.kind == "translation" else None,
        source=_source(session, testimony, viewer, now, clip, quoted, shown, transcript),
        now=said,
        corrected_at=_corrected_at(session, testimony, viewer, now, clip, transcript, later),
    )


def _stream(reading: object, transcript: Transcript) -> Stream | None:
    if not isinstance(reading, Reading):
        return None
    return next((each for each in reading.streams if each.id == transcript.public_id), None)


def _words(stream: Stream | None, clip: Clip) -> Quotation | None:
    return quote(stream.passages, clip.recording_number, clip.start_ms, clip.end_ms) if stream else None


def _source(
    session: Session,
    testimony: Testimony,
    viewer: Viewer,
    now: datetime,
    clip: Clip,
    quoted: Revision,
    shown: Stream | None,
    transcript: Transcript,
) -> Stream | None:
    """The stream that was quoted, cut to the passages in which the words stand."""
    stream = shown
    if shown is None or shown.revision != quoted.number:
        reading = read(session, testimony, viewer, "quote", now, revision=quoted.number)
        stream = _stream(reading, transcript)
    words = _words(stream, clip)
    if stream is None or words is None or words.text != clip.words:
        return None
    return replace(stream, passages=words.passages)


def _later(transcript: Transcript, quoted: Revision, shown: Stream | None) -> Iterator[Revision]:
    """The revisions after the quoted one, up to the one that is shown."""
    for revision in sorted(transcript.revisions, key=lambda each: each.number):
        if revision.number > quoted.number and (shown is None or revision.number <= shown.revision):
            yield revision


def _corrected_at(
    session: Session,
    testimony: Testimony,
    viewer: Viewer,
    now: datetime,
    clip: Clip,
    transcript: Transcript,
    later: Sequence[Revision],
) -> datetime | None:
    """When the first of the later revisions came to be that has other words there."""
    for revision in later[:-1]:
        reading = read(session, testimony, viewer, "quote", now, revision=revision.number)
        words = _words(_stream(reading, transcript), clip)
        if words is None or words.text != clip.words:
            return revision.created_at
    return later[-1].created_at if later else None


def _quoted(testimony: Testimony, clip: Clip) -> tuple[Transcript, Revision]:
    return next(
        (transcript, revision)
        for transcript in testimony.transcripts
        for revision in transcript.revisions
        if revision.id == clip.revision_id
    )
