"""Making clips: an anchor that never moves, and the words as they were."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from archive.changes import events, outbox
from archive.errors import Busy, NoMoreClips, NotQuotable
from archive.models import Clip, Testimony
from archive.quotation import LONGEST_MS, settle
from archive.reading import Reading

MOST_IN_ONE = 2_000
"""Clips of one testimony that readers may make: all of them lie in its object in the store."""

AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class NewClip:
    """What a clip is to quote. It is worked out without keeping anybody from writing."""

    testimony_id: int
    revision_id: int
    recording: int
    start_ms: int
    end_ms: int
    words: str
    title: str | None = None


def plan(
    testimony: Testimony,
    quoted: Reading,
    *,
    text: str | None = None,
    recording: int,
    start_ms: int,
    end_ms: int,
    title: str | None = None,
) -> NewClip:
    """The clip of a stretch of a loaded testimony. `quoted` is what the gate opens for quoting to whoever
    makes it, `text` the language of a translation. The anchor is moved to the ends of the words whose middle
    lies in the stretch. Raises NotQuotable."""
    stream = next((each for each in quoted.streams if each.translated_into == text), None)
    words = (
        settle(stream.passages, recording, start_ms, end_ms, longest_ms=LONGEST_MS)
        if stream and end_ms - start_ms <= LONGEST_MS
        else None
    )
    if stream is None or words is None or words.end_ms - words.start_ms > LONGEST_MS:
        most = f"{LONGEST_MS // 60_000} minutes"
        raise NotQuotable(f"there are no words in that stretch that may be quoted, or more than {most}")
    row = next(each for each in testimony.transcripts if each.public_id == stream.id)
    revision = next(each for each in row.revisions if each.number == stream.revision)
    return NewClip(
        testimony_id=testimony.id,
        revision_id=revision.id,
        recording=recording,
        start_ms=words.start_ms,
        end_ms=words.end_ms,
        words=words.text,
        title=" ".join(title.split()) or None if title else None,
    )


def find_same(session: Session, new: NewClip, closed: Collection[int] = ()) -> Clip | None:
    """The clip of the same words at the same place, but for those with a row id in `closed`: who may not have
    one is given another, and learns nothing."""
    same = select(Clip).where(
        Clip.testimony_id == new.testimony_id,
        Clip.revision_id == new.revision_id,
        Clip.recording_number == new.recording,
        Clip.start_ms == new.start_ms,
        Clip.end_ms == new.end_ms,
        Clip.words == new.words,
        Clip.title.is_(None) if new.title is None else Clip.title == new.title,
        Clip.id.not_in(list(closed)),
    )
    return session.scalars(same.order_by(Clip.id)).first()


def make(session: Session, new: NewClip, *, said_by: str, closed: Collection[int] = ()) -> Clip:
    """The clip, made unless there is the same one."""
    known = find_same(session, new, closed)
    if known is not None:
        return known
    clip = Clip(
        testimony_id=new.testimony_id,
        recording_number=new.recording,
        start_ms=new.start_ms,
        end_ms=new.end_ms,
        title=new.title,
        words=new.words,
        revision_id=new.revision_id,
    )
    session.add(clip)
    session.flush()
    testimony = session.get_one(Testimony, new.testimony_id)
    events.record(session, "clip", testimony_id=testimony.id, agent=said_by, detail={"clip": clip.public_id})
    outbox.announce_to_store(session, testimony)
    return clip


def refuse_too_many(session: Session, testimony_id: int, now: datetime, most: int) -> None:
    """Raise Busy where `most` clips were made in the last hour, by whomever, and NoMoreClips where a
    testimony has as many as may be: readers need no account for it, and a program of somebody's could go on
    for ever."""
    made = session.scalar(select(func.count(Clip.id)).where(Clip.created_at > now - AN_HOUR)) or 0
    if made >= most:
        raise Busy(f"{made} clips were made in the last hour")
    there = session.scalar(select(func.count(Clip.id)).where(Clip.testimony_id == testimony_id)) or 0
    if there >= MOST_IN_ONE:
        raise NoMoreClips(f"there are {there} clips of testimony {testimony_id}, as many as readers may make")
