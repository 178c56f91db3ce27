import re

import pytest

from tests.web.routes.test_testimonies import find
from tests.web.sites import Site
from web.security import HEADERS


@pytest.fixture
def public_id(library: Site) -> str:
    return find(library, "Weather in the north")


def words_of(html: str) -> str:
    """What can be read in a page's words, without markup."""
    return " ".join(re.sub("<[^>]+>", " ", html.split('class="words')[1].split('class="context"')[0]).split())


def test_any_site_may_frame_it_and_no_other_page(library: Site, public_id: str) -> None:
    headers = library.client.get(f"/embed/{public_id}").headers
    assert "frame-ancestors" not in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "x-frame-options" not in headers
    assert "set-cookie" not in headers
    for name in HEADERS.keys() - {"content-security-policy", "x-frame-options"}:
        assert headers[name] == HEADERS[name]
    others = library.client.get(f"/testimonies/{public_id}").headers
    assert (others["x-frame-options"], "frame-ancestors 'none'" in others["content-security-policy"]) == (
        "DENY",
        True,
    )


def test_it_holds_the_words_of_one_recording(library: Site, public_id: str) -> None:
    html = library.client.get(f"/embed/{public_id}").text
    assert "It rained" in words_of(html)
    assert html.count("<audio") == 1
    assert 'data-recording="1"' in html
    other = library.client.get(f"/embed/{public_id}?r=2").text
    assert 'data-recording="2"' in other
    assert "It rained" not in words_of(other)


def test_of_a_stretch_it_holds_no_more_than_the_passages_in_it(library: Site, public_id: str) -> None:
    html = library.client.get(f"/embed/{public_id}?t=0,0:01").text
    assert "rained" in words_of(html)
    assert "sun" not in words_of(html)
    assert f'href="http://testserver/testimonies/{public_id}?t=0,1" target="_blank" rel="noopener"' in html
    assert "Play 00:00 to 00:01" in html


def test_it_says_whence_it_is_and_what_made_the_words(library: Site, public_id: str) -> None:
    html = library.client.get(f"/embed/{public_id}").text
    assert "Machine transcript, not checked (Whisper base (faster-whisper 1.2.1), mean confidence" in html
    assert "We Remember archive" in html
    by_hand = library.client.get(f"/embed/{find(library, 'Wetter im Süden')}").text
    assert "Machine transcript" not in by_hand


def test_lines_and_colours_are_chosen_by_the_address(library: Site, public_id: str) -> None:
    html = library.client.get(f"/embed/{public_id}?lines=3&colours=dark").text
    assert '<body class="embed lines-3">' in html
    assert 'data-colours="dark"' in html
    assert re.search(r'css/dark.css">', html)
    assert "dark.css" not in library.client.get(f"/embed/{public_id}?colours=light").text
    plain = library.client.get(f"/embed/{public_id}?lines=9&colours=pink").text
    assert '<body class="embed">' in plain
    assert re.search(r'css/dark.css" media="\(prefers-color-scheme: dark\)">', plain)


def test_what_is_not_to_be_seen_says_so_within_the_frame(site: Site) -> None:
    hidden = site.add("Rain", [["It rained."]], level="restricted")
    answers = [site.client.get(f"/embed/{one}") for one in (hidden, "nothing222")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    for answer in answers:
        assert "frame-ancestors" not in answer.headers["content-security-policy"]
        assert "x-frame-options" not in answer.headers
        assert "There is nothing to see at this address." in answer.text


def test_text_for_listening_is_followed_in_a_frame(site: Site) -> None:
    site.archive.collection("listen", "Listen", machine_text="listen")
    public_id = site.add("Rain", [["It rained."]], collection="listen")
    assert "rained" in words_of(site.client.get(f"/embed/{public_id}").text)


def test_what_it_loads_may_be_loaded_from_a_sandbox(library: Site, public_id: str) -> None:
    """Of no site, not even ours: so many sites treat what they frame."""
    html = library.client.get(f"/embed/{public_id}").text
    script = library.client.get(re.findall(r'src="([^"]+/js/embed.js)"', html)[0])
    assert script.headers["access-control-allow-origin"] == "*"
    for address in (re.findall(r'href="([^"]+css)"', html)[0], re.findall(r'src="([^"#]+/media)', html)[0]):
        assert library.client.get(address).headers["cross-origin-resource-policy"] == "cross-origin"
