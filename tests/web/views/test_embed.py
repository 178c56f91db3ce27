from dataclasses import replace

from archive.reading import Reading, Stream
from tests.web.sites import make_page, make_passage, make_reading, make_stream
from web.moments import Moment
from web.views.addresses import Address
from web.views.embed import EmbedView, view_embed


def view(reading: Reading, stream: Stream | None, at: Address) -> EmbedView:
    return view_embed(reading, stream, at, make_page())


def test_listeners_are_warned_as_on_the_page() -> None:
    stream = make_stream(make_passage("It thundered."))
    reading = make_reading(stream, description={"content_warning": "Loud thunder."})
    html = bytes(make_page().render("embed.html", {"view": view(reading, stream, Address(1))}).body).decode()
    assert "Before you listen:</strong> <bdi>Loud thunder.</bdi>" in html


def test_a_stretch_that_begins_within_a_turn_says_whose_it_is() -> None:
    stream = make_stream(
        make_passage("It rained.", id="p1", speaker="A. B."),
        make_passage("It snowed.", id="p2", start_ms=5000, speaker="A. B."),
        make_passage("Did it?", id="p3", start_ms=9000, speaker="Interviewer"),
    )
    whole = view(make_reading(stream), stream, Address(1))
    assert [passage.speaker for passage in whole.passages] == ["A. B.", None, "Interviewer"]
    part = view(make_reading(stream), stream, Address(1, Moment(5000, 10_000)))
    assert [passage.speaker for passage in part.passages] == ["A. B.", "Interviewer"]


def test_what_a_machine_made_is_judged_by_what_is_shown() -> None:
    stream = make_stream(
        make_passage("By hand.", id="p1"),
        make_passage("By machine.", id="p2", start_ms=5000, machine=True, probability=0.9),
    )
    stream = replace(stream, status="in review", engine="Whisper base")
    reading = make_reading(stream)
    assert view(reading, stream, Address(1, Moment(0, 1000))).origin is None
    machine = view(reading, stream, Address(1, Moment(5000, 6000)))
    assert machine.origin == "Machine transcript, not checked (Whisper base, mean confidence 90 %)"
    whole = view(reading, stream, Address(1))
    assert (whole.origin or "").startswith("Partly a machine transcript, not checked (Whisper base")
    assert [passage.machine for passage in whole.passages] == [False, True]


def test_text_without_sound_is_read_in_a_frame_too() -> None:
    letter = make_stream(make_passage("It rained.", recording=None, timed=False))
    shown = view(make_reading(letter, recordings=()), letter, Address(None))
    assert ([str(each.html) for each in shown.passages], shown.players) == (["It rained."], ())
