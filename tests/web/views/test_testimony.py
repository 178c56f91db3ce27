from dataclasses import replace

from archive.reading import OpenChapter, OpenRecording, PersonInRole, Reading
from search.parse import parse
from tests.web.sites import make_page, make_passage, make_reading, make_stream
from web.moments import Moment
from web.opening import Opened
from web.places import AskedPlace
from web.views.testimony import TestimonyView, view_testimony

STREAM = make_stream(make_passage("It rained."))


def view(reading: Reading, asked: AskedPlace = AskedPlace(), query: str = "") -> TestimonyView:
    return view_testimony(Opened(reading, reading, reading), asked, query, parse(query), make_page())


def test_without_a_wish_the_first_recording_plays() -> None:
    shown = view(make_reading(STREAM))
    assert [player.current for player in shown.players] == [True, False]
    assert shown.players[0].source == "/recordings/rec1/media"
    assert shown.opened_at is None


def test_a_moment_without_a_recording_means_number_one_and_no_other() -> None:
    only_second = (OpenRecording(2, "rec2", 60_000, False, "audio/mp4", "open"),)
    shown = view(make_reading(STREAM, recordings=only_second), AskedPlace(moment=Moment(5000)))
    assert shown.at.recording == 2
    assert shown.at.moment is None
    assert shown.players[0].source == "/recordings/rec2/media"


def test_a_moment_that_cannot_be_played_offers_no_playing() -> None:
    waiting = (OpenRecording(1, "rec1", 60_000, False, "audio/mp4", "being made"),)
    assert view(make_reading(STREAM, recordings=waiting), AskedPlace(moment=Moment(5000))).opened_at is None


def test_a_player_of_a_video_has_captions_where_there_is_text() -> None:
    video = (OpenRecording(1, "rec1", 60_000, True, "video/mp4", "open", poster=True, width=640, height=480),)
    player = view(make_reading(STREAM, recordings=video)).players[0]
    assert player.captions == "/recordings/rec1/captions.vtt"
    assert player.poster == "/recordings/rec1/poster"
    assert view(make_reading(recordings=video)).players[0].captions is None


def test_people_are_named_as_published_or_by_their_role_alone() -> None:
    people = (PersonInRole("interviewee", "A. B."), PersonInRole("interviewer", None))
    shown = view(make_reading(STREAM, people=people))
    assert [value.words for value in shown.facts[0].values] == ["A. B., interviewee", "Interviewer"]


def test_a_warning_stands_before_the_text_and_not_among_the_facts() -> None:
    shown = view(
        make_reading(STREAM, description={"content_warning": "Loud thunder.", "source": "A library"})
    )
    assert shown.warning == "Loud thunder."
    assert [fact.name for fact in shown.facts][-1] == "Source"


def test_chapters_lead_to_their_beginnings() -> None:
    chapters = (
        OpenChapter("c1", 2, 60_000, 90_000, "Wind", None),
        OpenChapter("c2", None, None, None, "A letter", None),
    )
    shown = view(make_reading(STREAM, chapters=chapters))
    assert [(c.time, c.address) for c in shown.chapters] == [
        ("01:00", "/testimonies/xyz2345678?r=2&t=60"),
        (None, None),
    ]


def test_chapters_and_recordings_keep_the_text_and_the_search() -> None:
    translation = make_stream(make_passage("Es regnete.", id="t"), id="s2", kind="translation", language="de")
    chapters = (OpenChapter("c1", 2, 20_000, 30_000, "Wind", None),)
    shown = view(make_reading(STREAM, translation, chapters=chapters), AskedPlace(text="de"), "regnete")
    assert shown.chapters[0].address == "/testimonies/xyz2345678?r=2&t=20&q=regnete&text=de"
    assert shown.players[1].address == "/testimonies/xyz2345678?r=2&q=regnete&text=de"


def test_the_citation_is_that_of_the_stretch() -> None:
    shown = view(make_reading(STREAM), AskedPlace(recording=2, moment=Moment(47_200, 53_300)))
    assert "https://archive.example/testimonies/xyz2345678?r=2&t=47.2,53.3" in shown.citation
    assert "00:00:47–00:00:54" in shown.citation
    assert "Recording 2" in shown.citation
    assert "r=" not in view(make_reading(STREAM)).citation


def test_a_text_is_chosen_by_its_language_and_the_choice_keeps_the_place() -> None:
    translation = make_stream(make_passage("Es regnete.", id="t"), id="s2", kind="translation", language="de")
    reading = make_reading(STREAM, translation)
    shown = view(reading, AskedPlace(recording=2, moment=Moment(1000), text="de"))
    assert shown.language == "de"
    assert [(text.words, text.chosen) for text in shown.texts] == [
        ("English, as spoken", False),
        ("German", True),
    ]
    assert shown.texts[0].address == "/testimonies/xyz2345678?r=2&t=1"
    assert view(reading, AskedPlace(text="pl")).language == "en"
    assert view(make_reading(STREAM)).texts == ()


def test_what_was_found_is_listed_only_where_it_was() -> None:
    shown = view(make_reading(STREAM), query="rained")
    assert [link.words for link in shown.found] == ["00:00"]
    assert view(make_reading(STREAM), query="snow").query == ""


def render(reading: Reading) -> str:
    return bytes(make_page().render("testimony.html", {"view": view(reading)}).body).decode()


def test_text_without_a_recording_reads_as_well() -> None:
    letter = make_stream(make_passage("It rained.", recording=None, timed=False))
    passage = replace(letter.passages[0], start_ms=None, end_ms=None, words=())
    html = render(make_reading(replace(letter, passages=(passage,)), recordings=()))
    assert "It rained.</p>" in html
    for sound in ("<audio", "ld+json", 'class="time"', "data-m", 'data-copy="moment"'):
        assert sound not in html


def test_sound_without_a_text_is_heard_as_well() -> None:
    html = render(make_reading())
    assert "<audio" in html
    assert "There is no transcript to read here yet." in html


def test_only_texts_that_may_be_taken_away_are_offered() -> None:
    reading = make_reading(STREAM)
    shown = view_testimony(
        Opened(reading, make_reading(), make_reading()), AskedPlace(), "", None, make_page()
    )
    assert shown.downloads == ()
    assert len(view(reading).downloads) == 4
