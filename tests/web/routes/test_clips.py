"""Clips: made by readers, shown with what became of their words, closed with what they quote."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from archive.changes import access, transcripts
from archive.changes import clips as changes
from archive.changes.access import NewStatement
from archive.database import reading, writing
from archive.models import Clip, Event, OutboxEntry
from archive.queries import testimonies
from tests.archives import NOW, spoken
from tests.web.sites import Site


@pytest.fixture
def rain(site: Site) -> str:
    """A testimony whose words are: It rained all day. / Then the sun came."""
    return site.add("Rain", [["It rained all day.", "Then the sun came."]], accession_number="R/1")


def make(site: Site, address: str) -> str:
    answer = site.client.post(address, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def count(site: Site) -> int:
    with reading(site.archive.engine) as session:
        return session.query(Clip).count()


def test_a_reader_makes_a_clip_and_it_is_that_one_for_everybody(site: Site, rain: str) -> None:
    clip = make(site, f"/clips?testimony={rain}&t=0.45,1.45")
    html = site.client.get(clip).text
    assert '<blockquote class="quoted"' in html
    assert '<p lang="en" dir="ltr">rained all</p>' in html
    assert "<figcaption>Machine transcript, not checked (Whisper base" in html
    assert f"/testimonies/{rain}?t=0.5,1.4" in html  # the anchor lies where the words do
    # The same again, and the same words chosen otherwise, are the same clip.
    assert make(site, f"/clips?testimony={rain}&t=0.45,1.45") == clip
    assert make(site, f"/clips?testimony={rain}&t=0:00.5,1.4") == clip
    assert make(site, f"/clips?testimony={rain}&t=0,1.4") != clip
    assert count(site) == 2
    with reading(site.archive.engine) as session:
        assert [event.agent for event in session.query(Event).filter_by(kind="clip")] == ["a reader"] * 2
        waiting = session.query(OutboxEntry).filter_by(destination="store").count()
    assert waiting > 0


@pytest.mark.parametrize("query", ["", "&t=5", "&t=90,95", "&t=2,2.2", "&r=2&t=0,2", "&t=x"])
def test_of_no_words_no_clip_is_made(site: Site, rain: str, query: str) -> None:
    assert site.client.post(f"/clips?testimony={rain}{query}").status_code in (400, 404)
    assert count(site) == 0


def test_only_the_archives_own_pages_may_ask_for_one(site: Site, rain: str) -> None:
    address = f"/clips?testimony={rain}&t=0,2"
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.example"}):
        answer = site.client.post(address, headers=headers)
        assert answer.status_code == 403
        assert "only be asked for from the archive" in answer.text
    assert count(site) == 0
    for headers in ({"sec-fetch-site": "same-origin"}, {"origin": "http://testserver"}):
        assert site.client.post(address, headers=headers, follow_redirects=False).status_code == 303


def test_what_may_not_be_quoted_makes_no_clip_and_offers_none(site: Site) -> None:
    site.archive.collection("listen", "For listening", machine_text="listen")
    heard = site.add("Wind", [["The wind turned."]], collection="listen")
    assert site.client.post(f"/clips?testimony={heard}&t=0,2").status_code == 400
    html = site.client.get(f"/testimonies/{heard}?t=0,2").text
    assert "Make a clip of this stretch" not in html
    assert "data-link-alone" in html


def test_a_clip_is_closed_with_what_it_quotes_and_by_a_word_of_its_own(site: Site, rain: str) -> None:
    clip = make(site, f"/clips?testimony={rain}&t=0.45,1.45")
    other = make(site, f"/clips?testimony={rain}&t=2.8,4.8")
    missing = site.client.get("/clips/nothing2345").content
    oembed = f"/oembed?url=http://testserver{clip}"
    assert site.client.get(oembed).json()["title"] == "Rain"
    site.archive.close_stretch(rain, 1300, 1350)
    for gone in (clip, f"{clip}/reference.ris"):
        assert (site.client.get(gone).status_code, site.client.get(gone).content) == (404, missing)
    assert site.client.get(oembed).status_code == 404
    assert site.client.get(other).status_code == 200
    with writing(site.archive.engine) as session:
        row = testimonies.find(session, rain)
        assert row is not None
        own = next(each for each in row.clips if other.endswith(each.public_id))
        access.state(
            session,
            row,
            [NewStatement("restricted", subject="clip", subject_id=own.id)],
            said_by="t",
            now=NOW,
        )
    assert site.client.get(other).status_code == 404
    assert site.client.get(f"/testimonies/{rain}").status_code == 200
    site.archive.state(rain, NewStatement("withdrawn"))
    assert site.client.get(clip).content == missing


def test_where_the_wording_was_corrected_both_are_shown(site: Site, rain: str) -> None:
    clip = make(site, f"/clips?testimony={rain}&t=0,1.9")
    with writing(site.archive.engine) as session:
        row = testimonies.find(session, rain)
        assert row is not None
        corrected = spoken(["It rained some days.", "Then the sun came."], "en")
        transcripts.publish_text(session, row, [(row.recordings[0], corrected)], author="An archivist")
    html = site.client.get(clip).text
    assert '<p lang="en" dir="ltr">It rained all day.</p>' in html
    # Those words were the machine's, whoever wrote those of now.
    assert "<figcaption>Machine transcript, not checked" in html
    assert "Wording corrected on" in html
    assert '<p dir="auto">It rained some days.</p>' in html
    # What is made now quotes what stands there now.
    again = make(site, f"/clips?testimony={rain}&t=0,1.9")
    assert again != clip
    assert "Wording corrected" not in site.client.get(again).text


def test_words_that_came_to_be_closed_since_are_shown_in_no_clip(site: Site, rain: str) -> None:
    """They were moved by a correction, and then what is said there now was closed."""
    clip = make(site, f"/clips?testimony={rain}&t=2.8,4.8")  # Then the sun came.
    with writing(site.archive.engine) as session:
        row = testimonies.find(session, rain)
        assert row is not None
        moved = spoken(["It rained.", "Then the sun came."], "en")  # now from 1.9 s on
        transcripts.publish_text(session, row, [(row.recordings[0], moved)], author="An archivist")
    assert "Then the sun came." in site.client.get(clip).text
    site.archive.close_stretch(rain, 1900, 3800)
    assert site.client.get(clip).status_code == 404


def test_making_a_clip_over_what_is_closed_tells_nothing_of_it(site: Site, rain: str) -> None:
    site.archive.close_stretch(rain, 1000, 1950)  # all day.
    over = make(site, f"/clips?testimony={rain}&t=0,4.8")
    answer = site.client.get(over)
    assert answer.status_code == 200
    assert "It rained" in answer.text
    assert "all day" not in answer.text


def test_whoever_asks_for_the_words_of_a_closed_clip_is_given_another(site: Site, rain: str) -> None:
    clip = make(site, f"/clips?testimony={rain}&t=0,1.9")
    with writing(site.archive.engine) as session:
        row = testimonies.find(session, rain)
        assert row is not None
        closed = NewStatement("restricted", subject="clip", subject_id=row.clips[0].id)
        access.state(session, row, [closed], said_by="test", now=NOW)
    again = make(site, f"/clips?testimony={rain}&t=0,1.9")
    assert again != clip
    assert site.client.get(again).status_code == 200
    assert site.client.get(clip).status_code == 404


def test_where_more_than_one_speaks_each_is_named(site: Site) -> None:
    people = (("interviewee", "A. B."), ("interviewer", "C. D."))
    public_id = site.add("Talk", [["How was it?", "It rained."]], person=True, people=people)
    with writing(site.archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        (asked, told) = spoken(["How was it?", "It rained."], "en")
        speakers = [role.person_id for role in row.roles]
        named = [replace(asked, person_id=speakers[1]), replace(told, person_id=speakers[0])]
        transcripts.publish_text(session, row, [(row.recordings[0], named)], author="An archivist")
    html = site.client.get(make(site, f"/clips?testimony={public_id}&t=0,9")).text
    assert '<span class="speaker"><bdi>C. D.</bdi></span> How was it?</p>' in html
    assert '<span class="speaker"><bdi>A. B.</bdi></span> It rained.</p>' in html
    assert "“C. D.: How was it? / A. B.: It rained.”" in html
    alone = site.client.get(make(site, f"/clips?testimony={public_id}&t=0,1.4")).text
    assert '<span class="speaker"><bdi>C. D.</bdi></span> How' not in alone


def test_who_speaks_is_said_from_what_is_known_today(site: Site) -> None:
    people = (("interviewee", "A. B."), ("interviewer", "C. D."))
    public_id = site.add("Talk", [["How was it?", "It rained."]], person=True, people=people)
    lines = spoken(["How was it?", "It rained."], "en")

    def publish(first: int, second: int) -> None:
        with writing(site.archive.engine) as session:
            row = testimonies.find(session, public_id)
            assert row is not None
            speakers = [role.person_id for role in row.roles]
            named = [
                replace(line, person_id=speakers[which])
                for line, which in zip(lines, (first, second), strict=True)
            ]
            transcripts.publish_text(session, row, [(row.recordings[0], named)], author="An archivist")

    publish(0, 1)  # interchanged by mistake
    clip = make(site, f"/clips?testimony={public_id}&t=0,9")
    assert "<bdi>A. B.</bdi></span> How was it?" in site.client.get(clip).text
    publish(1, 0)
    html = site.client.get(clip).text
    assert "<bdi>C. D.</bdi></span> How was it?" in html
    assert "corrected" not in html


def test_machine_words_say_so_where_more_was_opened_since(site: Site, rain: str) -> None:
    site.archive.close_stretch(rain, 1000, 1950)  # all day.
    clip = make(site, f"/clips?testimony={rain}&t=0,4.8")
    site.archive.close_stretch(rain, 1000, 1950, level="public")
    html = site.client.get(clip).text
    assert "<figcaption>Machine transcript, not checked" in html
    assert "Wording corrected" not in html
    assert "The text reads here now:" in html
    assert "It rained all day." in html


def test_why_no_clip_was_made_is_said_as_it_is(site: Site, rain: str) -> None:
    refused = site.client.post(f"/clips?testimony={rain}&t=2,2.2")
    assert refused.status_code == 400
    assert "No clip can be made of this stretch." in refused.text
    assert site.client.get("/clips").status_code == 404


def test_no_more_are_made_in_an_hour_than_may_be(tmp_path: Path) -> None:
    with closing(Site(tmp_path / "archive", clips_per_hour=1)) as site:
        rain = site.add("Rain", [["It rained all day.", "Then the sun came."]])
        made = make(site, f"/clips?testimony={rain}&t=0,1.9")
        refused = site.client.post(f"/clips?testimony={rain}&t=2.8,4.8")
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "600"
        assert "As many were made in the last hour as may be." in refused.text
        # Who asks for one that is there is given it.
        assert make(site, f"/clips?testimony={rain}&t=0,1.9") == made
        with writing(site.archive.engine) as session:
            for row in session.query(Clip):
                row.created_at = NOW - timedelta(hours=2)
        make(site, f"/clips?testimony={rain}&t=2.8,4.8")


def test_where_readers_make_none_they_are_offered_none(tmp_path: Path) -> None:
    with closing(Site(tmp_path / "archive", clips_per_hour=0)) as site:
        rain = site.add("Rain", [["It rained all day."]])
        assert "clip" not in site.client.get(f"/testimonies/{rain}?t=0,1.9").text.casefold()
        assert site.client.post(f"/clips?testimony={rain}&t=0,1.9").status_code == 404


def test_a_testimony_has_no_more_than_may_be(site: Site, rain: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "MOST_IN_ONE", 1)
    make(site, f"/clips?testimony={rain}&t=0,1.9")
    refused = site.client.post(f"/clips?testimony={rain}&t=2.8,4.8")
    assert refused.status_code == 409
    assert "There are as many clips of this testimony as there may be." in refused.text
    assert "retry-after" not in refused.headers


def test_a_clip_is_cited_under_its_own_address_and_described_to_programs(site: Site, rain: str) -> None:
    clip = make(site, f"/clips?testimony={rain}&t=0.45,1.45")
    html = site.client.get(clip).text
    assert f"00:00:00–00:00:02. http://testserver{clip}" in html
    assert f'<link rel="canonical" href="http://testserver{clip}">' in html
    assert '<meta property="og:description" content="“rained all” (Machine transcript, not checked' in html
    assert html.split('og:description" content="')[1].split('">')[0].count("Machine transcript") == 1
    assert f"http://testserver{clip}" in site.client.get(f"{clip}/reference.bib").text
    assert f"/embed/{rain}?t=0.5,1.4" in html
    assert site.client.get(f"{clip}/reference.pdf").status_code == 404
