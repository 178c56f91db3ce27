import pytest
from hypothesis import given, settings
from webvtt import WebVTT

from archive.formats.subrip import JOINER, write
from archive.reading import Reading, Stream
from tests.archive.formats.samples import ADDRESS, passage, reading, spoken, stream, streams


def srt(shown: Stream, recording: int | None = None, whole: Reading | None = None) -> str:
    return write(whole or reading(shown), shown, recording, archive="The archive", address=ADDRESS)


def test_a_persons_transcript() -> None:
    shown = stream(
        passage("Is the oven hot?", 1_000, 2_500, speaker="A. Baker"),
        passage("It is.", 3_000, 4_000, speaker="B. Miller"),
        passage("So it is.", 3_600_000, 3_601_000, speaker="B. Miller"),
    )
    assert srt(shown) == (
        "1\n00:00:01,000 --> 00:00:02,500\nA. Baker: Is the oven hot?\n"
        "\n"
        "2\n00:00:03,000 --> 00:00:04,000\nB. Miller: It is.\n"
        "\n"
        "3\n01:00:00,000 --> 01:00:01,000\nSo it is.\n"
    )


def test_a_name_does_not_stand_again_after_a_gap() -> None:
    """It would tell that something is closed there."""
    shown = stream(
        passage("It is.", 0, 900, speaker="A. Baker"),
        passage("So it is.", 1_000, 2_000, speaker="A. Baker", gap_before=True),
    )
    assert srt(shown).count("A. Baker: ") == 1


def test_a_machines_transcript_says_so() -> None:
    shown = stream(passage("The bread rises.", 500, 2_000, machine=True), status="machine")
    assert srt(shown) == (
        "1\n00:00:00,500 --> 00:00:02,000\n[Made by a machine, not checked]\nThe bread rises.\n"
    )
    quiet = stream(passage("The bread rises.", 3_000, 5_000, machine=True), status="machine")
    assert srt(quiet) == (
        "1\n00:00:00,000 --> 00:00:03,000\n[Made by a machine, not checked]\n"
        "\n"
        "2\n00:00:03,000 --> 00:00:05,000\nThe bread rises.\n"
    )


def test_among_a_persons_words_a_machines_are_marked() -> None:
    shown = stream(passage("The oven is hot.", 0, 900), passage("Yes.", 1_000, 2_000, machine=True))
    assert "[Partly made by a machine]\nThe oven is hot.\n" in srt(shown)
    assert "\n[machine] Yes.\n" in srt(shown)


def test_recordings_follow_each_other() -> None:
    shown = stream(passage("First.", 0, 900), passage("Second.", 0, 900, recording=2))
    text = srt(shown, None, reading(shown, durations=(60_000, 30_000)))
    assert "2\n00:01:00,000 --> 00:01:00,900\n[Recording 2]\nSecond.\n" in text


def test_nothing_timed_is_an_empty_file() -> None:
    assert srt(stream(passage("Written.", None, None, recording=None))) == ""


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(streams())
def test_read_back_it_has_every_word_in_order(shown: Stream) -> None:
    text = srt(shown, None, reading(shown, durations=(100_000, 100_000, 100_000)))
    if not text:
        assert spoken(shown.passages) == []
        return
    captions = WebVTT.from_buffer(iter(text.splitlines(keepends=True)), format="srt").captions
    words = [
        word.replace(JOINER, "")
        for caption in captions
        for line in caption.lines
        if not line.startswith(("[Recording ", "[Made by", "[Partly"))
        for word in line.split()
    ]
    expected = [word.replace("\0", "\ufffd").replace(JOINER, "") for word in spoken(shown.passages)]
    names = {"[machine]", "A.", "Baker:", "<script>", "&", "Sons", "-->:"}
    assert [word for word in words if word not in names] == [word for word in expected if word not in names]
    assert len(words) >= len(expected)
    assert text.count(" --> ") == len(captions)
