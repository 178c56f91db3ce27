import html
import re

import pytest
from hypothesis import given, settings
from webvtt import Caption, WebVTT

from archive.formats.webvtt import write
from archive.reading import Reading, Stream
from tests.archive.formats.samples import ADDRESS, passage, reading, spoken, stream, streams


def vtt(shown: Stream, recording: int | None = None, whole: Reading | None = None) -> str:
    return write(whole or reading(shown), shown, recording, archive="The archive", address=ADDRESS)


def read(text: str) -> WebVTT:
    return WebVTT.from_string(text, strict=True)


def texts(captions: list[Caption]) -> list[str]:
    return [html.unescape(caption.text) for caption in captions]


def test_a_persons_transcript() -> None:
    shown = stream(
        passage("Is the oven hot?", 1_000, 2_500, speaker="A. Baker"),
        passage("It is.", 3_000, 4_000, speaker="B. Miller"),
    )
    assert vtt(shown) == (
        "WEBVTT\n"
        "\n"
        "NOTE\n"
        "How bread is baked\n"
        "Collection: The bakery talks, The archive\n"
        "Identifier: 2024-17\n"
        "Date: 1998-05\n"
        "Language: en\n"
        "Transcript: revision 3, reviewed, by A. Writer\n"
        "Rights: CC0\n"
        "Cite as: How bread is baked. The bakery talks, The archive. Identifier 2024-17. "
        "https://archive.example/testimonies/bcdfgh2345\n"
        "\n"
        "p0.1\n"
        "00:00:01.000 --> 00:00:02.500\n"
        "<v A. Baker>Is the oven hot?</v>\n"
        "\n"
        "p1.1\n"
        "00:00:03.000 --> 00:00:04.000\n"
        "<v B. Miller>It is.</v>\n"
    )


def test_a_machines_transcript_says_so_in_the_note_and_in_the_first_caption() -> None:
    shown = stream(passage("The bread rises.", 500, 2_000, machine=True), status="machine")
    file = read(vtt(shown))
    head = file.header_comments[0]
    assert "made by a machine (Whisper base (faster-whisper 1.2.1), mean confidence 90 %)" in head
    assert "No person has checked it" in head
    assert file[0].lines == ["[Made by a machine, not checked]", "<c.machine>The bread rises.</c>"]


def test_where_it_is_quiet_at_first_the_notice_has_a_caption_of_its_own() -> None:
    shown = stream(passage("The bread rises.", 9_000, 11_000, machine=True), status="machine")
    first, second = read(vtt(shown))
    assert (first.start, first.end, first.text) == (
        "00:00:00.000",
        "00:00:05.000",
        "[Made by a machine, not checked]",
    )
    assert second.text == "The bread rises."


def test_a_reviewed_machine_transcript_is_still_a_machines() -> None:
    file = read(vtt(stream(passage("The bread rises.", 500, 2_000, machine=True))))
    assert "made by a machine" in file.header_comments[0]
    assert "has reviewed it" in file.header_comments[0]
    assert file[0].lines[0] == "[Made by a machine, reviewed]"


def test_among_a_persons_words_every_caption_of_a_machines_is_marked() -> None:
    shown = stream(
        passage("The oven is hot.", 500, 2_000, speaker="A. Baker"),
        passage("one two three four five six", 2_000, 32_000, machine=True, speaker="A. Baker"),
    )
    file = read(vtt(shown))
    assert "The passages marked [machine] were made by a machine" in file.header_comments[0]
    assert file[0].lines == ["[Partly made by a machine]", "<v A. Baker>The oven is hot.</v>"]
    assert len(file) == 7
    assert all(caption.raw_text.startswith("<v.machine A. Baker>[machine] ") for caption in file[1:])


def test_only_what_the_file_holds_decides_what_it_says() -> None:
    """Recording 1 is a person's, recording 2 a machine's."""
    shown = stream(passage("By hand.", 0, 900), passage("By machine.", 0, 900, recording=2, machine=True))
    assert "machine" not in vtt(shown, 1, reading(shown, durations=(5_000, 5_000)))
    assert "This transcript was made by a machine" in vtt(shown, 2)


def test_recordings_follow_each_other() -> None:
    shown = stream(
        passage("First tape.", 100, 1_000),
        passage("Second tape.", 100, 1_000, recording=2),
        passage("Third tape.", 4_000, 5_000, recording=3),
    )
    file = read(vtt(shown, None, reading(shown, durations=(60_000, 30_000, 30_000))))
    assert [(caption.start, caption.end) for caption in file] == [
        ("00:00:00.100", "00:00:01.000"),
        ("00:01:00.100", "00:01:01.000"),
        ("00:01:30.000", "00:01:34.000"),
        ("00:01:34.000", "00:01:35.000"),
    ]
    assert [caption.lines for caption in file] == [
        ["[Recording 1]", "First tape."],
        ["[Recording 2]", "Second tape."],
        ["[Recording 3]"],
        ["Third tape."],
    ]
    assert file[1].comments == ["Recording 2 begins here, at 00:01:00."]
    assert file[2].comments == ["Recording 3 begins here, at 00:01:30."]


def test_one_recording_is_the_same_with_and_without_its_number() -> None:
    shown = stream(passage("First tape.", 100, 1_000, machine=True))
    assert vtt(shown, 1) == vtt(shown, None)


def test_a_recording_of_several_has_its_own_times() -> None:
    shown = stream(passage("First.", 100, 1_000), passage("Second.", 100, 1_000, recording=2))
    text = vtt(shown, 2, reading(shown, durations=(60_000, 30_000)))
    (only,) = read(text)
    assert (only.start, only.text) == ("00:00:00.100", "Second.")
    assert "\nRecording: 2\n" in text


def test_two_who_speak_at_once_stand_in_the_order_of_time() -> None:
    shown = stream(passage("one two three four five six", 0, 30_000), passage("Yes, yes.", 12_000, 13_000))
    starts = [caption.start for caption in read(vtt(shown))]
    assert starts == sorted(starts)
    assert len(starts) == 7


def test_another_language_is_named() -> None:
    shown = stream(
        passage("Chleb rośnie.", 0, 900, language="pl", machine=True),
        passage("Yes.", 1_000, 2_000, language="x>"),
    )
    first, second = read(vtt(shown))
    assert first.lines == [
        "[Partly made by a machine]",
        "<c.machine>[machine] <lang pl>Chleb rośnie.</lang></c>",
    ]
    assert second.raw_text == "Yes."


def test_passages_without_times_are_said_to_be_left_out() -> None:
    shown = stream(passage("Heard.", 0, 900), passage("Written.", None, None, recording=None))
    text = vtt(shown)
    assert "Written" not in text
    assert "Passages without times are not in this file." in text
    assert len(read(vtt(stream(passage("Written.", None, None, recording=None))))) == 0


def test_a_title_cannot_break_the_file() -> None:
    shown = stream(passage("The bread rises.", 0, 900))
    whole = reading(shown, title="00:01 --> 00:02\n\nNOTE <b>\r\n\0")
    file = read(vtt(shown, 1, whole))
    assert len(file) == 1
    assert file.header_comments[0].startswith("00:01 -> 00:02 NOTE <b>")


def test_sentences_are_translated() -> None:
    shown = stream(passage("The bread rises.", 0, 900, machine=True), status="machine")
    german = {
        "Collection": "Sammlung",
        "[Made by a machine, not checked]": "[Von einer Maschine, ungeprüft]",
        "This transcript was made by a machine%(with)s.": "Das schrieb eine Maschine%(with)s.",
    }
    text = write(
        reading(shown),
        shown,
        1,
        archive="The archive",
        address=ADDRESS,
        gettext=lambda sentence: german.get(sentence, sentence),
    )
    assert "\nSammlung: The bakery talks, The archive\n" in text
    assert "\nDas schrieb eine Maschine (Whisper base" in text
    assert "\n[Von einer Maschine, ungeprüft]\n" in text


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(streams())
def test_read_back_it_has_every_word_in_order(shown: Stream) -> None:
    """Whatever text: webvtt-py, strict, finds the words of the passages, and times in order."""
    file = read(vtt(shown, None, reading(shown, durations=(100_000, 100_000, 100_000))))
    body = [caption for caption in file if caption.identifier]
    words = [
        word
        for caption in body
        for line in caption.lines
        if not line.startswith(("[Recording ", "[Made by", "[Partly"))
        for word in html.unescape(re.sub("<[^>]*>", "", line)).split()
    ]
    expected = [word.replace("\0", "\ufffd") for word in spoken(shown.passages)]
    mark = "[machine]"  # stands before machine-made words, and is a word of the text here and there
    assert [word for word in words if word != mark] == [word for word in expected if word != mark]
    assert words.count(mark) >= expected.count(mark)
    for caption in file:
        assert caption.start < caption.end
    starts = [caption.start for caption in file]
    assert starts == sorted(starts)


def test_a_players_track_is_in_the_time_of_its_file() -> None:
    shown = stream(passage("Is the oven hot?", 1_000, 2_500), passage("It is.", 3_000, 4_000))

    def times(offset_ms: int) -> list[tuple[str, str]]:
        text = write(reading(shown), shown, 1, archive="", address=ADDRESS, offset_ms=offset_ms)
        return [(caption.start, caption.end) for caption in read(text).captions]

    assert times(2_000) == [("00:00:03.000", "00:00:04.500"), ("00:00:05.000", "00:00:06.000")]
    # A transfer that lacks the beginning: what is not in it has no caption.
    assert times(-3_500) == [("00:00:00.000", "00:00:00.500")]
