"""Chapters that are corrected stay the same chapters, and what was closed of them stays closed."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from archive.access import PUBLIC, visible
from archive.changes import access
from archive.changes import testimonies as testimony_changes
from archive.changes.access import NewStatement
from archive.database import reading, writing
from archive.errors import Conflict
from archive.models import Chapter
from archive.queries import descriptions, testimonies
from archive.rehearsal import rehearsing
from schemas.metadata import TestimonyMetadata
from tests.archives import NOW, SmallArchive
from tests.tables import bring, export, save, undo

TAPES = [{"file": "1.wav", "number": 1}, {"file": "2.wav", "number": 2}]
RAIN: dict[str, Any] = {"title": "Rain", "recording": 1, "start": "0s", "end": "0.4s"}
SUN: dict[str, Any] = {
    "title": "Sun",
    "recording": 1,
    "start": "1s",
    "end": "1.4s",
    "synopsis": "It came out.",
}


@pytest.fixture
def public_id(archive: SmallArchive) -> str:
    """Two recordings; of the first, chapter 1 is about rain, chapter 2 about sun."""
    public_id = archive.add("Weather", [["It rained all day long."], ["Then the sun came."]], level=None)
    describe(archive, public_id, RAIN, SUN)
    return public_id


def describe(archive: SmallArchive, public_id: str, *chapters: dict[str, Any]) -> None:
    metadata = TestimonyMetadata.read({"access": "public", "recordings": TAPES, "chapters": chapters})
    with writing(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        testimony_changes.describe(session, row, metadata, said_by="description", now=NOW)


def close(archive: SmallArchive, public_id: str, place: int = 1, **dates: Any) -> str:
    """Close a chapter; returns the statement's public id."""
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        chapter = row.chapters[place].id
    archive.state(public_id, NewStatement("restricted", subject="chapter", subject_id=chapter, **dates))
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        return row.statements[-1].public_id


def chapters(archive: SmallArchive, public_id: str) -> list[Chapter]:
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        return list(row.chapters)


def read(archive: SmallArchive, public_id: str) -> list[Chapter]:
    """Those that the public reads."""
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        opening = visible(PUBLIC, row, "read", NOW)
        return [chapter for chapter in row.chapters if chapter.id in opening.chapters]


def named(archive: SmallArchive, public_id: str) -> list[str]:
    """The titles that the public reads."""
    return [chapter.title for chapter in read(archive, public_id)]


@pytest.mark.parametrize(
    "more", [{}, {"start": "2s", "end": "2.4s"}, {"synopsis": "Another."}], ids=["", "moved", "retold"]
)
def test_a_closed_chapter_stays_closed_when_its_recording_is_corrected(
    archive: SmallArchive, public_id: str, more: dict[str, Any]
) -> None:
    close(archive, public_id)
    before = [chapter.id for chapter in chapters(archive, public_id)]
    describe(archive, public_id, RAIN, SUN | {"recording": "2"} | more)
    assert [chapter.recording_number for chapter in chapters(archive, public_id)] == [1, 2]
    assert [chapter.id for chapter in chapters(archive, public_id)] == before
    assert named(archive, public_id) == ["Rain"]
    describe(archive, public_id, RAIN, SUN)
    assert [chapter.id for chapter in chapters(archive, public_id)] == before
    assert named(archive, public_id) == ["Rain"]


def test_of_several_with_one_title_the_nearest_is_the_same(archive: SmallArchive, public_id: str) -> None:
    one, two = SUN | {"start": "0.5s", "end": "0.9s"}, SUN | {"start": "1.5s", "end": "1.9s"}
    describe(archive, public_id, one, two)
    first, second = (chapter.id for chapter in chapters(archive, public_id))
    describe(archive, public_id, one | {"start": "0.6s"}, two | {"start": "1.6s"})
    assert [chapter.id for chapter in chapters(archive, public_id)] == [first, second]
    describe(archive, public_id, SUN | {"start": "1.3s"})
    assert [chapter.id for chapter in chapters(archive, public_id)] == [second]


@pytest.mark.parametrize("dates", [{}, {"begins_at": NOW + timedelta(days=400)}], ids=["now", "to come"])
def test_a_closed_chapter_does_not_go_while_others_come(
    archive: SmallArchive, public_id: str, dates: dict[str, Any]
) -> None:
    statement = close(archive, public_id, **dates)
    corrected = SUN | {"title": "Sunshine", "start": "2s", "end": "2.4s"}
    with pytest.raises(Conflict) as error:
        describe(archive, public_id, RAIN, corrected)
    assert "chapter 2 (Sun)" in str(error.value)
    assert f"restricted, said by test (statement {statement})" in str(error.value)
    assert f"testimony access {public_id} --take-back {statement}" in str(error.value)
    assert [chapter.title for chapter in chapters(archive, public_id)] == ["Rain", "Sun"]


def test_in_two_steps_it_is_the_same_chapter_and_stays_closed(archive: SmallArchive, public_id: str) -> None:
    close(archive, public_id)
    corrected = SUN | {"title": "Sunshine", "start": "2s", "end": "2.4s"}
    describe(archive, public_id, RAIN, SUN | {"title": "Sunshine"})
    describe(archive, public_id, RAIN, corrected)
    assert [chapter.start_ms for chapter in chapters(archive, public_id)] == [0, 2000]
    assert named(archive, public_id) == ["Rain"]


def test_a_closed_chapter_goes_alone_and_what_is_said_in_it_stays_closed(
    archive: SmallArchive, public_id: str
) -> None:
    close(archive, public_id)
    describe(archive, public_id, RAIN)
    describe(archive, public_id, RAIN, RAIN | {"title": "Wind", "start": "2s", "end": "2.4s"})
    assert named(archive, public_id) == ["Rain", "Wind"]
    # The stretch is still closed, and with it whatever begins there.
    describe(archive, public_id, RAIN, RAIN | {"title": "Sun again", "start": "1.2s", "end": "1.8s"})
    assert named(archive, public_id) == ["Rain"]


# As it is closed, before it is corrected: the first chapter of recording 1.
FIRST = SUN | {"start": "0s", "end": "0.4s"}
HAIL: dict[str, Any] = {"title": "Hail", "recording": 2, "start": "0s", "end": "0.4s"}


@pytest.mark.parametrize(
    ("before", "after", "other"),
    [
        ([FIRST, HAIL], [FIRST | {"recording": 2}, HAIL | {"recording": 1}], "Hail (recording 1"),
        ([FIRST], [HAIL | {"recording": 1}, FIRST | {"recording": 2}], "Hail (recording 1"),
        (
            [FIRST],
            [
                FIRST | {"title": "Sunshine", "start": "1s", "end": "1.5s"},
                FIRST | {"recording": 2, "synopsis": "-"},
            ],
            "Sunshine (recording 1",
        ),
        (
            [FIRST, HAIL],
            [FIRST | {"title": "Sunshine"}, HAIL | {"title": "Sleet", "start": "0s"}],
            "Sleet (recording 2",
        ),
        (
            [FIRST, HAIL | {"start": "1s", "end": "1.4s"}],
            [HAIL | {"start": "1s", "end": "1.4s", "title": "Sleet"}],
            "Sleet (recording 2",
        ),
        ([FIRST], [FIRST, FIRST | {"recording": 2}], "Sun (recording 2"),
        ([FIRST, HAIL], [FIRST | {"synopsis": "-"}, HAIL | {"synopsis": FIRST["synopsis"]}], "Hail"),
    ],
    ids=[
        "numbers exchanged",
        "number corrected, another comes at its start",
        "renamed and moved, its title on another recording",
        "two renamed",
        "one goes, another is renamed",
        "another of its title comes",
        "its synopsis goes to another",
    ],
)
def test_a_closed_chapter_that_may_be_any_of_several_is_refused(
    archive: SmallArchive,
    public_id: str,
    before: list[dict[str, Any]],
    after: list[dict[str, Any]],
    other: str,
) -> None:
    describe(archive, public_id, *before)
    close(archive, public_id, 0)
    opened = named(archive, public_id)
    with pytest.raises(Conflict) as error:
        describe(archive, public_id, *after)
    assert f"it may be {other}" in str(error.value)
    assert [chapter.title for chapter in chapters(archive, public_id)] == [each["title"] for each in before]
    assert named(archive, public_id) == opened


def test_what_was_refused_goes_through_in_steps(archive: SmallArchive, public_id: str) -> None:
    describe(archive, public_id, FIRST, HAIL)
    close(archive, public_id, 0)
    before = [chapter.id for chapter in chapters(archive, public_id)]
    describe(archive, public_id, FIRST | {"recording": 2}, HAIL)
    describe(
        archive, public_id, FIRST | {"recording": 2}, HAIL | {"recording": 1, "start": "1s", "end": "2s"}
    )
    assert [chapter.id for chapter in chapters(archive, public_id)] == before
    assert named(archive, public_id) == ["Hail"]


def test_all_that_are_moved_or_renumbered_alike_are_sure(archive: SmallArchive, public_id: str) -> None:
    close(archive, public_id)
    before = [chapter.id for chapter in chapters(archive, public_id)]
    preface = RAIN | {"title": "Preface"}
    later = [RAIN | {"start": "1s", "end": "1.4s"}, SUN | {"start": "2s", "end": "2.4s"}]
    describe(archive, public_id, preface, *later)
    assert [chapter.id for chapter in chapters(archive, public_id)][1:] == before
    describe(archive, public_id, *later)
    describe(archive, public_id, *(each | {"recording": 2} for each in later))
    assert [chapter.id for chapter in chapters(archive, public_id)] == before
    assert named(archive, public_id) == ["Rain"]


def test_without_a_closed_chapter_titles_are_followed_from_recording_to_recording(
    archive: SmallArchive, public_id: str
) -> None:
    describe(archive, public_id, FIRST, HAIL)
    sun, hail = (chapter.id for chapter in chapters(archive, public_id))
    describe(archive, public_id, HAIL | {"recording": 1}, FIRST | {"recording": 2})
    assert [chapter.id for chapter in chapters(archive, public_id)] == [hail, sun]


TITLES = ("Rain", "Sun", "Wind", "Hail")
SYNOPSES = ("It fell.", "It came out.", "It blew.", None)
FIELDS = {
    "title": st.sampled_from(TITLES),
    "recording": st.sampled_from((1, 2)),
    "start": st.sampled_from(("0s", "1s", "2s")),
    "synopsis": st.sampled_from(SYNOPSES),
}
CHAPTERS = st.lists(st.fixed_dictionaries(FIELDS), min_size=1, max_size=4)


@st.composite
def corrected(draw: st.DrawFn, before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Chapters in any order, of which any went, came, or has another title, recording, start or synopsis."""
    kept = draw(st.permutations(before))[draw(st.integers(0, 1)) :]
    changes = st.fixed_dictionaries({}, optional=FIELDS)
    return [each | draw(st.just({}) | changes) for each in kept] + draw(st.just([]) | CHAPTERS)


MANY = examples(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.slow
@MANY
@given(data=st.data(), before=CHAPTERS)
def test_no_correction_makes_words_public_that_a_closed_chapter_alone_had(
    archive: SmallArchive, data: st.DataObject, before: list[dict[str, Any]]
) -> None:
    public_id = archive.add("Weather", [["It rained."], ["It blew."]], level=None)
    describe(archive, public_id, *before)
    place = data.draw(st.integers(0, len(before) - 1))
    close(archive, public_id, place)
    others = before[:place] + before[place + 1 :]
    try:
        describe(archive, public_id, *data.draw(corrected(before)))
    except Conflict:
        return
    opened = read(archive, public_id)
    title, synopsis = before[place]["title"], before[place]["synopsis"]
    assert title in [each["title"] for each in others] or title not in [each.title for each in opened]
    assert synopsis in [None, *(each["synopsis"] for each in others)] or (
        synopsis not in [each.synopsis for each in opened]
    )


@pytest.mark.slow
@MANY
@given(data=st.data(), before=CHAPTERS, closed=st.booleans())
def test_other_chapters_may_be_corrected_as_anybody_likes(
    archive: SmallArchive, data: st.DataObject, before: list[dict[str, Any]], closed: bool
) -> None:
    """Beside a closed one that stays as it is, and where none is closed."""
    public_id = archive.add("Weather", [["It rained."], ["It blew."]], level=None)
    first = [{"title": "Snow", "recording": 1, "start": "0s", "synopsis": "It lay."}] if closed else []
    describe(archive, public_id, *first, *before)
    if closed:
        close(archive, public_id, 0)
    after = data.draw(corrected(before))
    describe(archive, public_id, *first, *after)
    assert [each.title for each in chapters(archive, public_id)][len(first) :] == [e["title"] for e in after]
    assert "Snow" not in named(archive, public_id)


def test_where_the_statement_was_taken_back_it_goes(archive: SmallArchive, public_id: str) -> None:
    close(archive, public_id)
    with writing(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        access.take_back(session, row, row.statements[-1], said_by="test", now=NOW)
    describe(archive, public_id, RAIN, SUN | {"title": "Sunshine", "start": "2s", "end": "2.4s"})
    assert named(archive, public_id) == ["Rain", "Sunshine"]


def test_a_dry_run_says_it_and_leaves_its_session_as_it_was(archive: SmallArchive, public_id: str) -> None:
    """As the dry run of an ingest does: each testimony in a part of one transaction."""
    close(archive, public_id)
    wind = {"title": "Wind", "recording": 1, "start": "3s"}
    metadata = TestimonyMetadata.read(
        {"title": "Wind", "access": "public", "recordings": TAPES, "chapters": [wind]}
    )
    with rehearsing(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        before = descriptions.describe(row)
        with pytest.raises(Conflict, match="Sun"), session.begin_nested():
            testimony_changes.describe(session, row, metadata, said_by="description", now=NOW)
        again = testimonies.find(session, public_id)
        assert again is not None
        assert descriptions.describe(again) == before


def test_an_import_is_refused_and_so_is_an_undoing_that_would_lose_a_closed_chapter(
    archive: SmallArchive, public_id: str, tmp_path: Path
) -> None:
    def edited(was: str, becomes: str) -> Path:
        rows = export(archive, public_id)
        assert was in rows[0]["chapters"]
        rows[0]["chapters"] = rows[0]["chapters"].replace(was, becomes)
        return save(tmp_path / "edited.csv", rows)

    done = bring(archive, edited("Sun; recording: 1; start: 1s", "Sunshine; recording: 1; start: 1.2s"))
    close(archive, public_id)
    assert named(archive, public_id) == ["Rain"]
    with pytest.raises(Conflict, match="Sunshine"):
        undo(archive, done)
    with pytest.raises(Conflict, match="Sunshine"):
        bring(archive, edited("Sunshine; recording: 1; start: 1.2s", "Light; recording: 1; start: 1s"))
    assert [chapter.title for chapter in chapters(archive, public_id)] == ["Rain", "Sunshine"]
