"""Making clips: an anchor that never moves, and the words as they were."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.changes import events, outbox
from archive.errors import Busy, WrongInput
from archive.models import Clip, Testimony
from archive.quotation import quote
from archive.reading import Reading, Stream

LONGEST_MS = 10 * 60_000
"""Of a clip: what is longer is not quoted but told again."""

AN_HOUR = timedelta(hours=1)


def make(
    session: Session,
    testimony: Testimony,
    quoted: Reading,
    *,
    text: str | None = None,
    recording: int,
    start_ms: int,
    end_ms: int,
    title: str | None = None,
    said_by: str,
) -> Clip:
    """The clip of a stretch of a testimony, made unless there is one of the same words at the same place.

    `quoted` is what the gate opens for quoting to whoever makes it, `text` the language of a translation. The
    anchor is widened, or narrowed, to the words whose middle lies in the stretch. Raises WrongInput where
    there are none, and where the stretch is too long.
    """
    if end_ms - start_ms > LONGEST_MS:
        raise WrongInput(f"a clip is at most {LONGEST_MS // 60_000} minutes long")
    stream = _stream(quoted, text)
    words = quote(stream.passages, recording, start_ms, end_ms) if stream else None
    if stream is None or words is None:
        raise WrongInput("there are no words in that stretch that may be quoted")
    row = next(each for each in testimony.transcripts if each.public_id == stream.id)
    revision = next(each for each in row.revisions if each.number == stream.revision)
    title = " ".join(title.split()) or None if title else None
    same = select(Clip).where(
        Clip.testimony_id == testimony.id,
        Clip.revision_id == revision.id,
        Clip.recording_number == recording,
        Clip.start_ms == words.start_ms,
        Clip.end_ms == words.end_ms,
        Clip.words == words.text,
        Clip.title.is_(None) if title is None else Clip.title == title,
    )
    known = session.scalars(same.order_by(Clip.id)).first()
    if known is not None:
        return known
    clip = Clip(
        testimony_id=testimony.id,
        recording_number=recording,
        start_ms=words.start_ms,
        end_ms=words.end_ms,
        title=title,
        words=words.text,
        revision_id=revision.id,
    )
    session.add(clip)
    session.flush()
    events.record(session, "clip", testimony_id=testimony.id, agent=said_by, detail={"clip": clip.public_id})
    outbox.announce_to_store(session, testimony)
    return clip


def refuse_too_many(session: Session, now: datetime, most: int) -> None:
    """Raise Busy where readers made `most` clips in the last hour: they need no account for it, and a program
    of somebody's could go on for ever."""
    made = session.scalar(select(func.count(Clip.id)).where(Clip.created_at > now - AN_HOUR)) or 0
    if made >= most:
        raise Busy(f"{made} clips were made in the last hour, as many as may be")


def _stream(reading: Reading, text: str | None) -> Stream | None:
    return next((each for each in reading.streams if each.translated_into == text), None)
