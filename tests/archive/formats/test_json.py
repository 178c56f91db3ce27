import json
from dataclasses import replace

import pytest
from hypothesis import given, settings

from archive.formats.json import write
from archive.reading import Passage, Stream, Word
from tests.archive.formats.samples import ADDRESS, passage, reading, stream, streams


def test_what_is_known() -> None:
    shown = stream(
        passage("The oven is hot.", 0, 900, speaker="A. Baker"),
        passage("Yes.", 0, 900, recording=2, machine=True),
        status="in review",
    )
    whole = reading(shown, durations=(60_000, 30_000))
    document = json.loads(write(whole, shown, None, archive="The archive", address=ADDRESS))
    assert document["testimony"]["identifier"] == "2024-17"
    assert document["testimony"]["people"] == [{"role": "interviewee", "name": None}]
    assert document["transcript"]["revision"] == 3
    assert document["transcript"]["engine"] == "Whisper base (faster-whisper 1.2.1)"
    assert document["transcript"]["machine"] is True
    assert document["transcript"]["confidence"] == 0.9
    assert "made by a machine" in document["transcript"]["notice"]
    assert [each["machine"] for each in document["passages"]] == [False, True]
    assert [each["number"] for each in document["recordings"]] == [1, 2]

    first = json.loads(write(whole, shown, 1, archive="The archive", address=ADDRESS))
    assert [each["text"] for each in first["passages"]] == ["The oven is hot."]
    assert [each["number"] for each in first["recordings"]] == [1]
    assert first["transcript"]["machine"] is False
    assert first["transcript"]["notice"] is None


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(streams(ordered=False))
def test_read_back_it_is_the_stream(shown: Stream) -> None:
    document = json.loads(write(reading(shown), shown, None, archive="The archive", address=ADDRESS))
    assert not any("gap_before" in each for each in document["passages"])  # it would tell of what is closed
    back = tuple(
        Passage(**{**each, "words": tuple(Word(**word) for word in each["words"])})
        for each in document["passages"]
    )
    assert back == tuple(replace(each, gap_before=False) for each in shown.passages)
