"""Which copy is whose: exactly the one in which what is closed to them is closed."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.access import EVERYTHING, Span, open_spans
from archive.changes.access import NewStatement
from archive.copies import (
    WHOLE,
    closed_in,
    hides,
    read_stretches,
    variant,
    wanted,
    write_stretches,
)
from archive.database import reading
from archive.models import File
from archive.queries import testimonies
from tests.archives import NOW, SmallArchive


def file(duration_ms: int = 10_000, offset_ms: int = 0) -> File:
    return File(duration_ms=duration_ms, offset_ms=offset_ms)


def test_stretches_in_the_files_own_time() -> None:
    assert closed_in(file(), EVERYTHING) == ()
    assert closed_in(file(), ()) is None
    assert closed_in(file(), ((0, 2000), (3000, None))) == ((2000, 3000),)
    assert closed_in(file(offset_ms=500), ((0, 2000), (3000, None))) == ((2500, 3500),)
    assert closed_in(file(offset_ms=-500), ((0, 2000), (3000, None))) == ((1500, 2500),)
    # To the end, and beyond it.
    assert closed_in(file(), ((0, 2000),)) == ((2000, None),)
    assert closed_in(file(), ((0, 2000), (12_000, None))) == ((2000, None),)
    # A file that begins before anything that can be cited: what is before goes with what is first.
    assert closed_in(file(offset_ms=500), ((1000, None),)) == ((0, 1500),)
    assert closed_in(file(offset_ms=500), EVERYTHING) == ()
    # A stretch that this file does not have: before its beginning, behind its end.
    assert closed_in(file(offset_ms=-5000), ((2000, None),)) == ()
    assert closed_in(file(), ((0, 11_000), (12_000, None))) == ()
    # What is open lies behind the end: nothing of the file is open.
    assert closed_in(file(), ((10_000, None),)) is None
    assert closed_in(file(), ((20_000, 30_000),)) is None


def test_written_and_read() -> None:
    assert write_stretches(((0, 1500), (3000, None))) == "0-1500,3000-"
    assert read_stretches("0-1500,3000-") == ((0, 1500), (3000, None))
    assert variant(file(), EVERYTHING) == WHOLE == ""
    assert read_stretches(WHOLE) == ()


def test_a_copy_hides_what_is_closed_in_it() -> None:
    assert hides("1000-2000", "1000-2000")
    assert hides("1000-2000", "1200-1300")
    assert hides("1000-2000,5000-", "6000-7000")
    assert hides("1000-2000", WHOLE)
    assert not hides(WHOLE, "1000-2000")
    assert not hides("1000-2000", "1000-2001")
    assert not hides("1000-2000", "999-1500")
    assert not hides("1000-2000", "1000-")
    assert not hides("1000-2000,3000-4000", "1500-3500")


Cuts = st.lists(
    st.tuples(st.integers(0, 12_000), st.one_of(st.none(), st.integers(1, 3000))).map(
        lambda pair: (pair[0], None if pair[1] is None else pair[0] + pair[1])
    ),
    max_size=4,
)


@pytest.mark.slow
@given(Cuts, st.integers(-3000, 3000), st.integers(1, 10_000))
@settings(max_examples=200)
def test_a_moment_is_closed_in_the_copy_exactly_where_it_is_closed(
    cuts: list[Span], offset_ms: int, moment: int
) -> None:
    """Of a moment of the file after cited time began; what is before goes with cited 0."""
    moment = max(moment - 1, 0)
    cited = max(0, moment - offset_ms)
    is_open = any(s <= cited and (e is None or cited < e) for s, e in open_spans(cuts))
    closed = closed_in(file(offset_ms=offset_ms), open_spans(cuts))
    if closed is None:
        assert not is_open
    else:
        assert is_open != any(s <= moment and (e is None or moment < e) for s, e in closed)
        assert closed == read_stretches(write_stretches(closed))
        assert hides(write_stretches(closed), write_stretches(closed))


def copies(archive: SmallArchive, public_id: str, days: int = 0) -> frozenset[str]:
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        recording = row.recordings[0]
        return wanted(row, recording, recording.current_file, NOW + timedelta(days=days))


def test_which_copies_there_should_be(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained quietly in spring."]])  # 3,400 ms
    assert copies(archive, public_id) == {WHOLE}
    archive.close_stretch(public_id, 1000, 1400)
    assert copies(archive, public_id) == {"1000-1400"}
    archive.state(
        public_id, NewStatement("withdrawn", stretch=(1, 2000, None), begins_at=NOW + timedelta(days=2))
    )
    assert copies(archive, public_id, 1) == {"1000-1400"}
    assert copies(archive, public_id, 2) == {"1000-1400,2000-"}
    # Closed as a whole, it keeps the copy that it will be opened with; withdrawn, it has none.
    archive.state(public_id, NewStatement("restricted"))
    assert copies(archive, public_id) == {"1000-1400"}
    archive.state(public_id, NewStatement("withdrawn"))
    assert copies(archive, public_id) == frozenset()


def test_a_recording_that_is_closed_has_none(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained."], ["Sun."]])
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        recording_id = row.recordings[0].id
    archive.state(public_id, NewStatement("restricted", subject="recording", subject_id=recording_id))
    assert copies(archive, public_id) == frozenset()
