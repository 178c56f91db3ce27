from pathlib import Path

import pytest
from sqlalchemy import select

from archive.changes.access import NewStatement
from archive.database import writing
from archive.models import Derivative, File, Recording, Testimony
from tests.web.sites import Site

CONTENT = bytes(range(256)) * 8


@pytest.fixture
def rain(site: Site, tmp_path: Path) -> str:
    """A testimony whose recording holds CONTENT."""
    media = tmp_path / "rain.m4a"
    media.write_bytes(CONTENT)
    return site.add("Rain", [["It rained."]], media=media)


@pytest.fixture
def address(site: Site, rain: str) -> str:
    return f"/recordings/{site.recording_id(rain)}/media"


def change_derivative(
    site: Site, public_id: str, path: str, kind: str = "playback", closed: str = ""
) -> Path:
    """Let a derivative at `path` be the recording's, and give its place on disk."""
    with writing(site.archive.engine) as session:
        file = session.scalars(
            select(File)
            .join(Recording, Recording.id == File.recording_id)
            .join(Testimony, Testimony.id == Recording.testimony_id)
            .where(Testimony.public_id == public_id)
        ).one()
        row = session.scalars(
            select(Derivative).where(
                Derivative.file_id == file.id, Derivative.kind == kind, Derivative.closed == closed
            )
        ).one_or_none()
        if row is None:
            row = Derivative(file_id=file.id, kind=kind, closed=closed, media_type="image/jpeg", size=0)
            session.add(row)
        row.path = path
    place = site.archive.settings.derivatives_folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    return place


def test_the_original_is_played_where_it_plays_as_it_is(site: Site, rain: str, address: str) -> None:
    answer = site.client.get(address)
    assert answer.content == CONTENT
    assert answer.headers["content-type"] == "audio/mp4"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-disposition"] == f'inline; filename="{rain}-1.m4a"'
    assert answer.headers["cache-control"] == "private, no-cache"
    assert "depositor" not in str(answer.headers)


def test_a_playback_copy_takes_its_place(site: Site, rain: str, address: str) -> None:
    change_derivative(site, rain, "ab/copy.m4a").write_bytes(b"copy")
    assert site.client.get(address).content == b"copy"


@pytest.mark.parametrize(
    ("asked", "status", "content", "told"),
    [
        ("bytes=0-3", 206, CONTENT[:4], f"bytes 0-3/{len(CONTENT)}"),
        ("bytes=2000-", 206, CONTENT[2000:], f"bytes 2000-2047/{len(CONTENT)}"),
        ("bytes=-5", 206, CONTENT[-5:], f"bytes 2043-2047/{len(CONTENT)}"),
        ("bytes=9999-", 416, b"", f"bytes */{len(CONTENT)}"),
    ],
)
def test_parts_are_given(
    site: Site, address: str, asked: str, status: int, content: bytes, told: str
) -> None:
    answer = site.client.get(address, headers={"range": asked})
    assert answer.status_code == status
    assert answer.headers["content-range"] == told
    assert answer.content == content
    assert answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    "asked", ["bytes", "bytes=", "bytes=-", "bytes=5-2", "bytes=a-b", "lines=0-3", "bytes=0-3,x"]
)
def test_a_range_that_cannot_be_read_is_passed_over(site: Site, address: str, asked: str) -> None:
    answer = site.client.get(address, headers={"range": asked})
    assert answer.status_code == 200
    assert answer.content == CONTENT


def test_several_parts_are_given(site: Site, address: str) -> None:
    answer = site.client.get(address, headers={"range": "bytes=0-1,10-11"})
    assert answer.status_code == 206
    assert answer.headers["content-type"].startswith("multipart/byteranges")
    assert CONTENT[10:12] in answer.content


def test_parts_are_never_compressed(site: Site, address: str) -> None:
    answer = site.client.get(address, headers={"range": "bytes=0-1999", "accept-encoding": "gzip"})
    assert "content-encoding" not in answer.headers
    assert answer.headers["content-length"] == "2000"


def test_head_tells_the_size_and_sends_nothing(site: Site, address: str) -> None:
    answer = site.client.head(address)
    assert answer.status_code == 200
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.content == b""
    part = site.client.head(address, headers={"range": "bytes=0-3"})
    assert part.status_code == 206
    assert part.headers["content-length"] == "4"


def test_what_a_browser_has_is_not_sent_again(site: Site, address: str) -> None:
    etag = site.client.get(address).headers["etag"]
    for given in (etag, f'"other", W/{etag}', "*"):
        answer = site.client.get(address, headers={"if-none-match": given})
        assert answer.status_code == 304
        assert answer.content == b""
        assert answer.headers["etag"] == etag
    assert site.client.get(address, headers={"if-none-match": '"other"'}).status_code == 200
    stale = site.client.get(address, headers={"range": "bytes=0-3", "if-range": '"other"'})
    assert stale.status_code == 200


def test_a_withdrawal_holds_from_the_next_request_even_for_a_copy_that_is_known(
    site: Site, rain: str, address: str
) -> None:
    etag = site.client.get(address).headers["etag"]
    site.archive.state(rain, NewStatement("withdrawn"))
    missing = site.client.get("/recordings/nothing222/media")
    for headers in ({}, {"if-none-match": etag}, {"if-none-match": "*"}, {"range": "bytes=0-3"}):
        answer = site.client.get(address, headers=headers)
        assert answer.status_code == 404
        assert answer.content == missing.content
        assert "etag" not in answer.headers


def test_a_recording_with_a_closed_stretch_gives_no_sound_and_no_picture(
    site: Site, rain: str, address: str
) -> None:
    change_derivative(site, rain, "ab/poster.jpg", "poster").write_bytes(b"poster")
    assert site.client.get(address.replace("media", "poster")).content == b"poster"
    site.archive.close_stretch(rain, 500, 900)
    assert site.client.get(address).status_code == 404
    assert site.client.get(address.replace("media", "poster")).status_code == 404
    html = site.client.get(f"/testimonies/{rain}").text
    assert "A copy for listening is being made." in html
    assert "<audio" not in html


def test_a_copy_that_is_gone_from_the_disk_is_away_and_not_an_error_page_with_its_path(
    site: Site, rain: str, address: str
) -> None:
    change_derivative(site, rain, "ab/gone.m4a")
    answer = site.client.get(address)
    assert answer.status_code == 503
    assert "gone.m4a" not in answer.text
    assert "This recording cannot be reached just now." in answer.text


def test_without_a_poster_there_is_none(site: Site, address: str) -> None:
    assert site.client.get(address.replace("media", "poster")).status_code == 404


@pytest.mark.slow
def test_with_a_closed_stretch_the_copy_without_it_is_given_and_no_other(
    site: Site, rain: str, address: str
) -> None:
    poster = address.replace("media", "poster")
    change_derivative(site, rain, "ab/whole.jpg", "poster").write_bytes(b"whole poster")
    change_derivative(site, rain, "ab/cut.m4a", closed="500-900").write_bytes(b"cut")
    change_derivative(site, rain, "ab/cut.jpg", "poster", closed="500-900").write_bytes(b"cut poster")
    assert site.client.get(address).content == CONTENT
    assert site.client.get(poster).content == b"whole poster"
    whole = site.client.get(address).headers["etag"]

    site.archive.close_stretch(rain, 500, 900)
    answer = site.client.get(address, headers={"if-none-match": whole})
    assert (answer.status_code, answer.content) == (200, b"cut")
    assert site.client.get(address, headers={"range": "bytes=0-0", "if-range": whole}).content == b"cut"
    assert site.client.get(poster).content == b"cut poster"
    assert "<audio" in site.client.get(f"/testimonies/{rain}").text

    site.archive.close_stretch(rain, 800, 1000)  # more than is closed in that copy
    for gone in (address, poster):
        assert site.client.get(gone).status_code == 404
        assert site.client.get(gone).content == site.client.get("/recordings/nothing222/media").content
    assert "being made" in site.client.get(f"/testimonies/{rain}").text


@pytest.mark.slow
def test_of_a_closed_stretch_the_page_says_what_its_notice_says_and_else_nothing(
    site: Site, rain: str
) -> None:
    site.archive.close_stretch(rain, 500, 900)
    assert "Closed from" not in site.client.get(f"/testimonies/{rain}").text
    notice = "On request of <the speaker>."
    site.archive.state(rain, NewStatement("restricted", stretch=(1, 500, 900), notice=notice))
    html = site.client.get(f"/testimonies/{rain}").text
    assert "Closed from 00:00 to 00:01: On request of &lt;the speaker&gt;." in html
    site.archive.state(rain, NewStatement("withdrawn", stretch=(1, 500, None), notice=notice))
    assert "On request" not in site.client.get(f"/testimonies/{rain}").text


def test_where_nothing_of_the_file_is_open_the_recording_is_not_there(site: Site, rain: str) -> None:
    site.archive.close_stretch(rain, 0, 3_600_000)  # its file is shorter than that
    html = site.client.get(f"/testimonies/{rain}").text
    assert "being made" not in html
    assert "Recording 1" not in html
