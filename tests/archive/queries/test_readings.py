"""What of a testimony is loaded: a part tells what the whole does, and two uses share what they may."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from archive.access import PUBLIC, STAFF, Viewer
from archive.changes.access import NewStatement
from archive.database import reading
from archive.models import (
    AccessStatement,
    Base,
    Collection,
    File,
    Person,
    Recognition,
    Recording,
    Revision,
    RevisionSegment,
    Role,
    Segment,
    Testimony,
    Transcript,
)
from archive.models.segment import pack_words
from archive.queries import found, readings, testimonies
from archive.reading import Passage, Reading, Word
from schemas.query import And, Node, Not, Or, Phrase, Term
from search.analysis import tokens
from search.find import ask, words_around
from search.match import mark
from tests.archives import NOW, SmallArchive

WORDS = ("rain", "Łódź", "bread", "l'hiver", "z.B.", "—", "ـ", "ʼ", "גשם", "oven-warm", "sun.")
LABELS = (None, None, "A private name", "Another", "Interviewer", "")
PUBLIC_NAME = "A. B."


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """An empty database; what an example adds is rolled back."""
    made = create_engine("sqlite://")
    Base.metadata.create_all(made)
    yield made
    made.dispose()


def packed(text: str, start: int) -> bytes:
    words, offset = [], 0
    for number, part in enumerate(text.split()):
        offset = text.index(part, offset)
        words.append(Word(part, offset, start + number * 100, start + number * 100 + 80, 0.5))
        offset += len(part)
    return pack_words(words)


@st.composite
def archives(draw: st.DrawFn) -> tuple[Testimony, list[list[Segment]]]:
    """A testimony with neither ids nor revisions yet, and the segments of each of its transcripts, whose
    `recording_id`, `person_id` and `recognition_id` count from 1."""
    texts = st.lists(st.sampled_from(WORDS), min_size=0, max_size=5).map(" ".join)
    spaces = st.sampled_from(["", "", "", " "])
    transcripts = []
    for _ in range(draw(st.integers(1, 2))):
        segments = []
        for recording in (1, 2, None):
            for number in range(draw(st.integers(0, 7)) if recording else draw(st.integers(0, 2))):
                text = draw(spaces) + draw(texts) + draw(spaces)
                start = number * 1000
                timed = recording is not None and draw(st.booleans())
                segments.append(
                    Segment(
                        recording_id=recording,
                        start_ms=start if recording else None,
                        end_ms=start + 600 if recording else None,
                        person_id=draw(st.sampled_from([None, None, None, 1, 2, 3])),
                        speaker_label=draw(st.sampled_from(LABELS)),
                        language=draw(st.sampled_from(["en", "fr", "he"])),
                        recognition_id=draw(st.sampled_from([None, 1, 2])),
                        text=text,
                        words=packed(text, start) if timed else b"",
                    )
                )
        transcripts.append(segments)
    cuts = st.builds(
        lambda subject, recording, start, length, level: AccessStatement(
            subject=subject,
            subject_id={"recording": recording, "transcript": 1}.get(subject),
            stretch_recording=recording,
            start_ms=start,
            end_ms=start + length if length else None,
            level=level,
            said_by="test",
        ),
        st.sampled_from(["testimony", "recording", "transcript"]),
        st.sampled_from([1, 2]),
        st.integers(0, 80).map(lambda tenths: tenths * 100 - tenths % 3) | st.integers(0, 8000),
        st.none() | st.integers(1, 2500),
        st.sampled_from(["restricted", "withdrawn", "public"]),
    )
    row = Testimony(
        collection=Collection(
            slug="c", name="C", machine_text=draw(st.sampled_from(["open", "open", "staff"]))
        ),
        kind="interview",
        years=[],
        languages=draw(st.sampled_from([[], ["pl"]])),
        places=[],
        subjects=[],
        description={},
        published_at=NOW,
        statements=[
            AccessStatement(subject="testimony", level="public", said_by="test"),
            *draw(st.lists(cuts, max_size=3)),
        ],
    )
    return row, transcripts


def add(
    session: Session, row: Testimony, transcripts: Sequence[Sequence[Segment]], checked: Iterator[bool]
) -> None:
    for number, name in enumerate((PUBLIC_NAME, None, None), start=1):
        person = Person(id=number, names=[], published_name=name)
        session.add(person)
        if number < 3:  # the third is nobody of this testimony
            row.roles.append(Role(role="interviewee", position=number, person=person))
    for number in (1, 2):
        file = File(
            id=number,
            sha512=f"{number}" * 128,
            sha256=f"{number}" * 64,
            size=1,
            media_type="audio/mp4",
            duration_ms=9000,
            video=False,
            probe={},
            original_name="a.wav",
            source="",
        )
        row.recordings.append(Recording(id=number, number=number, files=[file]))
    session.add(row)
    session.flush()
    for number in (1, 2):
        session.add(
            Recognition(
                id=number,
                file_id=number,
                engine="engine",
                engine_version=f"{number}",
                model="base",
                parameters={},
                language="en",
                language_given=False,
                plan=[],
                flags=[],
            )
        )
    session.flush()
    for transcript_id, segments in enumerate(transcripts, start=1):
        revision = Revision(number=1, author="An archivist", status="in review")
        kind = "original" if transcript_id == 1 else "translation"
        session.add(
            Transcript(
                id=transcript_id,
                testimony_id=row.id,
                kind=kind,
                language=None if transcript_id == 1 else "de",
                revisions=[revision],
            )
        )
        session.flush()
        for position, segment in enumerate(segments):
            segment.transcript_id = transcript_id
            session.add(segment)
            session.flush()
            session.add(
                RevisionSegment(
                    revision_id=revision.id,
                    segment_id=segment.id,
                    position=position,
                    checked=next(checked),
                )
            )
    session.flush()
    session.expunge_all()


def read_part(session: Session, row: Testimony, viewer: Viewer, wanted: set[str], around: int) -> Reading:
    asked = {row.public_id: wanted}
    found = readings.read_parts(session, [row], viewer, "search", NOW, wanted=asked, around=around)
    return found[row.public_id]


def passages_of(one: Reading) -> list[Passage]:
    return [passage for stream in one.streams for passage in stream.passages]


@st.composite
def phrases(draw: st.DrawFn, whole: Reading) -> Node:
    """A phrase of what follows on one another in one stream, of up to twelve words; or a word."""
    streams = [
        [form.exact for passage in stream.passages for form in tokens(passage.text, passage.language)]
        for stream in whole.streams
    ]
    said = draw(st.sampled_from([words for words in streams if words] or [["rain"]]))
    start = draw(st.integers(0, len(said) - 1))
    words = said[start : start + draw(st.integers(1, 12))]
    if len(words) == 1:
        return Term(word=words[0])
    return Phrase(words=tuple(words))


@pytest.mark.slow
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(archives(), st.sampled_from([PUBLIC, STAFF]), st.data())
def test_a_part_tells_what_the_whole_tells(
    engine: Engine,
    made: tuple[Testimony, list[list[Segment]]],
    viewer: Viewer,
    data: st.DataObject,
) -> None:
    with Session(engine) as session:
        add(session, *made, (data.draw(st.booleans()) for _ in count()))
        row = session.get_one(Testimony, 1)
        row = testimonies.load(session, [row.id])[0]
        whole = readings.read(session, row, viewer, "search", NOW)
        assert isinstance(whole, Reading)
        ids = [passage.id for passage in passages_of(whole)]
        wanted = data.draw(st.sets(st.sampled_from(ids), max_size=4)) if ids else set()
        positive = data.draw(phrases(whole))
        other = data.draw(phrases(whole))
        tree: Node = data.draw(
            st.sampled_from([positive, And(parts=(positive, Not(part=other))), Or(parts=(positive, other))])
        )
        around = words_around(ask("").model_copy(update={"tree": tree}))
        part = read_part(session, row, viewer, wanted, around)
        assert replace(part, streams=()) == replace(whole, streams=())
        for stream in part.streams:
            same = next(other for other in whole.streams if other.id == stream.id)
            assert (stream.kind, stream.revision, stream.status) == (same.kind, same.revision, same.status)
            assert stream.machine or not any(passage.machine for passage in stream.passages)
        known = {passage.id: replace(passage, gap_before=False) for passage in passages_of(whole)}
        given_ids = [passage.id for passage in passages_of(part)]
        assert wanted <= set(given_ids)
        assert given_ids == [one for one in ids if one in set(given_ids)]
        for passage in passages_of(part):
            assert replace(passage, gap_before=False) == known[passage.id]
        marks = [
            (match.fields, [(one.passage.id, one.stream, one.marks, one.joined) for one in match.passages])
            for match in (mark(tree, whole, wanted), mark(tree, part, wanted))
        ]
        assert marks[0] == marks[1]


def test_of_a_long_text_only_what_is_wanted_is_loaded(archive: SmallArchive) -> None:
    sentences = [f"It rained on day {number}." for number in range(50)]
    public_id = archive.add("Weather", [sentences])
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        whole = readings.read(session, row, PUBLIC, "search", NOW)
        assert isinstance(whole, Reading)
        wanted = whole.streams[0].passages[20].id
        numbers = []
        for around in (0, 1, 8):
            part = read_part(session, row, PUBLIC, {wanted}, around)
            numbers.append(len(part.streams[0].passages))
        assert numbers[0] == 1
        assert 5 <= numbers[1] <= numbers[2] < 20


@pytest.mark.slow
@pytest.mark.parametrize(
    ("texts", "phrase"),
    [
        # The passages into which the phrase runs have words that it reaches from their other side.
        (["rain", "fell", "hard", "on sun"] * 6, ("sun", "rain", "fell", "hard", "on")),
        # Lines without a word are no distance.
        (["rain", *["—"] * 12, "sun"] * 3, ("rain", "sun")),
        (["Rain fell.", "Sun", "came", "and went."] * 8, ("fell", "sun", "came", "and", "went")),
    ],
)
def test_a_phrase_over_borders_is_marked_in_a_part_as_in_the_whole(
    archive: SmallArchive, texts: list[str], phrase: tuple[str, ...]
) -> None:
    public_id = archive.add("Weather", [texts])
    tree = Phrase(words=phrase)
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        whole = readings.read(session, row, PUBLIC, "search", NOW)
        assert isinstance(whole, Reading)
        for one in passages_of(whole):
            part = read_part(session, row, PUBLIC, {one.id}, len(phrase) - 1)
            expected, got = (mark(tree, each, {one.id}).passages for each in (whole, part))
            assert [(m.passage.id, m.marks, m.joined) for m in got] == [
                (m.passage.id, m.marks, m.joined) for m in expected
            ]


def test_one_with_white_space_round_it_is_not_taken_from_beside_another(archive: SmallArchive) -> None:
    """Its id is not that of its row, so it is not looked for; and loaded as the neighbour of another that is,
    it lacks neighbours of its own."""
    public_id = archive.add("Weather", [["rain", "rain", "rain", "rain", "rain ", "rain"]])
    tree = Phrase(words=("rain", "rain"))
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        whole = readings.read(session, row, PUBLIC, "search", NOW)
        assert isinstance(whole, Reading)
        first, *_, spaced, last = passages_of(whole)
        wanted = {first.id, spaced.id}
        part = read_part(session, row, PUBLIC, wanted, 1)
        assert last in passages_of(part)
        assert mark(tree, part, wanted) == mark(tree, whole, wanted)


def test_a_passage_that_is_no_more_is_not_given(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained.", "Then the sun came."]])
    with reading(archive.engine) as session:
        one = found.reader(session, PUBLIC, NOW, around=0)({public_id: ["no such passage"]})[public_id]
    assert "no such passage" not in {passage.id for passage in passages_of(one)}


def test_what_is_closed_is_not_loaded_for_asking(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained.", "Then the sun came."]])
    with reading(archive.engine) as session:
        one = found.reader(session, PUBLIC, NOW)({public_id: []})[public_id]
        wanted = [passage.id for passage in passages_of(one)]
    archive.close_stretch(public_id, 0, 900)
    with reading(archive.engine) as session:
        part = found.reader(session, PUBLIC, NOW, around=8)({public_id: wanted})[public_id]
    assert [passage.text for passage in passages_of(part)] == ["Then the sun came."]
    archive.state(public_id, NewStatement("restricted"))
    with reading(archive.engine) as session:
        assert found.reader(session, PUBLIC, NOW, around=8)({public_id: wanted}) == {}


@pytest.mark.slow
def test_who_is_found_by_the_description_tells_its_languages_all_the_same(archive: SmallArchive) -> None:
    described = archive.add("Weather", [["Il pleut."]], language="fr")
    heard = archive.add("Wetter", [["Es regnet."]], language="de", languages=())
    with reading(archive.engine) as session:
        made = found.reader(session, PUBLIC, NOW, around=0)({described: [], heard: []})
    assert [made[public_id].languages for public_id in (described, heard)] == [("fr",), ("de",)]


def test_two_uses_share_what_the_gate_gives_to_both(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained."]])
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        here, taken = readings.read_uses(session, row, PUBLIC, ("read", "download"), NOW)
        assert here is taken
        assert here == readings.read(session, row, PUBLIC, "read", NOW)


@pytest.mark.parametrize(("policy", "texts"), [("open", (1, 1)), ("listen", (1, 0)), ("staff", (0, 0))])
def test_each_use_gets_what_the_gate_gives_for_it(
    archive: SmallArchive, policy: str, texts: tuple[int, int]
) -> None:
    archive.collection("drafts", "Drafts", machine_text=policy)
    public_id = archive.add("Weather", [["It rained."]], collection="drafts")
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        answers = readings.read_uses(session, row, PUBLIC, ("read", "download"), NOW)
        assert tuple(len(one.streams) for one in answers if isinstance(one, Reading)) == texts
        assert answers == tuple(readings.read(session, row, PUBLIC, use, NOW) for use in ("read", "download"))


def test_what_is_closed_is_closed_for_every_use(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained."]])
    archive.state(public_id, NewStatement("restricted", notice="Closed until 2040."))
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        closed = readings.Closed("Closed until 2040.")
        assert readings.read_uses(session, row, PUBLIC, ("read", "download"), NOW) == (closed, closed)
