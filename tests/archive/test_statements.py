"""Which statements count: a correction opens nothing that the corrected word alone opened."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.access import PUBLIC, visible
from archive.models import AccessStatement
from archive.models.access import LEVELS
from archive.statements import in_force, next_change
from tests.archive.test_access import NOW, describe, heard, statement

DAY = timedelta(days=1)
PLACE: dict[str, Any] = {"stretch_recording": 1, "start_ms": 5, "end_ms": 9}


@dataclass(frozen=True)
class Said:
    """A word on the one place that these tests speak of; days are counted from today."""

    level: str
    begins: int | None = None
    ends: int | None = None


def history(*words: Said) -> list[AccessStatement]:
    """One word after the other, each superseding all before that still stand."""
    rows: list[AccessStatement] = []
    for number, word in enumerate(words, start=1):
        supersede(rows, number)
        rows.append(
            statement(word.level, id=number, begins_at=_day(word.begins), ends_at=_day(word.ends), **PLACE)
        )
    return rows


def supersede(rows: list[AccessStatement], by: int | None) -> None:
    """Put a mark on those that stand; None: they are taken back."""
    for row in rows:
        if row.superseded_at is None:
            row.superseded_at, row.superseded_by = NOW, by


def _day(days: int | None) -> datetime | None:
    return None if days is None else NOW + days * DAY


def strictness(rows: list[AccessStatement], day: int) -> int:
    """How much those in force on a day close."""
    return max((LEVELS.index(row.level) for row in in_force(rows, NOW + day * DAY)), default=0)


def is_open(rows: list[AccessStatement], day: int) -> bool:
    """Whether the public hears the place, in a testimony that is open."""
    row = describe([statement("public", id=99), *rows])
    return 6 in heard(visible(PUBLIC, row, "listen", NOW + day * DAY), 1)


def test_what_is_closed_stays_closed_until_its_successor_holds_and_again_afterwards() -> None:
    before = statement("restricted", id=1, superseded_at=NOW, superseded_by=2, **PLACE)
    opening = statement(
        "public", id=2, begins_at=NOW + timedelta(days=1), ends_at=NOW + timedelta(days=2), **PLACE
    )
    row = describe([statement("public", id=3), before, opening])
    assert 6 not in heard(visible(PUBLIC, row, "listen", NOW), 1)
    assert 6 in heard(visible(PUBLIC, row, "listen", NOW + timedelta(days=1)), 1)
    assert 6 not in heard(visible(PUBLIC, row, "listen", NOW + timedelta(days=2)), 1)


def test_an_opening_that_was_put_off_is_not_open_on_its_first_date() -> None:
    rows = history(Said("restricted"), Said("public", begins=4), Said("public", begins=14))
    assert [day for day in range(20) if is_open(rows, day)] == list(range(14, 20))


def test_an_opening_that_was_cut_short_is_not_open_until_its_first_end() -> None:
    rows = history(Said("restricted"), Said("public", ends=14), Said("public", ends=4))
    assert [day for day in range(20) if is_open(rows, day)] == list(range(4))


def test_an_opening_that_was_taken_back_before_it_came_does_away_with_nothing() -> None:
    rows = history(Said("restricted"), Said("public", begins=4))
    supersede(rows, None)
    assert not any(is_open(rows, day) for day in range(20))


def test_what_was_taken_back_keeps_away_what_it_did_away_with_while_it_counted() -> None:
    rows = history(Said("restricted"), Said("registered"), Said("public", ends=4))
    supersede(rows, None)
    assert not in_force(rows, NOW)
    assert [row.level for row in in_force(rows, NOW + 4 * DAY)] == ["restricted", "registered"]


@pytest.mark.parametrize("level", ["public", "restricted"])
def test_what_was_taken_back_counts_no_more_beside_what_was_said_since(level: str) -> None:
    rows = history(Said("restricted"), Said("public"))
    supersede(rows, None)
    rows.append(statement(level, id=3, begins_at=NOW + 4 * DAY, **PLACE))
    assert [day for day in range(8) if is_open(rows, day)] == (list(range(4, 8)) if level == "public" else [])


@pytest.mark.parametrize("taken_back", [False, True])
def test_what_a_description_says_beside_a_persons_word_does_not_open_what_that_closed(
    taken_back: bool,
) -> None:
    """A tape was withdrawn, is to be public from a day on, and the sidecar says public, of which a line about
    something else is mended."""
    rows = history(Said("withdrawn"), Said("public", begins=4))
    if taken_back:
        supersede(rows, None)
    rows.append(statement("public", id=3, **PLACE))
    assert [day for day in range(8) if is_open(rows, day)] == ([] if taken_back else list(range(4, 8)))


_days = st.none() | st.integers(-4, 4)


@st.composite
def words(draw: st.DrawFn) -> Said:
    begins, ends = draw(_days), draw(_days)
    if begins is not None and ends is not None and ends <= begins:
        ends = begins + 1
    return Said(draw(st.sampled_from(LEVELS)), begins, ends)


@pytest.mark.slow
@given(
    st.lists(words(), max_size=4),
    words(),
    st.integers(0, 3),
    st.integers(0, 3),
    st.sets(st.integers(1, 4)),
)
def test_a_correction_to_narrower_dates_opens_nothing(
    before: list[Said], old: Said, later: int, sooner: int, taken_back: set[int]
) -> None:
    """Outside of its dates a place is at least as closed as it was before what it corrects was said; within
    them, as that had it. Some of those before were taken back before the next was said."""
    new = Said(
        old.level,
        (-5 if old.begins is None else old.begins) + later,
        (5 if old.ends is None else old.ends) - sooner,
    )

    def said(*more: Said) -> list[AccessStatement]:
        rows = history(*before, *more)
        for row in rows[: len(before)]:
            if row.id in taken_back and row.superseded_by is not None:
                row.superseded_by = None
        return rows

    was, wrong, right = said(), said(old), said(old, new)
    for row in was:
        if row.id in taken_back and row.superseded_at is None:
            row.superseded_at = NOW
    for day in range(-6, 7):
        holds = (new.begins or 0) <= day < (new.ends or 0)
        assert strictness(right, day) >= strictness(wrong if holds else was, day), day


def test_next_change() -> None:
    row = describe(
        [
            statement("public", begins_at=NOW - DAY, ends_at=NOW + 9 * DAY),
            statement("restricted", begins_at=NOW + 3 * DAY),
            statement("restricted", begins_at=NOW + DAY, superseded_at=NOW),
        ]
    )
    assert next_change(row, NOW) == NOW + DAY
    assert next_change(describe([statement("public")]), NOW) is None


@given(st.lists(words(), max_size=4), st.sets(st.integers(1, 4)), words())
def test_what_is_said_beside_opens_nothing(before: list[Said], taken_back: set[int], beside: Said) -> None:
    """It supersedes nothing, and the strictest counts."""
    rows = history(*before)
    for row in rows:
        if row.id in taken_back:
            row.superseded_at, row.superseded_by = NOW, None
    said = statement(beside.level, id=9, begins_at=_day(beside.begins), ends_at=_day(beside.ends), **PLACE)
    for day in range(-6, 7):
        assert strictness([*rows, said], day) >= strictness(rows, day), day
