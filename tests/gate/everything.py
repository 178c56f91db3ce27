"""One archive in which everything is closed that can be, in every way, beside the same thing open.

Every text in it holds a word of its own (`zq1`, `zq2`, ...), so that whatever gets out says what it is.
TOMORROW something opens and something closes.
"""

import re
from itertools import count

from tests.gate.worlds import (
    DAY,
    NOW,
    Chapter,
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

TOMORROW = NOW + DAY

_numbers = count(1)


def words_of(world: World) -> frozenset[str]:
    """The words by which the texts of a world are known."""
    return frozenset(re.findall(r"zq\d+", repr(world)))


def _word() -> str:
    return f"zq{next(_numbers)}"


def _segments(
    ids: str, *lines: tuple[int | None, int], machine: bool = False, **options: object
) -> tuple[Segment, ...]:
    """Segments of four words each; `lines` are recording and start in ms."""
    return tuple(
        spoken(
            f"{ids}-{options.get('language', 'en')}",
            " ".join(("Rain", _word(), _word(), "bread")),
            None if tape is None else at,
            position=position,
            recording=tape,
            machine=machine,
            **options,
        )
        for position, (tape, at) in enumerate(lines)
    )


def _transcript(
    ids: str, language: str | None, segments: tuple[Segment, ...], status: str = "in review"
) -> Transcript:
    author = None if status == "machine" else f"Writer {_word()}"
    return Transcript(name_id(ids, "text", language), language, Revision(2, status, author, segments))


def _chapter(ids: str, position: int, tape: int | None, start: int | None, end: int | None) -> Chapter:
    return Chapter(
        name_id(ids, "chapter", position),
        position,
        tape,
        start,
        end,
        f"Chapter {_word()}",
        f"On {_word()}",
        (_word(),),
        (_word(),),
    )


def _described(ids: str, collection: str, **parts: object) -> Testimony:
    """A testimony with a word in each of its fields."""
    fields: dict[str, object] = {
        "title": f"Rain {_word()}",
        "kind": f"kind {_word()}",
        "date": "1996",
        "years": (1996,),
        "summary": f"It rained {_word()}.",
        "languages": ("en",),
        "places": (f"Hel {_word()}",),
        "subjects": (f"weather {_word()}",),
        "rights": f"Rights {_word()}",
        "description": (("source", f"Source {_word()}"), ("content_warning", f"Warning {_word()}")),
        "people": (("interviewee", f"A. {_word()}"), ("interviewer", None)),
        "published_at": NOW - next(_numbers) * DAY,
    }
    return Testimony(name_id(ids), f"N/{_word()}", collection, **{**fields, **parts})  # type: ignore[arg-type]  # its fields


def _spoken(
    ids: str, collection: str, *statements: Statement, machine: bool = False, **parts: object
) -> Testimony:
    """A testimony with a video, a text, and chapters of its own."""
    segments = _segments(ids, (1, 0), (1, 4000), machine=machine, speaker=None if machine else 0)
    return _described(
        ids,
        collection,
        recordings=(Recording(name_id(ids, "tape"), 1, 20_000, video=True, poster=True),),
        transcripts=(_transcript(ids, None, segments, "machine" if machine else "reviewed"),),
        chapters=(_chapter(ids, 0, 1, 0, 2000),),
        statements=statements,
        **parts,
    )


def _partly_open() -> Testimony:
    """Open, with a closing of every kind in it."""
    ids = "partly"
    tapes = tuple(
        Recording(
            name_id(ids, "tape", number),
            number,
            20_000,
            video=number in (3, 4),
            poster=True,
            in_store=number == 1,
            copied=number in (1, 3),
        )
        for number in (1, 2, 3, 4)
    )
    lines = [(tape, at) for tape in (1, 2, 3, 4) for at in (0, 4000, 8000)]
    original = _transcript(ids, None, _segments(ids, *lines, speaker=0, label=f"Voice {_word()}"))
    german = _transcript(ids, "de", _segments(ids, *lines, language="de", timed=False))
    polish = _transcript(ids, "pl", _segments(ids, *lines, language="pl"))
    said = original.revision.segments
    clips = (
        clip_of(name_id(ids, "clip", 0), original, [said[2]], f"Clip {_word()}"),  # the last of tape 1, open
        clip_of(name_id(ids, "clip", 1), original, [said[0]], f"Clip {_word()}"),
        clip_of(name_id(ids, "clip", 2), original, [said[1]], f"Clip {_word()}"),
        clip_of(name_id(ids, "clip", 3), original, [said[5]], f"Clip {_word()}"),
        clip_of(name_id(ids, "clip", 4), german, [german.revision.segments[2]], f"Clip {_word()}"),
        clip_of(name_id(ids, "clip", 5), original, [said[6], said[7]], f"Clip {_word()}"),
        clip_of(name_id(ids, "clip", 6), original, [said[10]], f"Clip {_word()}"),
    )
    return _described(
        ids,
        "shelf-open",
        recordings=tapes,
        clips=clips,
        transcripts=(original, german, polish),
        chapters=(
            _chapter(ids, 0, 3, 0, 2000),
            _chapter(ids, 1, 3, 8000, 12_000),
            _chapter(ids, 2, 1, 0, 1000),
            _chapter(ids, 3, 2, 0, 1000),
            _chapter(ids, 4, 4, 4000, 6000),
        ),
        statements=(
            Statement("public"),
            # Within a word of the first tape, and in a pause.
            Statement("restricted", stretch=(1, 600, 1100), notice=f"Closed {_word()}"),
            Statement("registered", stretch=(1, 2000, 3900)),
            Statement("reading room", "recording", 2),
            Statement("withdrawn", "transcript", german.id),
            Statement("restricted", "transcript", polish.id, (3, 4000, 4600)),
            Statement("restricted", "chapter", name_id(ids, "chapter", 1)),
            Statement("restricted", "clip", clips[2].id),
            # Opened once and closed again, and the other way round.
            Statement("restricted", stretch=(3, 0, 900)),
            Statement("public", stretch=(3, 0, 900), ends_at=TOMORROW),
            Statement("withdrawn", stretch=(4, 4000, 5000), begins_at=TOMORROW),
        ),
    )


def _without_sound() -> Testimony:
    """Two texts and no recording; one text is closed."""
    ids = "soundless"
    english = _transcript(ids, None, _segments(ids, (None, 0), (None, 0)))
    german = _transcript(ids, "de", _segments(ids, (None, 0), language="de"))
    return _described(
        ids,
        "shelf-open",
        transcripts=(english, german),
        chapters=(_chapter(ids, 0, None, None, None), _chapter(ids, 1, None, None, None)),
        statements=(
            Statement("public"),
            Statement("restricted", "transcript", german.id),
            Statement("restricted", "chapter", name_id(ids, "chapter", 1)),
        ),
    )


_CLOSED = f"Closed at the wish of its owner {_word()}."

EVERYTHING = World(
    collections=(
        Collection("shelf-open", "Reports", "Reports on the weather", "A library"),
        Collection("shelf-staff", "Drafts", None, None, "staff"),
        Collection(f"shelf-{_word()}", f"Closed {_word()}", f"On {_word()}", f"By {_word()}"),
    ),
    testimonies=(
        _partly_open(),
        _without_sound(),
        _spoken("open", "shelf-open", Statement("public")),
        _spoken("restricted", "shelf-open", Statement("public"), Statement("restricted")),
        _spoken("registered", "shelf-open", Statement("registered")),
        _spoken("reading-room", "shelf-open", Statement("reading room")),
        _spoken("noticed", "shelf-open", Statement("restricted", notice=_CLOSED)),
        _spoken(
            "withdrawn",
            "shelf-open",
            Statement("restricted", notice=_CLOSED),
            Statement("withdrawn", notice=_word()),
        ),
        _spoken("unpublished", "shelf-open", Statement("public"), published_at=None),
        _spoken("unsaid", "shelf-open"),
        _spoken("until", "shelf-open", Statement("public", ends_at=TOMORROW)),
        _spoken(
            "until-a-notice",
            "shelf-open",
            Statement("public"),
            Statement("restricted", stretch=(1, 0, 400), begins_at=TOMORROW),
        ),
        _spoken("embargo", "shelf-open", Statement("public", begins_at=TOMORROW)),
        _spoken("machine", "shelf-staff", Statement("public"), machine=True),
    ),
)
_SHELF = EVERYTHING.collections[2].slug
EVERYTHING = World(
    EVERYTHING.collections,
    (
        *EVERYTHING.testimonies,
        _spoken("shelved", _SHELF, Statement("restricted")),
        _spoken("shelved-soon", _SHELF, Statement("public", ends_at=TOMORROW)),
    ),
)
