"""Archives that are drawn by chance: every kind of thing in them, and every kind of word on it."""

from dataclasses import replace

from hypothesis import strategies as st

from archive.models.access import LEVELS
from tests.gate.worlds import (
    DAY,
    NOW,
    PLACES,
    SEGMENT_PAUSE_MS,
    SUBJECTS,
    TRANSLATIONS,
    VOCABULARY,
    Chapter,
    Clip,
    Collection,
    Recording,
    Revision,
    Segment,
    Statement,
    Testimony,
    Transcript,
    World,
    clip_of,
    name_id,
    spoken,
)

_texts = st.lists(st.sampled_from(VOCABULARY), min_size=2, max_size=5).map(" ".join)
_moments = st.none() | st.integers(-3, 3).map(lambda days: NOW + days * DAY)


@st.composite
def _segments(
    draw: st.DrawFn, ids: str, tapes: list[int | None], *, original: bool, people: int
) -> tuple[Segment, ...]:
    segments: list[Segment] = []
    for tape in tapes:
        at: int | None = None if tape is None else 0
        for text in draw(st.lists(_texts, min_size=1, max_size=3)):
            machine = original and tape is not None and draw(st.booleans())
            segment = spoken(
                ids,
                text,
                at,
                position=len(segments),
                recording=tape,
                language=draw(st.sampled_from(["en", "de"])) if original else ids[-2:],
                timed=original and draw(st.integers(0, 3)) > 0,
                machine=machine,
                checked=machine and draw(st.booleans()),
                speaker=draw(st.none() | st.integers(0, people - 1)) if people and not machine else None,
                label=draw(st.sampled_from([None, None, "Voice A", "Voice B", "interviewer"]))
                if not machine
                else None,
            )
            segments.append(segment)
            at = None if segment.end_ms is None else segment.end_ms + SEGMENT_PAUSE_MS
    return tuple(segments)


@st.composite
def _transcripts(draw: st.DrawFn, ids: str, tapes: list[int | None], people: int) -> tuple[Transcript, ...]:
    transcripts = []
    for language in (None, *TRANSLATIONS[: draw(st.integers(0, 2))]):
        own = f"{ids}-text-{language or 'original'}"
        segments = draw(_segments(own, tapes, original=language is None, people=people))
        persons = any(not segment.machine for segment in segments)
        status = draw(st.sampled_from(["in review", "reviewed"])) if persons else "machine"
        author = "A. Writer" if persons else None
        revision = Revision(draw(st.integers(1, 3)), status, author, segments)
        transcripts.append(Transcript(name_id(own), language, revision))
    return tuple(transcripts)


@st.composite
def _chapters(draw: st.DrawFn, ids: str, tapes: list[int | None]) -> tuple[Chapter, ...]:
    chapters = []
    for position in range(draw(st.integers(0, 2)) if tapes else 0):
        tape = draw(st.sampled_from(tapes))
        start = draw(st.integers(0, 8)) * 500
        end = draw(st.none() | st.integers(1, 8).map(lambda length, start=start: start + 500 * length))  # type: ignore[misc]
        chapters.append(
            Chapter(
                name_id(ids, "chapter", position),
                position,
                tape,
                None if tape is None else start,
                None if tape is None else end,
                draw(_texts),
                draw(st.none() | _texts),
                draw(st.just(()) | st.just(("harvest",))),
                draw(st.just(()) | st.just(("Hel",))),
            )
        )
    return tuple(chapters)


@st.composite
def _clips(draw: st.DrawFn, ids: str, transcripts: tuple[Transcript, ...]) -> tuple[Clip, ...]:
    """At most one of each text."""
    return tuple(
        clip_of(name_id(ids, "clip", transcript.id), transcript, [draw(st.sampled_from(spoken_there))])
        for transcript in transcripts
        if (spoken_there := [each for each in transcript.revision.segments if each.start_ms is not None])
        and draw(st.booleans())
    )


@st.composite
def said(draw: st.DrawFn, testimony: Testimony) -> Statement:
    """A statement on a testimony, or on something in it."""
    levels = st.sampled_from([*LEVELS, "restricted"])
    dates = sorted(draw(st.tuples(_moments, _moments)), key=lambda moment: moment or NOW - 9 * DAY)
    begins_at, ends_at = dates
    if draw(st.booleans()):
        # Only one of the two, as most statements are dated.
        begins_at, ends_at = (begins_at or ends_at, None) if draw(st.booleans()) else (None, ends_at)
    if begins_at is not None and begins_at == ends_at:
        ends_at = begins_at + DAY
    things: list[tuple[str, int | str | None]] = [("stretch", None)] * 4 + [("testimony", None)]
    things += [("recording", recording.number) for recording in testimony.recordings]
    things += [("transcript", transcript.id) for transcript in testimony.transcripts]
    things += [("chapter", chapter.id) for chapter in testimony.chapters]
    things += [("clip", clip.id) for clip in testimony.clips]
    subject, thing = draw(st.sampled_from(things))
    stretch = None
    numbers = [recording.number for recording in testimony.recordings]
    if subject == "stretch" and not numbers:
        subject = "testimony"
    if subject == "stretch" or (subject == "transcript" and numbers and draw(st.booleans())):
        start = draw(st.integers(0, 10)) * 250
        end = draw(st.none() | st.integers(1, 6).map(lambda length: start + 250 * length))
        stretch = (draw(st.sampled_from(numbers)), start, end)
    return Statement(
        draw(levels),
        "testimony" if subject == "stretch" else subject,
        thing,
        stretch,
        begins_at,
        ends_at,
        draw(st.sampled_from([None, None, "Closed at the wish of its owner."])),
    )


@st.composite
def _testimonies(draw: st.DrawFn, number: int, collections: tuple[Collection, ...]) -> Testimony:
    ids = f"testimony-{number}"
    people = tuple(
        (role, draw(st.sampled_from([None, f"{role[:1].upper()}. {number}"])))
        for role in ("interviewee", "interviewer")[: draw(st.integers(0, 2))]
    )
    numbers = draw(st.sampled_from([(1,), (1, 2), (1, 2, 3), ()]))
    tapes: list[int | None] = [*numbers]
    if not numbers or draw(st.integers(0, 3)) == 0:
        tapes.append(None)  # text without sound, beside recordings or alone
    recordings = tuple(
        Recording(
            name_id(ids, "recording", tape),
            tape,
            duration_ms=draw(st.integers(14, 20)) * 1000,
            video=draw(st.booleans()),
            offset_ms=draw(st.sampled_from([0, 0, 500])),
            playable=draw(st.integers(0, 4)) > 0,
            in_store=number == 0 and tape == 1,
            poster=draw(st.booleans()),
            copied=draw(st.booleans()),
        )
        for tape in numbers
    )
    year = draw(st.none() | st.integers(1994, 1996))
    transcripts = draw(_transcripts(ids, tapes, len(people)))
    bare = Testimony(
        id=name_id(ids),
        accession_number=draw(st.sampled_from([None, f"N/{number}"])),
        collection=draw(st.sampled_from(collections)).slug,
        title=draw(st.none() | _texts),
        kind=draw(st.sampled_from(["interview", "statement"])),
        date=None if year is None else str(year),
        years=() if year is None else (year,),
        summary=draw(st.none() | _texts),
        languages=draw(st.sampled_from([(), ("en",), ("de",)])),
        places=tuple(draw(st.sets(st.sampled_from(PLACES), max_size=2).map(sorted))),
        subjects=tuple(draw(st.sets(st.sampled_from(SUBJECTS), max_size=2).map(sorted))),
        rights=draw(st.none() | _texts),
        description=draw(st.sampled_from([(), (("source", "A shelf"),)])),
        people=people,
        published_at=draw(st.sampled_from([NOW, NOW, NOW, NOW, None])) and NOW - (9 - number) * DAY,
        recordings=recordings,
        transcripts=transcripts,
        chapters=draw(_chapters(ids, tapes)),
        clips=draw(_clips(ids, transcripts)),
    )
    opened = draw(st.integers(0, 9)) > 0
    statements = draw(st.lists(said(bare), min_size=1, max_size=4))
    first = (Statement("public", ends_at=draw(st.none() | _moments)),) if opened else ()
    return replace(bare, statements=(*first, *statements))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Random archives."""
    collections = tuple(
        Collection(
            f"collection-{number}",
            f"Reports {number}",
            draw(st.none() | _texts),
            draw(st.sampled_from([None, "A library"])),
            draw(st.sampled_from(["open", "open", "listen", "staff"])),
        )
        for number in range(draw(st.integers(1, 2)))
    )
    count = draw(st.integers(1, 4))
    return World(collections, tuple(draw(_testimonies(number, collections)) for number in range(count)))
