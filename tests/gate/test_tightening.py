"""Closing more never reveals anything, and neither does a correction to narrower dates, or a clock that is
set back: over random archives, statements and moments, for every viewer and use."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.access import STAFF, Use, Viewer
from archive.database import reading, writing
from archive.dates import note_dates
from archive.models.access import LEVELS
from archive.queries import testimonies
from archive.queries.readings import Closed, read_uses
from archive.reading import Reading
from tests.archives import SmallArchive
from tests.gate.building import STATED, fill, state
from tests.gate.drawn import said, worlds
from tests.gate.worlds import DAY, NOW, Statement, Testimony, World

pytestmark = pytest.mark.slow

USES: tuple[Use, ...] = ("describe", "read", "listen", "search", "quote", "download", "embed")
VIEWERS = (*(Viewer(level) for level in ("public", "registered", "reading room")), STAFF)
MOMENTS = tuple(NOW + days * DAY for days in range(-4, 5))

Facts = frozenset[tuple[object, ...]]


@st.composite
def closings(draw: st.DrawFn) -> tuple[World, Statement]:
    """A world, and one more statement on its first testimony, at least as strict as all that was ever said on
    the same place."""
    world = draw(worlds())
    testimony = world.testimonies[0]
    more = draw(said(testimony))
    if testimony.statements and draw(st.booleans()):
        known = draw(st.sampled_from(testimony.statements))
        more = replace(more, subject=known.subject, thing=known.thing, stretch=known.stretch)
    before = [one for one in testimony.statements if _same_place(one, more)]
    least = max((LEVELS.index(one.level) for one in before), default=0)
    if more.subject == "testimony" and more.stretch is None:
        # On the whole, what was said last is all that opens it: as long as that, and no longer.
        last = before[-1] if before else Statement("withdrawn")
        least = max(least, LEVELS.index(last.level))
        more = replace(more, begins_at=last.begins_at, ends_at=last.ends_at)
    return world, replace(more, level=draw(st.sampled_from(LEVELS[least:])), notice=None)


@st.composite
def corrections(draw: st.DrawFn) -> tuple[World, Statement, Statement]:
    """A world, a word on a part of its first testimony, and the same word for a shorter time."""
    world = draw(worlds())
    testimony = world.testimonies[0]
    old = draw(said(testimony).filter(lambda one: one.subject != "testimony" or one.stretch is not None))
    known = [one for one in testimony.statements if one.subject != "testimony" or one.stretch is not None]
    if known and draw(st.integers(0, 3)):
        place = draw(st.sampled_from(known))
        old = replace(old, subject=place.subject, thing=place.thing, stretch=place.stretch)
    if draw(st.booleans()):
        old = replace(old, level="public")
    begins, ends = old.begins_at or MOMENTS[0], old.ends_at or MOMENTS[-1] + DAY
    days = (ends - begins).days
    later = draw(st.integers(0, days - 1))
    sooner = draw(st.integers(0, days - 1 - later))
    return world, old, replace(old, begins_at=begins + later * DAY, ends_at=ends - sooner * DAY)


def _same_place(one: Statement, other: Statement) -> bool:
    return (one.subject, one.thing, one.stretch) == (other.subject, other.thing, other.stretch)


_rounds = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
_many = settings(_rounds, max_examples=1500)


@given(closings())
@_rounds
def test_one_more_closing_reveals_nothing(case: tuple[World, Statement]) -> None:
    check_closing(*case)


@pytest.mark.slow
@pytest.mark.faults
@given(closings())
@_many
def test_one_more_closing_reveals_nothing_over_and_over(case: tuple[World, Statement]) -> None:
    check_closing(*case)


@given(corrections())
@_rounds
def test_a_correction_to_narrower_dates_reveals_nothing(case: tuple[World, Statement, Statement]) -> None:
    check_correction(*case)


@pytest.mark.slow
@pytest.mark.faults
@given(corrections())
@_many
def test_a_correction_to_narrower_dates_reveals_nothing_over_and_over(
    case: tuple[World, Statement, Statement],
) -> None:
    check_correction(*case)


@given(worlds(), st.sampled_from(MOMENTS), st.integers(1, 5))
@_rounds
def test_a_clock_set_back_reveals_nothing(world: World, latest: datetime, days: int) -> None:
    check_clock(world, latest, days)


@pytest.mark.slow
@pytest.mark.faults
@given(worlds(), st.sampled_from(MOMENTS), st.integers(1, 5))
@_many
def test_a_clock_set_back_reveals_nothing_over_and_over(world: World, latest: datetime, days: int) -> None:
    check_clock(world, latest, days)


def check_closing(world: World, more: Statement) -> None:
    """Fail where somebody may have something after the statement that they had not before."""
    testimony = world.testimonies[0]
    with _filled(world) as archive:
        before = _everything(archive, testimony)
        with writing(archive.engine) as session:
            state(session, replace(testimony, statements=(more,)), STATED)
        for key, facts in _everything(archive, testimony).items():
            assert not facts - before[key], key


def check_correction(world: World, old: Statement, new: Statement) -> None:
    """Fail where somebody may have something, outside of the dates of the word that corrects another, that
    they had not before either was said; or within them, that the other did not open."""
    testimony = world.testimonies[0]
    with _filled(world) as archive:
        known = []
        for said_then in (old, new):
            known.append(_everything(archive, testimony))
            with writing(archive.engine) as session:
                state(session, replace(testimony, statements=(said_then,)), STATED)
        before, wrong = known
        for key, facts in _everything(archive, testimony).items():
            assert new.begins_at is not None
            assert new.ends_at is not None
            within = new.begins_at <= key[0] < new.ends_at
            assert not facts - (wrong if within else before)[key], key


def check_clock(world: World, latest: datetime, days: int) -> None:
    """Fail where the clock, `days` days back from `latest`, opens what was closed then."""
    testimony = world.testimonies[0]
    with _filled(world) as archive:
        note_dates(archive.engine, None, latest)
        known = _everything(archive, testimony)
        for key, facts in known.items():
            if key[0] == latest - days * DAY:
                assert not facts - known[latest, *key[1:]], key


@contextmanager
def _filled(world: World) -> Iterator[SmallArchive]:
    folder = Path(tempfile.mkdtemp(prefix="tightening-"))
    archive = SmallArchive(folder / "archive")
    try:
        fill(archive, world)
        with writing(archive.engine) as session:
            for testimony in world.testimonies:
                state(session, testimony, STATED)
        yield archive
    finally:
        archive.close()
        shutil.rmtree(folder)


def _everything(archive: SmallArchive, testimony: Testimony) -> dict[tuple[datetime, str, Use], Facts]:
    """What each viewer may have for each use at each moment."""
    known: dict[tuple[datetime, str, Use], Facts] = {}
    with reading(archive.engine) as session:
        row = testimonies.find(session, testimony.id)
        assert row is not None
        moments = sorted({*MOMENTS, *(moment - days * DAY for moment in MOMENTS[:1] for days in range(1, 6))})
        for moment in moments:
            for viewer in VIEWERS:
                for use, answer in zip(USES, read_uses(session, row, viewer, USES, moment), strict=True):
                    known[moment, viewer.clearance, use] = _facts(answer)
    return known


def _facts(answer: Reading | Closed | None) -> Facts:
    """Everything that a reading tells, each thing for itself. What an unnamed speaker is called goes by order
    of what is open, and the ids of pieces by where they are cut: neither is told of what was closed."""
    if answer is None:
        return frozenset()
    if isinstance(answer, Closed):
        return frozenset({("notice", answer.notice)})
    facts: set[tuple[object, ...]] = {
        (name, repr(getattr(answer, name)))
        for name in (
            *(
                "id",
                "title",
                "accession_number",
                "kind",
                "collection_slug",
                "collection_name",
                "date",
                "years",
            ),
            *("places", "subjects", "summary", "rights", "people", "description"),
        )
    }
    facts |= {("language", language) for language in answer.languages}
    for tape in answer.recordings:
        facts.add(("recording", tape.id, tape.number, tape.duration_ms, tape.video))
        if tape.media == "open":
            facts.add(("media", tape.id, tape.media_type, tape.width, tape.height))
        if tape.poster:
            facts.add(("poster", tape.id))
        if tape.waveform:
            facts.add(("waveform", tape.id))
    for stream in answer.streams:
        facts.add(("text", stream.id, stream.kind, stream.revision, stream.status))
        facts.add(("author", stream.id, stream.author or ""))
        for passage in stream.passages:
            for word in passage.words:
                place = (passage.recording, word.start_ms, word.end_ms)
                facts.add(("word", stream.id, *place, word.text, passage.language, passage.engine))
    facts |= {("chapter", repr(chapter)) for chapter in answer.chapters}
    return frozenset(facts - {("author", stream.id, "") for stream in answer.streams})
