"""The places of segments in a revision: what a new text displaces, what it leaves, and in which order."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from archive.models import DepositedText, Recording, Revision, RevisionSegment, Segment, Testimony
from archive.models.segment import pack_words


@dataclass(frozen=True, slots=True)
class Place:
    """A segment's place in a revision. `number` is that of its recording, None where it has no sound;
    `numbers` are the recordings that the text runs over which it is part of."""

    segment_id: int
    number: int | None
    numbers: frozenset[int]
    start_ms: int | None
    end_ms: int | None
    machine: bool
    checked: bool

    @property
    def is_persons(self) -> bool:
        """Whether a person wrote it, or looked at it."""
        return self.checked or not self.machine

    def is_covered_by(self, numbers: set[int]) -> bool:
        """Whether a text that runs over these recordings takes its place: one without sound goes only where
        all that it is about is there anew."""
        return self.number in numbers if self.number is not None else self.numbers <= numbers


def places_of(session: Session, testimony: Testimony, revision: Revision | None) -> list[Place]:
    """The places of a revision, in its order."""
    if revision is None:
        return []
    numbers = {recording.id: recording.number for recording in testimony.recordings}
    rows = session.execute(
        select(
            Segment.id,
            Segment.recording_id,
            Segment.start_ms,
            Segment.end_ms,
            Segment.recognition_id,
            RevisionSegment.checked,
            DepositedText.runs_over,
        )
        .join(RevisionSegment, RevisionSegment.segment_id == Segment.id)
        .outerjoin(DepositedText, DepositedText.id == Segment.deposited_text_id)
        .where(RevisionSegment.revision_id == revision.id)
        .order_by(RevisionSegment.position)
    )
    places = []
    for row in rows:
        number = None if row.recording_id is None else numbers[row.recording_id]
        over = {each for each, _ in row.runs_over or ()} | ({number} if number is not None else set())
        machine = row.recognition_id is not None
        places.append(Place(row.id, number, frozenset(over), row.start_ms, row.end_ms, machine, row.checked))
    return places


def new_places(recording: Recording | None, rows: Iterable[Segment], over: Iterable[int] = ()) -> list[Place]:
    number = None if recording is None else recording.number
    numbers = frozenset(over if number is None else {number, *over})
    return [
        Place(row.id, number, numbers, row.start_ms, row.end_ms, row.recognition_id is not None, False)
        for row in rows
    ]


def left_beside(
    session: Session, places: Iterable[Place], recording: Recording, over: tuple[int, int] | None
) -> Iterator[Place]:
    """What a machine's text of one recording leaves in place: all else, and what was heard outside of the
    stretch that it is over. A passage that reaches into that stretch is cut between two words."""
    for place in places:
        if place.number != recording.number:
            yield place
        elif over is None or place.start_ms is None or place.end_ms is None:
            continue
        elif place.end_ms <= over[0] or place.start_ms >= over[1]:
            yield place
        elif place.start_ms < over[0] or place.end_ms > over[1]:
            yield from new_places(recording, _outside(session, place.segment_id, over))


def _outside(session: Session, segment_id: int, over: tuple[int, int]) -> list[Segment]:
    """The pieces of a segment before and after a stretch, as segments by the same maker."""
    segment = session.get_one(Segment, segment_id)
    words = [word for word in segment.iter_words() if word.timed]
    before = [word for word in words if word.end_ms is not None and word.end_ms <= over[0]]
    after = [word for word in words if word.start_ms is not None and word.start_ms >= over[1]]
    pieces = []
    for piece in filter(None, (before, after)):
        begin = piece[0].offset
        pieces.append(
            Segment(
                transcript_id=segment.transcript_id,
                recording_id=segment.recording_id,
                start_ms=piece[0].start_ms,
                end_ms=piece[-1].end_ms,
                language=segment.language,
                text=segment.text[begin : piece[-1].offset + len(piece[-1].text)],
                words=pack_words(replace(word, offset=word.offset - begin) for word in piece),
                speaker_label=segment.speaker_label,
                person_id=segment.person_id,
                recognition_id=segment.recognition_id,
            )
        )
    session.add_all(pieces)
    session.flush()
    return pieces


def in_order(places: Iterable[Place]) -> list[tuple[int, bool]]:
    """Segment ids, each with whether it was checked: recordings in their order, in each what has no sound
    first, where its text begins; what was heard in several transfers by its time."""

    def order(place: Place) -> tuple[int, bool, int]:
        number = min(place.numbers, default=0) if place.number is None else place.number
        return number, place.number is not None, place.start_ms or 0

    return [(place.segment_id, place.checked) for place in sorted(places, key=order)]
