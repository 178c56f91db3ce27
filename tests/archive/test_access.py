"""The gate, over random statements: closed wins, and what is partly closed is closed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.access import EVERYTHING, PUBLIC, STAFF, Viewer, open_spans, span_of, visible
from archive.models import AccessStatement, Chapter, Collection, Recording, Testimony, Transcript
from archive.models.access import LEVELS

NOW = datetime(2026, 1, 27, 12, tzinfo=UTC)
LENGTH = 40


def describe(statements: list[AccessStatement], machine_text: str = "open") -> Testimony:
    """Two recordings, one transcript, one chapter at 10 to 20 of recording 1."""
    return Testimony(
        collection=Collection(slug="c", name="C", machine_text=machine_text),
        recordings=[Recording(id=11, number=1), Recording(id=12, number=2)],
        transcripts=[Transcript(id=21, kind="original")],
        chapters=[Chapter(id=31, recording_number=1, start_ms=10, end_ms=20, title="")],
        statements=statements,
    )


def statement(
    level: str, subject: str = "testimony", subject_id: int | None = None, **fields: object
) -> AccessStatement:
    return AccessStatement(level=level, subject=subject, subject_id=subject_id, **fields)


moments = st.none() | st.integers(-3, 3).map(lambda days: NOW + timedelta(days=days))


@st.composite
def statements(draw: st.DrawFn) -> AccessStatement:
    subject, subject_id = draw(
        st.sampled_from(
            [("testimony", None), ("recording", 11), ("recording", 12), ("transcript", 21), ("chapter", 31)]
        )
    )
    stretch: dict[str, object] = {}
    if subject == "chapter":
        stretch = {"stretch_recording": 1, "start_ms": 10, "end_ms": 20}
    elif draw(st.booleans()):
        start = draw(st.integers(0, LENGTH - 1))
        number = {11: 1, 12: 2}.get(subject_id or 0, draw(st.sampled_from([1, 2])))
        end = draw(st.none() | st.integers(start + 1, LENGTH))
        stretch = {"stretch_recording": number, "start_ms": start, "end_ms": end}
    return statement(
        draw(st.sampled_from(LEVELS)),
        subject,
        subject_id,
        begins_at=draw(moments),
        ends_at=draw(moments),
        superseded_at=draw(st.sampled_from([None, None, NOW])),
        **stretch,
    )


def heard(opening: object, number: int) -> set[int]:
    """The milliseconds of a recording that are open."""
    spans = opening.sound.get(number, ())  # type: ignore[attr-defined]
    return {ms for ms in range(LENGTH) if any(s <= ms and (e is None or ms < e) for s, e in spans)}


def read_spans(opening: object, number: int) -> set[int]:
    spans = opening.text.get(21, {}).get(number, ())  # type: ignore[attr-defined]
    return {ms for ms in range(LENGTH) if any(s <= ms and (e is None or ms < e) for s, e in spans)}


def test_without_a_statement_in_force_it_is_closed_to_the_public_and_open_to_staff() -> None:
    assert not visible(PUBLIC, describe([]), "describe", NOW).described
    assert visible(STAFF, describe([]), "describe", NOW).described
    running = [statement("public", begins_at=NOW + timedelta(seconds=1))]
    assert not visible(PUBLIC, describe(running), "describe", NOW).described
    assert visible(PUBLIC, describe(running), "describe", NOW + timedelta(seconds=1)).described
    over = [statement("public", ends_at=NOW)]
    assert not visible(PUBLIC, describe(over), "describe", NOW).described


@pytest.mark.parametrize("level", LEVELS)
def test_levels(level: str) -> None:
    row = describe([statement(level)])
    assert visible(PUBLIC, row, "read", NOW).described == (level == "public")
    assert visible(STAFF, row, "read", NOW).described == (level != "withdrawn")


@pytest.mark.slow
@given(
    st.lists(statements(), max_size=6),
    st.sampled_from(["public", "registered", "reading room", "restricted"]),
)
def test_one_more_statement_in_force_never_opens_what_another_closes(
    rows: list[AccessStatement], clearance: str
) -> None:
    """What a viewer hears is exactly what no statement in force closes, point for point."""
    viewer = Viewer(clearance)
    opening = visible(viewer, describe(rows), "listen", NOW)
    live = [row for row in rows if row.superseded_at is None and row.holds(NOW)]
    whole = [row for row in live if row.subject == "testimony" and row.start_ms is None]
    if any(not viewer.may(row.level) for row in whole) or (not whole and clearance != "restricted"):
        assert not opening.described
        assert not opening.sound
        assert not opening.text
        return
    for number, recording_id in ((1, 11), (2, 12)):
        closed: set[int] = set()
        text_closed: set[int] = set()
        for row in live:
            if viewer.may(row.level):
                continue
            start, end = row.start_ms or 0, LENGTH if row.end_ms is None else row.end_ms
            if row.subject == "testimony" and row.stretch_recording == number:
                closed |= set(range(start, end))
            if row.subject == "recording" and row.subject_id == recording_id:
                closed |= set(range(start, end))
            if row.subject == "chapter" and number == 1:
                closed |= set(range(start, end))
            if row.subject == "transcript" and (row.start_ms is None or row.stretch_recording == number):
                text_closed |= set(range(start, end))
        assert heard(opening, number) == set(range(LENGTH)) - closed
        assert read_spans(opening, number) == set(range(LENGTH)) - closed - text_closed
        assert opening.hears_all(number) == (not closed)


@pytest.mark.slow
@given(st.lists(statements(), max_size=6))
def test_a_higher_clearance_never_sees_less(rows: list[AccessStatement]) -> None:
    row = describe(rows)
    public, staff = visible(PUBLIC, row, "listen", NOW), visible(STAFF, row, "listen", NOW)
    for number in (1, 2):
        assert heard(public, number) <= heard(staff, number)
        assert read_spans(public, number) <= read_spans(staff, number)
    assert public.chapters <= staff.chapters


def test_a_chapter_that_is_partly_closed_is_not_named() -> None:
    row = describe(
        [statement("public"), statement("restricted", stretch_recording=1, start_ms=19, end_ms=25)]
    )
    assert not visible(PUBLIC, row, "read", NOW).chapters
    assert visible(STAFF, row, "read", NOW).chapters == {31}


def test_a_superseded_word_on_the_whole_opens_nothing_while_its_successor_waits() -> None:
    before = statement("public", id=1, superseded_at=NOW, superseded_by=2)
    row = describe([before, statement("public", id=2, begins_at=NOW + timedelta(days=1))])
    assert not visible(PUBLIC, row, "describe", NOW).described
    assert visible(PUBLIC, row, "describe", NOW + timedelta(days=1)).described


def test_a_weaker_notice_is_not_shown_for_what_a_stricter_statement_hides() -> None:
    row = describe([statement("reading room", notice="In the reading room."), statement("withdrawn")])
    assert visible(PUBLIC, row, "describe", NOW).notice is None


def test_a_notice_is_shown_unless_it_is_withdrawn() -> None:
    closed = describe([statement("reading room", notice="In the reading room.")])
    assert visible(PUBLIC, closed, "describe", NOW).notice == "In the reading room."
    withdrawn = describe([statement("withdrawn", notice="In the reading room.")])
    assert visible(PUBLIC, withdrawn, "describe", NOW).notice is None


@pytest.mark.parametrize(
    ("policy", "use", "open_to_public"),
    [
        ("open", "download", True),
        ("listen", "read", True),
        ("listen", "search", True),
        ("listen", "download", False),
        ("listen", "quote", False),
        ("staff", "read", False),
    ],
)
def test_machine_text(policy: str, use: str, open_to_public: bool) -> None:
    row = describe([statement("public")], policy)
    assert visible(PUBLIC, row, use, NOW).machine_text == open_to_public  # type: ignore[arg-type]
    assert visible(STAFF, row, use, NOW).machine_text  # type: ignore[arg-type]


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 10)), max_size=6))
def test_open_spans_and_cuts_make_the_whole(cuts: list[tuple[int, int]]) -> None:
    spans = open_spans([(start, start + length) for start, length in cuts])
    closed = {ms for start, length in cuts for ms in range(start, start + length)}
    opened = {ms for ms in range(60) if any(s <= ms and (e is None or ms < e) for s, e in spans)}
    assert opened == set(range(60)) - closed
    assert spans[-1][1] is None
    if not cuts:
        assert spans == EVERYTHING


@given(st.integers(0, 20), st.integers(0, 10), st.integers(0, 20), st.integers(1, 10))
def test_partly_closed_is_closed(start: int, length: int, cut: int, cut_length: int) -> None:
    spans = open_spans([(cut, cut + cut_length)])
    touched = start < cut + cut_length and cut < start + max(length, 1)
    assert (span_of(spans, start, start + length) is None) == touched or length == 0
    if touched:
        assert span_of(spans, start, start + length) is None


@pytest.mark.slow
@given(
    st.lists(statements(), max_size=6),
    st.sampled_from(["public", "registered", "reading room", "restricted"]),
)
def test_text_without_sound_is_open_only_where_nothing_is_closed(
    rows: list[AccessStatement], clearance: str
) -> None:
    """Nobody can tell where in the recordings its words were said: they may be what a stretch closes."""
    opening = visible(Viewer(clearance), describe(rows), "read", NOW)
    for spans in opening.text.values():
        whole = all(spans[number] == EVERYTHING for number in (1, 2))
        assert spans[None] == (EVERYTHING if whole else ())


def on_stretch(level: str, notice: str | None, start_ms: int, end_ms: int | None) -> AccessStatement:
    row = statement(level, notice=notice)
    row.stretch_recording, row.start_ms, row.end_ms = 1, start_ms, end_ms
    return row


def test_a_notice_on_a_stretch_is_for_the_public_unless_something_stricter_hides_any_of_it() -> None:
    asked, later = on_stretch("restricted", "By request.", 10, 20), on_stretch("registered", "Names.", 30, 40)
    told = {1: (((10, 20), "By request."), ((30, 40), "Names."))}

    def notices(*more: AccessStatement) -> object:
        return visible(PUBLIC, describe([statement("public"), asked, later, *more]), "listen", NOW).notices

    assert notices() == told
    assert notices(on_stretch("restricted", None, 20, 30)) == told
    assert notices(on_stretch("restricted", None, 39, 50)) == {1: told[1][:1]}
    assert notices(on_stretch("withdrawn", "Never told.", 0, 15)) == {1: told[1][1:]}
    assert notices(on_stretch("withdrawn", None, 0, None)) == {}


def test_of_several_notices_on_one_stretch_the_latest_is_told() -> None:
    first, second = (
        on_stretch("restricted", "By request.", 10, 20),
        on_stretch("restricted", "Names.", 10, 20),
    )
    opening = visible(PUBLIC, describe([statement("public"), first, second]), "listen", NOW)
    assert opening.notices == {1: (((10, 20), "Names."),)}
