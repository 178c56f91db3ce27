"""Two texts side by side."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from archive.reading import Passage
from tests.web.sites import make_page, make_passage, make_reading, make_stream
from web.opening import Opened
from web.places import AskedPlace
from web.views.beside import find_other, pair
from web.views.testimony import TestimonyView, view_testimony

RAIN = make_passage("It rained.", id="a")
SUN = make_passage("Then the sun came.", id="b", start_ms=3000)
TAPE = make_passage("On the second tape.", id="c", recording=2)
REGEN = make_passage("Es regnete.", id="x", language="de", timed=False)
SONNE = make_passage("Dann kam die Sonne <hervor>.", id="y", start_ms=2900, language="de", timed=False)
DRITTE = make_passage("Auf dem dritten Band.", id="z", recording=3, language="de", timed=False)
ORIGINAL = make_stream(RAIN, SUN, TAPE)
GERMAN = make_stream(REGEN, SONNE, DRITTE, id="text2", kind="translation", language="de")


def view(beside: str | None, text: str | None = None) -> TestimonyView:
    reading = make_reading(ORIGINAL, GERMAN)
    opened = Opened(reading, reading, reading)
    return view_testimony(opened, AskedPlace(text=text), "", None, make_page(), beside=beside)


def test_each_passage_stands_beside_that_in_whose_time_its_middle_lies() -> None:
    found = pair(ORIGINAL, GERMAN, {"y": [(0, 4)]})
    assert [each.html for each in found.by_passage["a"]] == ["Es regnete."]
    assert [each.html for each in found.by_passage["b"]] == [
        "<mark>Dann</mark> kam die Sonne &lt;hervor&gt;."
    ]
    assert "c" not in found.by_passage
    assert [each.html for each in found.alone[3]] == ["Auf dem dritten Band."]


@given(st.lists(st.integers(0, 9000), max_size=6), st.lists(st.integers(0, 9000), max_size=6))
def test_nothing_of_the_other_text_is_left_out_and_nothing_stands_twice(
    one: list[int], two: list[int]
) -> None:
    def passages(starts: list[int], name: str) -> list[Passage]:
        return [
            make_passage("Some words.", id=f"{name}{n}", start_ms=at) for n, at in enumerate(sorted(starts))
        ]

    shown, other = make_stream(*passages(one, "a")), make_stream(*passages(two, "b"))
    found = pair(shown, other, {})
    count = sum(map(len, found.by_passage.values())) + sum(map(len, found.alone.values()))
    assert count == len(two)


def test_text_without_sound_goes_by_its_place() -> None:
    silent = [
        replace(RAIN, id=str(n), recording=None, start_ms=None, end_ms=None, words=()) for n in range(2)
    ]
    other = [
        replace(REGEN, id=str(n), recording=None, start_ms=None, end_ms=None, words=()) for n in range(3)
    ]
    found = pair(make_stream(*silent), make_stream(*other), {})
    assert [len(found.by_passage[each.id]) for each in silent] == [1, 2]


def test_a_reader_chooses_it_keeps_it_in_every_link_and_takes_it_away() -> None:
    plain = view(None)
    assert plain.other is None
    (offered,) = plain.besides
    assert (offered.words, offered.address) == ("With German beside it", "/testimonies/xyz2345678?beside=de")
    both = view("de")
    assert both.other is not None
    assert [section.number for section in both.sections] == [1, 2, 3]
    assert both.sections[0].passages[0].beside[0].direction == "ltr"
    assert both.sections[0].passages[1].address == "/testimonies/xyz2345678?t=3&beside=de"
    assert both.besides[0].address == "/testimonies/xyz2345678"
    assert both.moment_address == "/testimonies/xyz2345678"
    other_way = view("original", text="de")
    assert other_way.sections[0].passages[0].html == "Es regnete."
    assert other_way.sections[0].passages[0].beside[0].html == "It rained."


def test_a_mistyped_wish_shows_the_text_alone() -> None:
    for wanted in ("pl", "original", ""):
        assert find_other(make_reading(ORIGINAL, GERMAN), ORIGINAL, wanted) is None
        assert view(wanted).other is None
