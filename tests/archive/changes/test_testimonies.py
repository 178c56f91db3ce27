"""Descriptions taken in twice: what changed changes, what was decided meanwhile stays."""

from dataclasses import replace
from typing import Any

import pytest

from archive.access import PUBLIC, visible
from archive.changes import access, transcripts
from archive.changes import descriptions as changes
from archive.changes import testimonies as testimony_changes
from archive.changes.access import NewStatement
from archive.changes.people import speaker_of
from archive.database import reading, writing
from archive.models import OutboxEntry, Recording
from archive.queries import descriptions, history, outbox, readings, testimonies
from schemas.metadata import TestimonyMetadata
from tests.archives import NOW, SmallArchive, spoken


def describe(archive: SmallArchive, public_id: str, **fields: Any) -> None:
    with writing(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        metadata = TestimonyMetadata.read(fields)
        testimony_changes.describe(session, row, metadata, said_by="description", now=NOW)


def public_title(archive: SmallArchive, public_id: str) -> str | None:
    with reading(archive.engine) as session:
        found = readings.read_public_id(session, public_id, PUBLIC, "describe", NOW)
    return getattr(found, "title", None)


def closing(archive: SmallArchive) -> set[int]:
    with reading(archive.engine) as session:
        return outbox.closing(session, "index")


def empty_outbox(archive: SmallArchive) -> None:
    with writing(archive.engine) as session:
        session.query(OutboxEntry).delete()


def test_access_in_a_description_opens_and_closes(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained."]], level=None)
    assert public_title(archive, public_id) is None
    describe(archive, public_id, title="Rain", access="public")
    assert public_title(archive, public_id) == "Rain"
    empty_outbox(archive)
    describe(archive, public_id, title="Rain", access="restricted")
    assert public_title(archive, public_id) is None
    assert closing(archive) == {archive.row_id(public_id)}


def test_an_embargo_keeps_it_closed_until_the_day(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained."]], level=None)
    describe(archive, public_id, title="Rain", embargo="2026-01-28")
    assert public_title(archive, public_id) is None


def test_a_corrected_title_does_not_undo_a_takedown(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained."]], level=None)
    describe(archive, public_id, title="Rain", access="public")
    archive.state(public_id, NewStatement("withdrawn"))
    describe(archive, public_id, title="Heavy rain", access="public")
    assert public_title(archive, public_id) is None


def test_a_description_cannot_open_what_a_person_closed_since(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained."]], level=None)
    describe(archive, public_id, title="Rain", access="reading room")
    archive.state(public_id, NewStatement("withdrawn"))
    describe(archive, public_id, title="Rain", access="public")
    assert public_title(archive, public_id) is None
    archive.state(public_id, NewStatement("public"))
    assert public_title(archive, public_id) == "Rain"


def test_a_published_name_that_is_taken_back_is_a_closing(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained."]])
    people = [{"role": "narrator", "names": ["(a name)"], "published_name": "(published)"}]
    describe(archive, public_id, people=people)
    empty_outbox(archive)
    describe(archive, public_id, people=[{"role": "narrator", "names": ["(a name)"]}])
    assert closing(archive) == {archive.row_id(public_id)}
    with reading(archive.engine) as session:
        found = readings.read_public_id(session, public_id, PUBLIC, "describe", NOW)
        assert isinstance(found, readings.Reading)
        assert [(person.role, person.name) for person in found.people] == [("narrator", None)]


@pytest.mark.slow
def test_the_same_identifier_is_the_same_person(archive: SmallArchive) -> None:
    one, two = archive.add("One", [["It rained."]]), archive.add("Two", [["Snow fell."]])
    describe(archive, one, people=[{"id": "P-1", "role": "narrator", "published_name": "(before)"}])
    describe(archive, two, people=[{"id": "P-1", "role": "narrator", "published_name": "(before)"}])
    empty_outbox(archive)
    describe(archive, two, people=[{"id": "P-1", "role": "narrator", "published_name": "(after)"}])
    with reading(archive.engine) as session:
        first = testimonies.find(session, one)
        assert first is not None
        assert [role.person.published_name for role in first.roles] == ["(after)"]
    assert closing(archive) == {archive.row_id(one), archive.row_id(two)}


def test_people_can_change_places(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained."]])
    a, b = {"role": "narrator", "names": ["a"]}, {"role": "interviewer", "names": ["b"]}
    describe(archive, public_id, people=[a, b])
    describe(archive, public_id, people=[b, a])
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        assert [role.role for role in row.roles] == ["interviewer", "narrator"]
        assert speaker_of(row, "Interviewer") == row.roles[0].person_id
        assert speaker_of(row, " A ") == row.roles[1].person_id
        assert speaker_of(row, "somebody else") is None


def test_a_chapter_keeps_its_id_while_place_and_title_stay(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained."]])
    describe(archive, public_id, chapters=[{"title": "Rain", "start": "0s"}])
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        before = row.chapters[0].public_id
    describe(
        archive,
        public_id,
        chapters=[
            {"title": "Clouds", "start": "0s"},
            {"title": "Rain", "start": "0s", "synopsis": "It falls."},
        ],
    )
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        assert [chapter.title for chapter in row.chapters] == ["Clouds", "Rain"]
        assert row.chapters[1].public_id == before


def test_a_statement_by_a_person_supersedes_on_the_same_place_alone(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained all day."]])
    archive.close_stretch(public_id, 0, 450)
    archive.state(public_id, NewStatement("public"))
    with writing(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        live = [s for s in row.statements if s.superseded_at is None]
        assert sorted((s.level, s.start_ms) for s in live) == [("public", None), ("restricted", 0)]


def test_a_correction_elsewhere_does_not_publish_a_name_again(archive: SmallArchive) -> None:
    one, two = archive.add("One", [["It rained."]]), archive.add("Two", [["Snow fell."]])
    named = [{"id": "P-1", "role": "narrator", "published_name": "(a name)"}]
    for public_id in (one, two):
        describe(archive, public_id, people=named)
    describe(archive, one, people=[{"id": "P-1", "role": "narrator"}])
    describe(archive, two, title="Another title", people=named)
    with reading(archive.engine) as session:
        for public_id in (one, two):
            found = readings.read_public_id(session, public_id, PUBLIC, "describe", NOW)
            assert isinstance(found, readings.Reading)
            assert found.published_names == ()


def test_words_that_are_taken_out_of_a_description_are_a_closing(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained."]])
    describe(archive, public_id, title="Rain", summary="Of rain, and of a name")
    empty_outbox(archive)
    describe(archive, public_id, title="Rain", summary="Of rain", subjects=["rain"])
    assert closing(archive) == {archive.row_id(public_id)}
    empty_outbox(archive)
    describe(archive, public_id, title="Rain", summary="Of rain", subjects=["rain"], rights="free")
    assert closing(archive) == set()


def speakers(archive: SmallArchive, public_id: str) -> list[str | None]:
    with reading(archive.engine) as session:
        found = readings.read_public_id(session, public_id, PUBLIC, "read", NOW)
        assert isinstance(found, readings.Reading)
        return [passage.speaker for passage in found.streams[0].passages]


def speak(archive: SmallArchive, public_id: str, label: str) -> None:
    """Have the first recording's text said by whom the label means."""
    with writing(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        person_id = speaker_of(row, label)
        assert person_id is not None
        segments = [replace(each, person_id=person_id) for each in spoken(["It rained."], "en")]
        transcripts.publish_text(session, row, [(row.recordings[0], segments)], author="An archivist")


def test_nobody_gets_another_persons_words(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained."]])
    a = {"role": "narrator", "published_name": "Reader A"}
    b = {"role": "narrator", "published_name": "Reader B"}
    new = {"role": "narrator", "published_name": "Reader New"}
    describe(archive, public_id, people=[a, b])
    speak(archive, public_id, "Reader A")
    for people in ([b, a], [new, b, a], [new, a], [a | {"names": ["A. A."]}, new]):
        describe(archive, public_id, people=people)
        assert speakers(archive, public_id) == ["Reader A"]


def test_a_speaker_stays_when_an_identifier_is_added_or_corrected(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained."]])
    other = archive.add("Snow", [["Snow fell."]])
    describe(archive, other, people=[{"id": "P-2", "role": "narrator", "published_name": "Reader A"}])
    describe(archive, public_id, people=[{"role": "narrator", "published_name": "Reader A"}])
    speak(archive, public_id, "Reader A")
    for identifier in ("P-1", "P-2"):
        describe(
            archive, public_id, people=[{"id": identifier, "role": "narrator", "published_name": "Reader A"}]
        )
        assert speakers(archive, public_id) == ["Reader A"]


def test_people_with_identifiers_can_change_places_and_keep_all_their_names(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained."]])
    a = {"id": "P-1", "role": "narrator", "names": ["One", "Two"]}
    b = {"id": "P-2", "role": "interviewer", "names": ["Three"]}
    describe(archive, public_id, people=[a, b])
    describe(archive, public_id, people=[b, a, {"id": "P-1", "role": "translator"}])
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        assert [role.role for role in row.roles] == ["interviewer", "narrator", "translator"]
        assert row.roles[1].person is row.roles[2].person
        assert row.roles[1].person.names == ["One", "Two"]


@pytest.mark.parametrize(
    "corrected",
    [
        {"title": "Rain", "start": "0.5s", "end": "0.9s"},
        {"title": "Heavy rain", "start": "0s", "end": "0.4s"},
    ],
    ids=["moved", "renamed"],
)
def test_a_closed_chapter_stays_closed_when_it_is_corrected(
    archive: SmallArchive, corrected: dict[str, str]
) -> None:
    public_id = archive.add("Bread", [["It rained all day."]])
    describe(archive, public_id, chapters=[{"title": "Rain", "start": "0s", "end": "0.4s"}])
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        chapter = row.chapters[0].id
    archive.state(public_id, NewStatement("restricted", subject="chapter", subject_id=chapter))
    describe(archive, public_id, chapters=[corrected])
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        assert [each.id for each in row.chapters] == [chapter]
        assert row.chapters[0].title == corrected["title"]
        assert not visible(PUBLIC, row, "read", NOW).chapters


def test_a_chapter_without_a_number_is_of_the_only_recording(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained."]])
    with writing(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        row.recordings[0].number = 2
    describe(
        archive,
        public_id,
        recordings=[{"file": "tape.wav", "number": 2}],
        chapters=[{"title": "Rain", "start": "0s", "end": "1s"}],
    )
    with reading(archive.engine) as session:
        found = readings.read_public_id(session, public_id, PUBLIC, "read", NOW)
        assert isinstance(found, readings.Reading)
        assert [chapter.recording for chapter in found.chapters] == [2]


def test_a_speaker_who_is_described_later_is_named_then(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained."]])
    with writing(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        segments = spoken(["It rained.", "Indeed."], "en", "A private name")
        segments[1] = replace(segments[1], speaker_label="somebody else")
        transcripts.publish_text(session, row, [(row.recordings[0], segments)], author="An archivist")
    assert speakers(archive, public_id) == ["Speaker 1", "Speaker 2"]
    people = [{"role": "narrator", "names": ["A private name"], "published_name": "(published)"}]
    describe(archive, public_id, people=people)
    assert speakers(archive, public_id)[0] == "(published)"


GIVEN: dict[str, tuple[Any, Any]] = {
    "title": ("Bread", "Rain"),
    "kind": ("interview", "speech"),
    "collection": ("Bakeries", "Weather reports"),
    "people": ([{"role": "narrator"}], [{"role": "narrator", "published_name": "(published)"}]),
    "date": ("1996", "1997"),
    "places": (["Łódź"], ["Poland"]),
    "languages": (["de"], ["yi"]),
    "summary": ("About bread.", "About rain."),
    "subjects": (["bread"], ["rain"]),
    "content_warning": ("Loud.", "Very loud."),
    "rights": ("free", "ask"),
    "source": ("a shelf", "a box"),
    "publisher": ("a bakery", "a library"),
    "contributors": (["a; b"], ["c"]),
    "relations": (["one"], ["two"]),
    "identifiers": (["1"], ["2"]),
    "transcript_author": ("An archivist", "Another"),
    "chapters": ([{"title": "Bread", "start": "0s"}], [{"title": "Rain", "start": "1s"}]),
}
"""Each field as a sidecar says it first, and as it is edited or said later."""


def test_every_field_is_given() -> None:
    others = {"accession_number", "access", "embargo", "recordings", "checksum", "texts"}
    assert set(GIVEN) == set(TestimonyMetadata.field_names()) - others


@pytest.mark.slow
@pytest.mark.parametrize("field", sorted(GIVEN))
def test_an_edited_field_stays_until_the_sidecar_changes_it(archive: SmallArchive, field: str) -> None:
    public_id = archive.add("Weather", [["It rained."]])
    given, other = GIVEN[field]
    elsewhere = "rights" if field != "rights" else "source"
    describe(archive, public_id, **{field: given})
    with writing(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        was = descriptions.describe(row)[field]
        edited = TestimonyMetadata.read({field: other})
        changes.change(session, row, edited, {field}, agent="The archivist", now=NOW, exact_names=True)
        now = descriptions.describe(row)[field]
        assert now != was
    describe(archive, public_id, **{field: given, elsewhere: "changed in the sidecar"})
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        assert descriptions.describe(row)[field] == now
        assert descriptions.describe(row)[elsewhere] == "changed in the sidecar"
    describe(archive, public_id)
    describe(archive, public_id, **{field: given})
    with reading(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        assert descriptions.describe(row)[field] == was
        told = [(each.agent, each.after) for each in history.history(session, row) if each.field == field]
    assert ("The archivist", now) in told
    assert told[-1] == ("description", was)


def test_a_recording_that_comes_later_brings_its_statement_and_undoes_no_edit(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained."]], level=None)
    fields: dict[str, Any] = {
        "recordings": [{"file": "1.wav"}, {"file": "2.wav"}],
        "access": ["restricted", {"level": "withdrawn", "recording": 2}],
    }
    with writing(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        metadata = TestimonyMetadata.read(fields)
        testimony_changes.describe(session, row, metadata, said_by="description", now=NOW)
        # Until it is there, what is said of it holds of that part of the testimony.
        told = [(each.level, each.subject, each.stretch_recording, each.start_ms) for each in row.statements]
        assert told == [("restricted", "testimony", None, None), ("withdrawn", "testimony", 2, 0)]
        standing = row.statements[:1]
        access.exchange(session, row, standing, [NewStatement("public")], said_by="The archivist", now=NOW)
        row.recordings.append(Recording(number=2, files=[]))
        session.flush()
        testimony_changes.describe(session, row, metadata, said_by="description", now=NOW, come_since=[2])
        left = [(each.level, each.subject) for each in row.statements if each.superseded_at is None]
    assert left == [("public", "testimony"), ("withdrawn", "recording")]


def test_lists_that_the_first_version_kept_as_one_text_are_lists(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained."]])
    with writing(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        row.description = {"contributor": "a; b", "source": "a shelf; left"}
        said = descriptions.describe(row)
        assert (said["contributors"], said["source"]) == (["a", "b"], "a shelf; left")
