"""What is told of a source: what is known, and nothing that is not."""

from dataclasses import replace
from datetime import UTC, datetime

from archive.reading import OpenRecording, PersonInRole, Reading, Stream
from tests.web.sites import make_page, make_passage, make_reading, make_stream
from web.views.source import view_source

SPACE = "\N{NO-BREAK SPACE}"


def told(reading: Reading, stream: Stream | None) -> dict[str, list[str]]:
    return {
        fact.name: [value.words for value in fact.values]
        for fact in view_source(reading, stream, make_page())
    }


def test_who_when_how_and_what_made_the_text() -> None:
    stream = make_stream(
        make_passage("It rained.", machine=True, probability=0.9),
        status="machine",
        engine="Whisper base",
        revision=3,
        made_at=datetime(2026, 5, 4, tzinfo=UTC),
    )
    reading = make_reading(
        stream,
        people=(
            PersonInRole("interviewee", "A. B."),
            PersonInRole("interviewer", None),
            PersonInRole("translator", "E. F."),
        ),
        date="1996-05",
        recordings=(
            OpenRecording(1, "rec1", 900, True, "video/mp4", "open"),
            OpenRecording(3, "rec3", 60_000, False, "audio/mp4", "being made"),
        ),
    )
    found = told(reading, stream)
    assert found["Told by"] == ["A. B."]
    assert found["Asked by"] == ["Interviewer"]
    assert found["Told"] == ["May 1996"]
    assert found["Recorded as"] == [
        f"Recording 1: picture and sound, 1{SPACE}s",
        f"Recording 3: sound, 1{SPACE}min",
    ]
    assert "Whisper base" in found["Text"][0]
    assert found["Text"][1] == "Revision 3, of 4 May 2026"
    assert found["More"] == ["A. B. in the whole archive", "E. F. in the whole archive"]
    assert "Questions" not in found  # nobody said where to ask


def test_where_recordings_go_on_without_words_that_is_said() -> None:
    stream = make_stream(
        make_passage("It rained.", start_ms=5000), make_passage("All day.", start_ms=20_000, id="p2")
    )
    reading = make_reading(stream, recordings=(OpenRecording(1, "rec1", 25_000, False, "audio/mp4", "open"),))
    # 5 s before the first words, 14.1 s between, 4.1 s after the last.
    assert told(reading, stream)["Without words"] == [f"in 3 places, 23{SPACE}s in all"]
    whole = replace(reading, recordings=(OpenRecording(1, "rec1", 900, False, "audio/mp4", "open"),))
    assert "Without words" not in told(whole, make_stream(make_passage("It rained.")))


def test_of_text_without_times_and_of_closed_stretches_nothing_is_told() -> None:
    silent = replace(make_passage("It rained."), recording=None, start_ms=None, end_ms=None, words=())
    tape = OpenRecording(1, "rec1", 60_000, False, "audio/mp4", "open")
    assert "Without words" not in told(
        make_reading(make_stream(silent), recordings=(tape,)), make_stream(silent)
    )
    late = make_stream(make_passage("It rained.", start_ms=30_000))
    noticed = replace(tape, notices=((0, 20_000, "Closed."),))
    assert "Without words" in told(make_reading(late, recordings=(tape,)), late)
    assert "Without words" not in told(make_reading(late, recordings=(noticed,)), late)


def test_of_what_nobody_described_nothing_is_told() -> None:
    bare = make_reading(people=(), date=None, recordings=())
    assert told(bare, None) == {"Recorded as": ["text alone, without a recording"]}
