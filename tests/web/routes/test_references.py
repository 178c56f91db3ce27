import re

import pytest
import rispy

from tests.web.routes.test_testimonies import find
from tests.web.sites import Site


@pytest.fixture
def public_id(library: Site) -> str:
    return find(library, "Weather in the north")


@pytest.mark.parametrize(
    ("extension", "media_type", "words"),
    [
        ("bib", "application/x-bibtex", "@misc{"),
        ("ris", "application/x-research-info-systems", "TY  - SOUND"),
        ("json", "application/vnd.citationstyles.csl+json", '"type": "interview"'),
    ],
)
def test_a_reference_is_a_file(
    library: Site, public_id: str, extension: str, media_type: str, words: str
) -> None:
    answer = library.client.get(f"/testimonies/{public_id}/reference.{extension}")
    assert answer.headers["content-type"] == f"{media_type}; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="{public_id}.{extension}"'
    assert words in answer.text
    assert "A. B." in answer.text
    assert "unchecked machine transcript" in answer.text


def test_a_stretch_has_its_own_reference(library: Site, public_id: str) -> None:
    address = f"/testimonies/{public_id}/reference.ris?r=2&t=0:00.5,0:01.5"
    (said,) = rispy.loads(library.client.get(address).text)
    assert said["urls"] == [f"http://testserver/testimonies/{public_id}?r=2&t=0.5,1.5"]
    assert "Recording 2, 00:00:00–00:00:02" in said["notes"]


def test_a_translation_is_named_as_one(library: Site) -> None:
    public_id = find(library, "Wetter im Süden")
    assert "translation" in library.client.get(f"/testimonies/{public_id}/reference.ris?text=en").text
    assert "translation" not in library.client.get(f"/testimonies/{public_id}/reference.ris").text


@pytest.mark.parametrize("address", ["{}/reference.pdf", "nothing222/reference.ris"])
def test_what_is_not_there_is_not_found(library: Site, public_id: str, address: str) -> None:
    assert library.client.get(f"/testimonies/{address.format(public_id)}").status_code == 404


def test_the_page_offers_styles_and_files_of_the_whole_and_of_the_stretch(
    library: Site, public_id: str
) -> None:
    html = library.client.get(f"/testimonies/{public_id}").text
    assert html.count('class="references"') == 1
    assert f'href="/testimonies/{public_id}/reference.bib"' in html
    html = library.client.get(f"/testimonies/{public_id}?r=2&t=0.5,1.5").text
    assert re.search(r'data-of="place">.*data-of="whole" hidden>', html, re.DOTALL)
    assert f'href="/testimonies/{public_id}/reference.bib?r=2&amp;t=0.5,1.5"' in html
    assert "(A. B., recording 2, 00:00:00–00:00:02)</bdi>" in html
