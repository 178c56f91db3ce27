import pytest
from hypothesis import given, settings

from archive.formats.plain import write
from archive.reading import Reading, Stream
from tests.archive.formats.samples import ADDRESS, passage, reading, stream, streams


def plain(shown: Stream, recording: int | None = None, whole: Reading | None = None) -> str:
    return write(whole or reading(shown), shown, recording, archive="The archive", address=ADDRESS)


def test_turns_and_times() -> None:
    shown = stream(
        passage("Is the oven hot?", 1_000, 2_500, speaker="A. Baker"),
        passage("I think\nso.", 2_500, 2_900, speaker="A. Baker"),
        passage("It is.", 3_000, 4_000, speaker="B. Miller"),
        passage("A bell.", 3_661_999, 3_663_000),
    )
    assert plain(shown).split("\n\n", 1) == [
        "How bread is baked\n"
        "Collection: The bakery talks, The archive\n"
        "Identifier: 2024-17\n"
        "Date: 1998-05\n"
        "Language: en\n"
        "Transcript: revision 3, reviewed, by A. Writer\n"
        "Rights: CC0\n"
        "Cite as: How bread is baked. The bakery talks, The archive. Identifier 2024-17. "
        "https://archive.example/testimonies/bcdfgh2345",
        "A. Baker:\n"
        "[00:00:01] Is the oven hot?\n"
        "[00:00:02] I think so.\n"
        "\n"
        "B. Miller:\n"
        "[00:00:03] It is.\n"
        "\n"
        "[01:01:01] A bell.\n",
    ]


def test_recordings_have_headings_and_their_own_times() -> None:
    shown = stream(
        passage("First.", 0, 900),
        passage("Second.", 5_000, 5_900, recording=2),
        passage("A letter.", None, None, recording=None),
    )
    text = plain(shown, None, reading(shown, durations=(60_000, 30_000)))
    assert "\n\n\nRecording 1\n\n[00:00:00] First.\n" in text
    assert "\n\n\nRecording 2\n\n[00:00:05] Second.\n" in text
    assert text.endswith("\n\n\nWithout a recording\n\nA letter.\n")
    assert "Second" not in plain(shown, 1, reading(shown, durations=(60_000, 30_000)))


def test_a_machines_words_say_so() -> None:
    shown = stream(passage("The bread rises.", 0, 900, machine=True), status="machine")
    assert "This transcript was made by a machine" in plain(shown)
    assert "[machine]" not in plain(shown)
    both = stream(passage("The oven is hot.", 0, 900), passage("Yes.", 1_000, 2_000, machine=True))
    assert "The passages marked [machine] were made by a machine" in plain(both)
    assert "[00:00:00] The oven is hot.\n[00:00:01] [machine] Yes.\n" in plain(both)


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(streams(ordered=False))
def test_every_passage_stands_whole_on_its_line(shown: Stream) -> None:
    body = plain(shown).split("\n")
    at = -1
    for each in shown.passages:
        text = " ".join(each.text.split())
        at = next(number for number in range(at + 1, len(body)) if body[number].endswith(f"] {text}"))
