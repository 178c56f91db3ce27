"""Publishing what a machine heard and what a person wrote, as revisions.

A revision holds all recordings of a testimony. Publishing one recording makes a new revision with that
recording's segments put in place; the segments of the others are shared with the revision before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.models import Recognition, Recording, Revision, RevisionSegment, Segment, Testimony, Transcript
from archive.models.segment import pack_words
from archive.models.transcript import shown_revision
from archive.reading import Word


@dataclass(frozen=True, slots=True)
class NewSegment:
    """A segment to be: cited times in ms; words with times of their own, or none."""

    start_ms: int
    end_ms: int
    language: str
    text: str
    words: tuple[Word, ...] = ()
    speaker_label: str | None = None
    person_id: int | None = None


def publish_machine(
    session: Session,
    testimony: Testimony,
    recording: Recording,
    run: Recognition,
    segments: Sequence[NewSegment],
    *,
    at: datetime,
) -> Revision:
    """Add the machine's text of one recording as a new machine revision; the run is published with it.

    Where a person's text is shown that has nothing of this recording yet, it too gets a revision with the
    machine's segments added, still marked as the machine's; it displaces no segment of a person.
    """
    transcript = _original(session, testimony)
    run.published_at = at
    rows = _add_segments(session, transcript, recording, segments, recognition_id=run.id)
    machine = [revision for revision in transcript.revisions if revision.status == "machine"]
    shown = shown_revision(transcript.revisions)
    revision = _add_revision(
        session,
        transcript,
        _placed(session, testimony, machine[-1] if machine else None, recording, rows),
        author=None,
        status="machine",
        note=f"recording {recording.number} as a machine heard it",
    )
    if shown is not None and shown.status != "machine":
        held = _segment_places(session, shown)
        if not any(recording_id == recording.id for _, recording_id, _ in held):
            _add_revision(
                session,
                transcript,
                _placed(session, testimony, shown, recording, rows),
                author=shown.author,
                status=shown.status,
                note=f"recording {recording.number} added as a machine heard it",
            )
    return revision


def publish_captions(
    session: Session,
    testimony: Testimony,
    recording: Recording,
    segments: Sequence[NewSegment],
    *,
    author: str,
    translation: str | None = None,
) -> Revision:
    """Add a person's text of one recording as a revision in review; other recordings stay as shown.

    `translation` is the language of a translation, None for the original.
    """
    transcript = (
        _translation(session, testimony, translation) if translation else _original(session, testimony)
    )
    rows = _add_segments(session, transcript, recording, segments, recognition_id=None)
    shown = shown_revision(transcript.revisions)
    return _add_revision(
        session,
        transcript,
        _placed(session, testimony, shown, recording, rows),
        author=author,
        # What was reviewed of other recordings is shown on; which passages were checked is told by each.
        status="reviewed" if shown is not None and shown.status == "reviewed" else "in review",
        note=f"recording {recording.number} from the captions that came with it",
    )


def _translation(session: Session, testimony: Testimony, language: str) -> Transcript:
    for transcript in testimony.transcripts:
        if transcript.kind == "translation" and transcript.language == language:
            return transcript
    transcript = Transcript(testimony_id=testimony.id, kind="translation", language=language, revisions=[])
    testimony.transcripts.append(transcript)
    session.flush()
    return transcript


def _original(session: Session, testimony: Testimony) -> Transcript:
    for transcript in testimony.transcripts:
        if transcript.kind == "original":
            return transcript
    transcript = Transcript(testimony_id=testimony.id, kind="original", revisions=[])
    testimony.transcripts.append(transcript)
    session.flush()
    return transcript


def _add_segments(
    session: Session,
    transcript: Transcript,
    recording: Recording,
    segments: Sequence[NewSegment],
    *,
    recognition_id: int | None,
) -> list[Segment]:
    rows = [
        Segment(
            transcript_id=transcript.id,
            recording_id=recording.id,
            start_ms=segment.start_ms,
            end_ms=segment.end_ms,
            language=segment.language,
            text=segment.text,
            words=pack_words(segment.words),
            speaker_label=segment.speaker_label,
            person_id=segment.person_id,
            recognition_id=recognition_id,
        )
        for segment in segments
    ]
    session.add_all(rows)
    session.flush()
    return rows


def _segment_places(session: Session, revision: Revision) -> list[tuple[int, int | None, bool]]:
    """(segment id, recording id, checked) in the revision's order."""
    rows = session.execute(
        select(Segment.id, Segment.recording_id, RevisionSegment.checked)
        .join(RevisionSegment, RevisionSegment.segment_id == Segment.id)
        .where(RevisionSegment.revision_id == revision.id)
        .order_by(RevisionSegment.position)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def _placed(
    session: Session,
    testimony: Testimony,
    base: Revision | None,
    recording: Recording,
    rows: Sequence[Segment],
) -> list[tuple[int, bool]]:
    """Segment ids of `base`, each with whether it was checked there, with those of one recording replaced by
    `rows`; recordings in their order."""
    held = _segment_places(session, base) if base is not None else []
    numbers: dict[int | None, int] = {r.id: r.number for r in testimony.recordings}
    others = [(numbers.get(rid, 0), sid, checked) for sid, rid, checked in held if rid != recording.id]
    placed = others + [(recording.number, row.id, False) for row in rows]
    return [(segment_id, checked) for _, segment_id, checked in sorted(placed, key=lambda place: place[0])]


def _add_revision(
    session: Session,
    transcript: Transcript,
    places: Sequence[tuple[int, bool]],
    *,
    author: str | None,
    status: str,
    note: str,
) -> Revision:
    numbers = [revision.number for revision in transcript.revisions]
    revision = Revision(number=max(numbers, default=0) + 1, author=author, status=status, note=note)
    transcript.revisions.append(revision)
    session.flush()
    session.add_all(
        RevisionSegment(revision_id=revision.id, segment_id=segment_id, position=position, checked=checked)
        for position, (segment_id, checked) in enumerate(places)
    )
    session.flush()
    return revision
