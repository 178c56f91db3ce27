"""Publishing what a machine heard and what a person wrote, as revisions.

A revision holds all recordings of a testimony. Publishing the text of some of them makes a new revision with
their segments put in place; the segments of the others are shared with the revision before.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from archive.changes.places import in_order, left_beside, new_places, places_of
from archive.models import (
    DepositedText,
    Recognition,
    Recording,
    Revision,
    RevisionSegment,
    Segment,
    Testimony,
    Transcript,
)
from archive.models.segment import pack_words
from archive.models.transcript import shown_revision
from archive.reading import Word


@dataclass(frozen=True, slots=True)
class NewSegment:
    """A segment to be: cited times in ms, None where it has no sound; words with times of their own, or
    none."""

    start_ms: int | None
    end_ms: int | None
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
    over: tuple[int, int] | None = None,
) -> Revision:
    """Add the machine's text of one recording as a new machine revision; the run is published with it.

    Where a person's text is shown that has nothing of this recording but what a machine heard and nobody
    checked, it too gets a revision with the machine's segments in place, still marked as the machine's; no
    segment of a person is displaced. `over` is the stretch of cited time that the machine had to hear: what
    was heard outside of it, in another transfer of the recording, stays.
    """
    transcript = _original(session, testimony)
    run.published_at = at
    rows = _add_segments(session, transcript, recording, segments, recognition_id=run.id)
    machine = [revision for revision in transcript.revisions if revision.status == "machine"]
    shown = shown_revision(transcript.revisions)
    places = places_of(session, testimony, machine[-1] if machine else None)
    revision = _add_revision(
        session,
        transcript,
        in_order([*left_beside(session, places, recording, over), *new_places(recording, rows)]),
        author=None,
        status="machine",
        note=f"recording {recording.number} as a machine heard it",
    )
    if shown is not None and shown.status != "machine":
        places = places_of(session, testimony, shown)
        if not any(place.is_persons and recording.number in place.numbers for place in places):
            _add_revision(
                session,
                transcript,
                in_order([*left_beside(session, places, recording, over), *new_places(recording, rows)]),
                author=shown.author,
                status=shown.status,
                note=f"recording {recording.number} added as a machine heard it",
            )
    return revision


def publish_text(
    session: Session,
    testimony: Testimony,
    segments: Sequence[tuple[Recording | None, Sequence[NewSegment]]],
    *,
    author: str,
    numbers: Collection[int] = (),
    translation: str | None = None,
    text: DepositedText | None = None,
) -> Revision:
    """Add a person's text as a revision in review; what it does not run over stays as shown.

    `segments` are those of each recording, and of none. `numbers` are the recordings that it runs over, whose
    text it displaces, whether or not anything is said in them; those of its segments count too.
    `translation` is the language of a translation, None for the original. `text` is the file that it came in.
    """
    transcript = (
        _translation(session, testimony, translation) if translation else _original(session, testimony)
    )
    over = {*numbers, *(recording.number for recording, _ in segments if recording is not None)}
    shown = shown_revision(transcript.revisions)
    places = [place for place in places_of(session, testimony, shown) if not place.is_covered_by(over)]
    for recording, made in segments:
        rows = _add_segments(
            session, transcript, recording, made, deposited_text_id=None if text is None else text.id
        )
        places += new_places(recording, rows, over)
    told = ", ".join(str(number) for number in sorted(over))
    return _add_revision(
        session,
        transcript,
        in_order(places),
        author=author,
        # What was reviewed of other recordings is shown on; which passages were checked is told by each.
        status="reviewed" if shown is not None and shown.status == "reviewed" else "in review",
        note=f"recording {told} from the text that came with it" if over else "the text as it came",
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
    recording: Recording | None,
    segments: Sequence[NewSegment],
    *,
    recognition_id: int | None = None,
    deposited_text_id: int | None = None,
) -> list[Segment]:
    rows = [
        Segment(
            transcript_id=transcript.id,
            recording_id=None if recording is None else recording.id,
            start_ms=segment.start_ms,
            end_ms=segment.end_ms,
            language=segment.language,
            text=segment.text,
            words=pack_words(segment.words),
            speaker_label=segment.speaker_label,
            person_id=segment.person_id,
            recognition_id=recognition_id,
            deposited_text_id=deposited_text_id,
        )
        for segment in segments
    ]
    session.add_all(rows)
    session.flush()
    return rows


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
