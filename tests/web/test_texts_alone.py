"""A testimony that has a text and no recording, everywhere it is shown; and what is played of a later
transfer."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.changes.access import NewStatement
from archive.database import writing
from archive.formats import webvtt
from archive.queries import testimonies
from tests.web.sites import Site, make_passage, make_reading, make_stream


@pytest.fixture
def alone(site: Site) -> str:
    public_id = site.archive.add_text(
        "When the bakery opens", ["Before the sun does.", "Every day but one."], accession_number="T/1"
    )
    site.index()
    return public_id


def test_the_page_has_the_text_and_nothing_to_play(site: Site, alone: str) -> None:
    html = site.client.get(f"/testimonies/{alone}?r=1&t=57.2,83").text
    assert "Before the sun does." in html
    assert "Transcript by A typist." in html
    for player in ("<audio", "<video", 'class="listen"', "Play "):
        assert player not in html
    assert "transcript.txt" in html
    assert "transcript.vtt" not in html


@pytest.mark.slow
def test_it_is_found_and_marked(site: Site, alone: str) -> None:
    answer = site.client.get("/api/v1/search?q=%22every+day%22").json()
    (hit,) = answer["hits"]
    (segment,) = hit["segments"]
    assert (hit["testimony"]["id"], segment["recording"], segment["start_ms"]) == (alone, None, None)
    page = site.client.get("/search?q=every")
    assert "<mark>Every</mark>" in page.text
    assert "<mark>Every</mark>" in site.client.get(f"/testimonies/{alone}?q=every").text


def test_the_api_offers_what_there_is(site: Site, alone: str) -> None:
    answer = site.client.get(f"/api/v1/testimonies/{alone}").json()
    assert (answer["recordings"], answer["duration_ms"], answer["languages"]) == ([], 0, ["en"])
    (transcript,) = answer["transcripts"]
    assert sorted(transcript["downloads"]) == ["json", "txt"]


@pytest.mark.parametrize("extension", ["vtt", "srt"])
def test_captions_of_it_there_are_none_and_that_is_said(site: Site, alone: str, extension: str) -> None:
    answer = site.client.get(f"/testimonies/{alone}/transcript.{extension}")
    assert answer.status_code == 404
    assert "This text has no times" in answer.text
    for other in ("txt", "json"):
        assert "Every day but one." in site.client.get(f"/testimonies/{alone}/transcript.{other}").text
    site.archive.state(alone, NewStatement("restricted"))
    closed = site.client.get(f"/testimonies/{alone}/transcript.{extension}")
    assert closed.content == site.client.get(f"/testimonies/{'z' * 10}/transcript.{extension}").content


@pytest.mark.slow
def test_a_later_transfer_is_played_and_captioned_in_its_own_time(site: Site) -> None:
    public_id = site.add("Weather", [["It rained. Then the sun came."]], video=True)
    with writing(site.archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        file = row.recordings[0].current_file
        file.offset_ms, file.duration_ms = -1_000, 5_000
    html = site.client.get(f"/testimonies/{public_id}?t=1.5,2").text
    assert 'data-offset="-1000"' in html
    assert "#t=0.5,1" in html
    (recording,) = site.client.get(f"/api/v1/testimonies/{public_id}").json()["recordings"]
    assert recording["duration_ms"] == 6_000
    captions = site.client.get(f"/recordings/{recording['id']}/captions.vtt").text
    assert "00:00:00.000 --> 00:00:01.900" in captions
    # What is taken away is in cited time.
    assert "00:00:00.000 --> 00:00:02.900" in site.client.get(f"/testimonies/{public_id}/transcript.vtt").text
    # Cited time that the file does not hold is still a place in the text.
    assert site.client.get(f"/testimonies/{public_id}?t=0.2,0.4").status_code == 200
    assert site.client.get(f"/testimonies/{public_id}?t=99").status_code == 200


@given(st.lists(st.integers(0, 60_000), min_size=1, max_size=5), st.integers(-70_000, 70_000))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_captions_of_a_player_are_cited_times_and_the_offset(starts: list[int], offset_ms: int) -> None:
    """Every caption is where the file has it; those of which the file has nothing are left out."""
    passages = [make_passage("Rain.", id=f"p{n}", start_ms=start) for n, start in enumerate(sorted(starts))]
    stream = make_stream(*passages)
    reading = make_reading(stream)

    def times(shift: int) -> list[tuple[int, int]]:
        text = webvtt.write(reading, stream, 1, archive="a", address="b", offset_ms=shift)
        return [
            (milliseconds(line.split(" --> ")[0]), milliseconds(line.split(" --> ")[1]))
            for line in text.splitlines()
            if " --> " in line
        ]

    expected = [
        (max(0, start + offset_ms), end + offset_ms) for start, end in times(0) if end + offset_ms > 0
    ]
    assert times(offset_ms) == expected


def milliseconds(time: str) -> int:
    hours, minutes, seconds = time.split(":")
    return (int(hours) * 60 + int(minutes)) * 60_000 + round(float(seconds) * 1000)
