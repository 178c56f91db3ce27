import pytest

from tests.web.routes.test_testimonies import find
from tests.web.sites import Site

TYPES = {
    "vtt": "text/vtt; charset=utf-8",
    "srt": "application/x-subrip; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "json": "application/json; charset=utf-8",
}


@pytest.mark.parametrize("extension", sorted(TYPES))
def test_each_format_comes_as_a_file_with_a_name_of_ours(library: Site, extension: str) -> None:
    public_id = find(library, "Weather in the north")
    answer = library.client.get(f"/testimonies/{public_id}/transcript.{extension}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == TYPES[extension]
    assert answer.headers["content-disposition"] == f'attachment; filename="{public_id}.{extension}"'
    assert "rained" in answer.text
    assert "bread" in answer.text
    # SubRip has no place for notes.
    assert (f"http://testserver/testimonies/{public_id}" in answer.text) == (extension != "srt")


def test_one_recording_alone(library: Site) -> None:
    public_id = find(library, "Weather in the north")
    answer = library.client.get(f"/testimonies/{public_id}/transcript.txt?r=2")
    assert "bread" in answer.text
    assert "rained" not in answer.text
    assert answer.headers["content-disposition"] == f'attachment; filename="{public_id}-2.txt"'


@pytest.mark.parametrize("query", ["r=3", "r=x", "text=pl"])
def test_what_there_is_not_is_not_found(library: Site, query: str) -> None:
    public_id = find(library, "Weather in the north")
    assert library.client.get(f"/testimonies/{public_id}/transcript.vtt?{query}").status_code == 404


def test_a_translation_is_taken_by_its_language(library: Site) -> None:
    public_id = find(library, "Wetter im Süden")
    assert "It rained in Graz." in library.client.get(f"/testimonies/{public_id}/transcript.vtt?text=en").text
    assert "Es regnete" in library.client.get(f"/testimonies/{public_id}/transcript.vtt").text


def test_captions_are_those_of_the_recording_that_plays(library: Site) -> None:
    public_id = find(library, "Weather in the north")
    answer = library.client.get(f"/recordings/{library.recording_id(public_id, 2)}/captions.vtt")
    assert answer.headers["content-type"] == "text/vtt; charset=utf-8"
    assert answer.text.startswith("WEBVTT")
    assert "bread" in answer.text
    assert "rained" not in answer.text
    assert library.client.get("/recordings/nothing222/captions.vtt").status_code == 404
