import re
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event

from archive.changes.access import NewStatement
from archive.database import writing
from archive.queries import testimonies
from tests.archives import NOW
from tests.web.sites import Site
from web import urls


def find(library: Site, title: str) -> str:
    hits = library.client.get("/api/v1/search", params={"size": 100}).json()["hits"]
    return next(str(hit["testimony"]["id"]) for hit in hits if hit["testimony"]["title"] == title)


def test_the_page_reads_without_scripts(library: Site) -> None:
    public_id = find(library, "Weather in the north")
    html = library.client.get(f"/testimonies/{public_id}").text
    assert "<bdi>Weather in the north</bdi></h1>" in html
    for words in ("1996", "English", "Rain, then sun.", "A. B., interviewee", "Interviewer", "W/1 é"):
        assert words in html
    assert "<span data-m=0 data-d=400>It</span> <span data-m=500 data-d=400>rained</span>" in html
    assert "made by a machine, Whisper base (faster-whisper 1.2.1), and has not been checked" in html
    assert html.count('class="tape"') == 2


def test_times_are_links_to_their_moment(library: Site) -> None:
    public_id = find(library, "Weather in the north")
    html = library.client.get(f"/testimonies/{public_id}").text
    assert re.search(rf'<a class="time" href="/testimonies/{public_id}\?t=2\.9"', html)
    assert re.search(rf'<a class="time" href="/testimonies/{public_id}\?r=2&amp;t=0"', html)


def test_a_stretch_is_marked_and_given_to_the_player(library: Site) -> None:
    public_id = find(library, "Weather in the north")
    html = library.client.get(f"/testimonies/{public_id}?r=2&t=0.5,1.5").text
    assert re.search(r'<audio[^>]*src="/recordings/\w+/media#t=0\.5,1\.5"', html)
    assert html.count('class="within"') == 2
    assert re.search(r'<div class="player audio" data-recording="1" data-length="\d+" hidden>', html)
    assert "00:00 to 00:02" in html
    assert "?r=2&amp;t=0.5,1.5" in html  # the citation leads to the stretch


def test_the_page_opens_at_the_passage_in_which_the_moment_lies(library: Site) -> None:
    public_id = find(library, "Weather in the north")
    html = library.client.get(f"/testimonies/{public_id}?t=3.2").text
    opened = html.split("opened-here")[1]
    assert opened.index("sun") < opened.index("</p>")
    assert html.count("autofocus") == 1


@pytest.mark.slow
@pytest.mark.parametrize("query", ["t=x", "r=99&t=1", "r=x", "t=1e9", "text=zz", "q=%00", "t=99999"])
def test_an_address_that_somebody_mistyped_still_leads_there(library: Site, query: str) -> None:
    public_id = find(library, "Weather in the north")
    assert library.client.get(f"/testimonies/{public_id}?{query}").status_code == 200


def test_words_that_were_searched_for_are_marked_and_listed(library: Site) -> None:
    public_id = find(library, "Bread in a bakery")
    html = library.client.get(f"/testimonies/{public_id}?q=bread").text
    assert html.count("<mark>bread</mark>") == 2
    assert "in 2 passages" in html


def test_a_translation_takes_the_place_of_the_original(library: Site) -> None:
    public_id = find(library, "Wetter im Süden")
    original = library.client.get(f"/testimonies/{public_id}").text
    assert 'lang="de" dir="ltr">' in original
    assert "German, as spoken" in original
    translated = library.client.get(f"/testimonies/{public_id}?text=en").text
    assert "It rained in Graz." in translated
    assert "Translated by A translator." in translated
    assert f"/testimonies/{public_id}/transcript.vtt?text=en" in translated


def test_what_was_found_in_another_text_is_linked(library: Site) -> None:
    public_id = find(library, "Wetter im Süden")
    html = library.client.get(f"/testimonies/{public_id}?q=rained").text
    assert (
        f'<a href="/testimonies/{public_id}?q=rained&amp;text=en">Also found in: English translation' in html
    )
    assert "Also found in" not in library.client.get(f"/testimonies/{public_id}?q=rained&text=en").text


def test_every_link_keeps_the_text_that_is_read(library: Site) -> None:
    public_id = find(library, "Wetter im Süden")
    html = library.client.get(f"/testimonies/{public_id}?q=rained&text=en&t=0.5").text
    assert f'<a href="/testimonies/{public_id}?t=0.5&amp;text=en">Without marks</a>' in html


def test_a_link_to_no_place_of_the_recording_says_so_and_opens_at_the_beginning(library: Site) -> None:
    public_id = find(library, "Weather in the north")
    html = library.client.get(f"/testimonies/{public_id}?t=99999").text
    assert "This link leads to 27:46:39, but the recording ends at 00:" in html
    assert 'class="opened"' not in html
    html = library.client.get(f"/testimonies/{public_id}?r=99&t=1").text
    assert "This link leads to recording 99, which cannot be opened here." in html
    for inside in ("", "?r=2", "?t=1", "?r=2&t=0.5,99999", "?r=x&t=y"):
        assert "This link" not in library.client.get(f"/testimonies/{public_id}{inside}").text


@pytest.mark.parametrize(
    "asked",
    [
        "t=0:01.0,0:02",
        "t=npt:1,2",
        "t=1s,2s",
        "start=1&end=2",
        "t=1.000,2",
        "start=1s&t=&end=2",
        "t=x&start=1&end=0:02",
    ],
)
def test_every_form_of_a_time_leads_to_the_one_that_goes_out(library: Site, asked: str) -> None:
    public_id = find(library, "Weather in the north")
    answer = library.client.get(f"/testimonies/{public_id}?r=2&{asked}&q=rain", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (
        302,
        f"/testimonies/{public_id}?r=2&q=rain&t=1,2",
    )
    last = library.client.get(answer.headers["location"], follow_redirects=False)
    assert last.status_code == 200
    assert library.client.get(f"/testimonies/nothing222?{asked}", follow_redirects=False).status_code == 404


@pytest.mark.slow
@pytest.mark.parametrize("published", [True, False])
def test_what_is_hidden_asks_as_little_of_the_database_as_what_is_not_there(
    site: Site, published: bool
) -> None:
    level = "restricted" if published else "public"
    closed = site.add("Closed", [["It rained."]], level=level, accession_number="W/2", collection="south")
    with writing(site.archive.engine) as session:
        row = testimonies.find(session, closed)
        assert row is not None
        recording = row.recordings[0].public_id
        if not published:
            row.published_at = None
    site.client.get("/")  # whether a date has come is looked up once a moment, whatever is asked for
    asked: list[str] = []
    count = lambda *arguments: asked.append(arguments[2])  # noqa: E731
    event.listen(Engine, "before_cursor_execute", count)
    try:
        for hidden, missing in (
            (f"/testimonies/{closed}", "/testimonies/nothing222"),
            (f"/api/v1/testimonies/{closed}", "/api/v1/testimonies/nothing222"),
            ("/id/W/2", "/id/W/9"),
            (f"/recordings/{recording}/media", "/recordings/nothing222/media"),
            (f"/recordings/{recording}/captions.vtt", "/recordings/nothing222/captions.vtt"),
            ("/collections/south", "/collections/nowhere"),
        ):
            said = []
            for address in (hidden, missing):
                asked.clear()
                assert site.client.get(address).status_code == 404
                said.append(list(asked))
            assert said[0] == said[1], hidden
            assert len([one for one in said[0] if one.startswith("SELECT")]) == 1
    finally:
        event.remove(Engine, "before_cursor_execute", count)


@pytest.mark.slow
def test_the_player_and_its_captions_are_in_the_time_of_the_file(site: Site) -> None:
    public_id = site.add("Rain", [["It rained all day."]], video=True, media_type="video/mp4")
    with writing(site.archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        recording = row.recordings[0]
        recording.current_file.offset_ms = 2000
        recording.current_file.duration_ms += 2000
        identifier = recording.public_id
    html = site.client.get(f"/testimonies/{public_id}?t=0.5,1").text
    assert 'data-offset="2000"' in html
    assert "/media#t=2.5,3" in html
    assert "data-m=500 " in html
    captions = site.client.get(f"/recordings/{identifier}/captions.vtt").text
    assert "00:00:02.000 -->" in captions
    taken = site.client.get(f"/testimonies/{public_id}/transcript.vtt?r=1").text
    assert "00:00:00.000 -->" in taken


@pytest.mark.slow
def test_text_from_right_to_left_runs_so(site: Site) -> None:
    public_id = site.add("קהלת", [["לכל זמן"]], language="he", person=True)
    html = site.client.get(f"/testimonies/{public_id}").text
    assert re.search(r'<section class="transcript"[^>]* dir="rtl"', html)
    assert '<p class="text" lang="he" dir="rtl"' in html


@pytest.mark.slow
def test_hidden_and_nonexistent_are_the_same_to_the_byte(site: Site) -> None:
    closed = site.add("Closed", [["It rained."]], level="restricted", accession_number="W/2")
    silent = site.add("Nothing said", [["It rained."]], level=None, accession_number="W/3")
    later = site.add("Later", [["It rained."]], level=None)
    site.archive.state(later, NewStatement("public", begins_at=NOW + timedelta(days=1)))
    missing = site.client.get("/testimonies/nothing222")
    assert missing.status_code == 404
    for address in (
        *(f"/testimonies/{hidden}" for hidden in (closed, silent, later)),
        f"/testimonies/{closed}/transcript.vtt",
        f"/testimonies/{closed}/transcript.xyz",
        "/id/W/2",
        "/id/W/3",
        "/id/W/4",
        "/nowhere",
        "/recordings/nothing222/media",
        "/collections/nothing",
    ):
        answer = site.client.get(address)
        assert answer.content == missing.content, address
        headers = {name: value for name, value in answer.headers.items() if name != "date"}
        assert headers == {name: value for name, value in missing.headers.items() if name != "date"}


@pytest.mark.slow
def test_a_notice_is_all_that_is_said_of_a_closed_testimony(site: Site) -> None:
    public_id = site.add("A title", [["It rained."]], accession_number="W/2")
    notice = "This recording can be heard in the reading room."
    site.archive.state(public_id, NewStatement("reading room", notice=notice))
    for address in (f"/testimonies/{public_id}", "/id/W/2"):
        answer = site.client.get(address)
        assert answer.status_code == 403
        assert notice in answer.text
        assert "A title" not in answer.text
        assert "rained" not in answer.text
    assert site.client.get(f"/api/v1/testimonies/{public_id}").json()["error"]["code"] == "closed"
    assert site.client.get(f"/testimonies/{public_id}/transcript.vtt").status_code == 404


@pytest.mark.slow
def test_what_opens_by_date_opens(site: Site) -> None:
    public_id = site.add("Rain", [["It rained."]], level=None)
    site.archive.state(public_id, NewStatement("public", begins_at=NOW - timedelta(seconds=1)))
    assert site.client.get(f"/testimonies/{public_id}").status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize("number", ["W/1", "a b", "100%", "a?b#c", "ä/ö", "x&y=z", "a+b"])
def test_an_accession_number_leads_to_the_testimony(site: Site, number: str) -> None:
    public_id = site.add("Rain", [["It rained."]], accession_number=number)
    answer = site.client.get(urls.accession(number) + "?t=1,2")
    assert answer.status_code == 302
    assert answer.headers["location"] == f"/testimonies/{public_id}?t=1,2"
    assert answer.headers["cache-control"] == "private, no-cache"


@pytest.mark.slow
def test_machine_text_that_is_for_staff_is_not_shown(site: Site) -> None:
    site.archive.collection("staff", "Staff", machine_text="staff")
    public_id = site.add("Rain", [["It rained."]], collection="staff")
    html = site.client.get(f"/testimonies/{public_id}").text
    assert "rained" not in html
    assert "There is no transcript to read here yet." in html
    assert "<audio" in html


@pytest.mark.slow
def test_machine_text_for_listening_is_read_and_not_taken_away(site: Site) -> None:
    site.archive.collection("listen", "Listen", machine_text="listen")
    public_id = site.add("Rain", [["It rained."]], collection="listen")
    html = site.client.get(f"/testimonies/{public_id}").text
    assert ">rained.</span>" in html
    assert "/transcript." not in html.split("</head>")[1]
    assert site.client.get(f"/testimonies/{public_id}/transcript.txt").status_code == 404
    assert site.client.get(f"/api/v1/testimonies/{public_id}").json()["transcripts"][0]["downloads"] == {}
