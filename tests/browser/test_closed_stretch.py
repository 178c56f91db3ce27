"""A video with a closed stretch: played to its end, silent and black there, and as before elsewhere."""

import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import numpy as np
import pytest
import uvicorn
from playwright.sync_api import Page

from archive.database import writing
from archive.models import Derivative
from archive.queries import testimonies
from archive.settings import Settings
from ingest.media.commands import find_programs
from ingest.media.playback import make_playback
from ingest.media.posters import make_poster
from ingest.media.probe import probe
from tests.archives import NOW, SmallArchive
from tests.ingest.media.making import GOOD
from web.app import create_app
from web.serving import configure

START, END = 900, 1300
"""The picture flashes, and the sound beeps, at 1.0 s."""


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Where the site is, and the testimony."""
    archive = SmallArchive(tmp_path_factory.mktemp("closed") / "archive")
    public_id = archive.add(
        "A test picture",
        [["It rained all day."]],
        media=GOOD / "beep.mp4",
        media_type="video/mp4",
        video=True,
    )
    archive.close_stretch(public_id, START, END)
    programs = find_programs(Settings())
    folder = archive.settings.derivatives_folder / public_id
    cut = ((START, END),)
    copy = make_playback(
        GOOD / "beep.mp4", probe(GOOD / "beep.mp4", programs), folder, "c", programs, closed=cut
    )
    assert copy is not None
    played = probe(copy, programs)
    poster = make_poster(copy, played, folder / "c.jpg", programs, closed=cut)
    assert poster is not None
    with writing(archive.engine) as session:
        row = testimonies.find(session, public_id)
        assert row is not None
        for kind, path, media_type in (("playback", copy, "video/mp4"), ("poster", poster, "image/jpeg")):
            row.recordings[0].current_file.derivatives.append(
                Derivative(
                    kind=kind,
                    closed=f"{START}-{END}",
                    path=f"{public_id}/{path.name}",
                    media_type=media_type,
                    size=path.stat().st_size,
                    width=160,
                    height=120,
                )
            )
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    app = create_app(archive.settings, clock=lambda: NOW)
    server = uvicorn.Server(configure(app, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}", public_id
    server.should_exit = True
    thread.join()
    listening.close()
    archive.close()


BRIGHTEST = """async (seconds) => {
    const video = document.querySelector('video');
    await new Promise((done) => { video.onseeked = done; video.currentTime = seconds; });
    const canvas = document.createElement('canvas');
    canvas.width = 160; canvas.height = 120;
    const context = canvas.getContext('2d');
    context.drawImage(video, 0, 0, 160, 120);
    return Math.max(...context.getImageData(0, 0, 160, 120).data.filter((_, place) => place % 4 !== 3));
}"""


def test_it_plays_to_its_end_and_is_black_where_it_is_closed(page: Page, closed: tuple[str, str]) -> None:
    address, public_id = closed
    page.goto(f"{address}/testimonies/{public_id}")
    page.wait_for_function("() => document.querySelector('video').readyState >= 1")
    assert abs(page.evaluate("document.querySelector('video').duration") - 2) < 0.1
    brightness = {at: page.evaluate(BRIGHTEST, at) for at in (0.3, 0.7, 0.92, 1.04, 1.28, 1.5, 1.8)}
    assert [at for at, light in brightness.items() if light <= 30] == [0.92, 1.04, 1.28]
    assert all(light > 100 for at, light in brightness.items() if not 0.9 <= at <= 1.3)
    page.evaluate("document.querySelector('video').currentTime = 0.6; document.querySelector('video').play()")
    page.wait_for_function("() => document.querySelector('video').ended", timeout=15_000)


def test_what_the_site_sent_is_silent_there(closed: tuple[str, str], page: Page, tmp_path: Path) -> None:
    address, public_id = closed
    page.goto(f"{address}/testimonies/{public_id}")
    source = page.locator("video").get_attribute("src")
    poster = page.locator("video").get_attribute("poster")
    with urlopen(f"{address}{source}", timeout=30) as answer:
        (tmp_path / "sent.mp4").write_bytes(answer.read())
    command: list[str | Path] = ["ffmpeg", "-v", "error", "-i", tmp_path / "sent.mp4", "-f", "s16le"]
    raw = subprocess.run([*command, "-ac", "1", "-ar", "16000", "-"], check=True, capture_output=True).stdout
    heard = np.abs(np.frombuffer(raw, "<i2").astype(np.int32))
    assert heard[(START + 130) * 16 : (END - 130) * 16].max() == 0
    assert heard.max() < 5000  # the beep is nowhere
    assert heard[200 * 16 : 800 * 16].max() > 100
    with urlopen(f"{address}{poster}", timeout=30) as answer:
        assert answer.read(3) == b"\xff\xd8\xff"
