"""`testimony access`: said, shown, explained, and refused in a sentence."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from archive.access import PUBLIC
from archive.changes import testimonies as testimony_changes
from archive.changes.access import NewStatement
from archive.database import reading, writing
from archive.queries import outbox, readings, testimonies
from ingest.cli import app
from schemas.metadata import TestimonyMetadata
from tests.archives import NOW, SmallArchive
from tests.databases import enter

pytestmark = pytest.mark.slow


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallArchive]:
    enter(monkeypatch, tmp_path / "archive")
    small = SmallArchive(tmp_path / "archive")
    yield small
    small.close()


def is_open(archive: SmallArchive, public_id: str) -> bool:
    with reading(archive.engine) as session:
        return isinstance(readings.read_public_id(session, public_id, PUBLIC, "read", NOW), readings.Reading)


def test_said_and_explained(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained."]], accession_number="A/1")
    shown = CliRunner().invoke(app, ["access", "A/1"])
    assert shown.exit_code == 0
    assert f"{public_id}: open to the public" in shown.stdout
    said = CliRunner().invoke(
        app, ["access", public_id, "Reading-Room", "--reason", "asked", "--by", "The archivist"]
    )
    assert said.exit_code == 0, said.output
    assert "closed because it is reading room, said by The archivist" in said.stdout
    assert not is_open(archive, public_id)
    # Acknowledged only once it is in the store, and nothing waits.
    with reading(archive.engine) as session:
        assert outbox.count(session, "store") == outbox.count(session, "index") == 0
    descriptor = json.loads(archive.store.path(public_id, "descriptor.json").read_text())
    assert descriptor["statements"][-1]["reason"] == "asked"


def test_a_stretch(archive: SmallArchive) -> None:
    public_id = archive.add("Weather", [["It rained all day."]])
    said = CliRunner().invoke(
        app, ["access", public_id, "restricted", "--start", "0.5s", "--end", "1s", "--json"]
    )
    assert said.exit_code == 0, said.output
    answer = json.loads(said.stdout)
    assert answer["open"]
    assert answer["sentence"] == "open to the public, but for what is closed below"
    with reading(archive.engine) as session:
        found = readings.read_public_id(session, public_id, PUBLIC, "read", NOW)
        assert isinstance(found, readings.Reading)
        assert "rained" not in " ".join(passage.text for passage in found.streams[0].passages)


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["nobody"], 1, "no testimony has the id or accession number nobody"),
        (["A/1", "publik"], 2, "did you mean public?"),
        (["A/1", "public", "--recording", "7"], 1, "has no recording 7"),
        (["A/1", "public", "--start", "soon"], 1, "soon"),
        (["A/1", "public", "--from", "next week"], 1, "next week"),
        (["A/1", "public", "--start", "1.5s", "--end", "1s"], 1, "has to end after it starts"),
        (
            ["A/1", "restricted", "--start", "83m"],
            1,
            "expected a stretch that begins before 1.9s, where recording 1 ends",
        ),
        (["A/1", "public", "--transcript", "fr"], 1, "no texts 'fr'; there is original"),
        (["A/1", "public", "--chapter", "3"], 1, "no chapter '3'; it has 0"),
        (["A/1", "public", "--chapter", "1", "--start", "2s"], 1, "a chapter has its own place"),
        (["A/1", "--take-back", "nothing"], 1, "has no access statement nothing"),
        (["A/1", "--recording", "1"], 2, "say which level"),
        (["A/1", "public", "--take-back", "x"], 2, "not both at once"),
    ],
)
def test_refused_in_a_sentence(archive: SmallArchive, arguments: list[str], code: int, sentence: str) -> None:
    archive.add("Weather", [["It rained."]], accession_number="A/1")
    result = CliRunner().invoke(app, ["access", *arguments])
    assert result.exit_code == code
    assert sentence in result.stderr
    assert "Traceback" not in result.output


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["access", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def look(*arguments: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(CliRunner().invoke(app, ["access", *arguments, "--json"]).stdout)
    return answer


def part(answer: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in answer["parts"] if each["name"].startswith(name))
    return found


def describe(archive: SmallArchive, public_id: str, **fields: Any) -> None:
    with writing(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        metadata = TestimonyMetadata.read(fields)
        testimony_changes.describe(session, row, metadata, said_by="the description", now=NOW)


@pytest.fixture
def weather(archive: SmallArchive) -> str:
    """Two recordings, an original, a translation and two chapters."""
    public_id = archive.add(
        "Weather", [["It rained quietly in spring."], ["Sun."]], translation=[["Es regnete."]]
    )
    chapters = [
        {"title": "Rain", "recording": 1, "start": "1s", "end": "1.4s"},
        {"title": "Sun", "recording": 2, "start": 0},
    ]
    recordings = [{"file": "1.wav", "number": 1}, {"file": "2.wav", "number": 2}]
    describe(archive, public_id, access="public", chapters=chapters, recordings=recordings)
    return public_id


@pytest.mark.parametrize(
    ("options", "closed", "open_still"),
    [
        (["--recording", "1"], ["recording 1", "chapter 1"], ["recording 2", "the original", "chapter 2"]),
        (["--transcript", "original"], ["the original"], ["the translation", "recording 1", "chapter 1"]),
        (["--transcript", "de"], ["the translation de"], ["the original", "recording 1"]),
        (["--chapter", "1"], ["chapter 1 (Rain)"], ["chapter 2", "recording 1", "the original"]),
        (["--chapter", "2"], ["chapter 2 (Sun)", "recording 2"], ["chapter 1", "recording 1"]),
        (
            ["--recording", "1", "--start", "1s", "--end", "1.4s"],
            ["chapter 1"],
            ["recording 1", "the original", "recording 2"],
        ),
    ],
)
def test_each_part_is_closed_and_explained(
    weather: str, options: list[str], closed: list[str], open_still: list[str]
) -> None:
    run(weather, "restricted", *options, "--reason", "the family asked", "--by", "The archivist")
    answer = look(weather)
    assert answer["sentence"] == "open to the public, but for what is closed below"
    for name in closed:
        assert not part(answer, name)["open"], name
        assert "restricted, said by The archivist: the family asked" in part(answer, name)["sentence"]
    for name in open_still:
        assert part(answer, name)["open"], name


def test_parts_are_named_by_public_ids_too(weather: str) -> None:
    answer = look(weather)
    for name, option in (("chapter 2", "--chapter"), ("the translation", "--transcript")):
        run(weather, "restricted", option, part(answer, name)["id"])
        assert not part(look(weather), name)["open"]


def test_a_stretch_says_where_and_that_its_copy_is_being_made(weather: str) -> None:
    run(weather, "restricted", "--recording", "1", "--start", "1s", "--end", "1.4s", "--by", "A")
    sentence = part(look(weather), "recording 1")["sentence"]
    assert sentence == (
        "open, but for from 00:00:01.000 to 00:00:01.400: restricted, said by A; "
        "the copy for listening is being made"
    )
    assert part(look(weather), "recording 2")["sentence"] == "open"


def test_what_a_stricter_word_keeps_closed_is_said_to_stay_so(weather: str) -> None:
    run(weather, "restricted", "--by", "The director", "--reason", "unclear rights")
    said = run(weather, "registered", "--recording", "1")
    assert "nothing changes: it stays restricted, said by The director: unclear rights (on testimony)" in said
    assert "restricted" in look(weather)["sentence"]
    assert "it was so before" in run(weather, "restricted")
    later = run(weather, "public", "--from", "2150-01-01")
    assert "Until 2150-01-01" in later


def test_what_is_to_come_and_what_was(weather: str) -> None:
    run(weather, "restricted", "--recording", "2", "--from", "2150-01-01")
    assert "recording 2: restricted, from 2150-01-01, to come" in run(weather)
    assert "Until 2150-01-01, when a statement begins or ends." in run(weather)
    run(weather, "public", "--recording", "2")
    shown = run(weather)
    assert "to come" not in shown
    assert "that count no more (--history)" in shown
    assert "recording 2: restricted, from 2150-01-01, superseded" in run(weather, "--history")


def test_the_day_that_was_put_off_is_not_told(weather: str) -> None:
    run(weather, "restricted", "--recording", "2")
    run(weather, "public", "--recording", "2", "--from", "2140-01-01")
    assert "Until 2150-01-01" in run(weather, "public", "--recording", "2", "--from", "2150-01-01")


def test_a_wrong_closing_is_mended(archive: SmallArchive, weather: str) -> None:
    run(weather, "withdrawn", "--by", "Somebody")
    assert not is_open(archive, weather)
    (wrong,) = [each for each in look(weather)["statements"] if each["level"] == "withdrawn"]
    run(weather, "--take-back", wrong["id"], "--reason", "mistyped number", "--by", "The archivist")
    assert is_open(archive, weather)
    shown = run(weather, "--history")
    assert "testimony: withdrawn, taken back" in shown
    assert f"{weather}: open to the public" in shown
    # It is in the store, with who took it back.
    descriptor = json.loads(archive.store.path(weather, "descriptor.json").read_text())
    (event,) = [each for each in descriptor["events"] if each["detail"].get("taken_back")]
    assert (event["agent"], event["detail"]["reason"]) == ("The archivist", "mistyped number")
    again = CliRunner().invoke(app, ["access", weather, "--take-back", wrong["id"]])
    assert again.exit_code == 1
    assert "was taken back" in again.stderr


def test_a_clock_that_ran_ahead_is_told_of_and_put_right(
    archive: SmallArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    public_id = archive.add("Weather", [["It rained."]])
    day = timedelta(days=1)
    archive.state(public_id, NewStatement("public", ends_at=NOW + day))
    monkeypatch.setattr("archive.clock.now", lambda: NOW + 9 * day)
    assert "closed" in CliRunner().invoke(app, ["access", public_id]).stdout
    monkeypatch.setattr("archive.clock.now", lambda: NOW)
    shown = CliRunner().invoke(app, ["access", public_id])
    assert "closed because no statement on it is in force; the clock says 2026-01-27" in shown.stdout
    assert f"Clock: behind a date that has come for {public_id}" in CliRunner().invoke(app, ["status"]).stdout
    assert not is_open(archive, public_id)
    said = CliRunner().invoke(app, ["access", public_id, "--believe-clock", "--by", "An archivist"])
    assert said.exit_code == 0
    assert f"{public_id}: open to the public" in said.stdout
    assert is_open(archive, public_id)
    assert "Clock:" not in CliRunner().invoke(app, ["status"]).stdout
    assert "never ahead" in CliRunner().invoke(app, ["access", public_id, "--believe-clock"]).stderr
